import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FakeNpm } from '../testing/fake-npm.ts';
import { ServiceProcess, type ServiceOptions } from './service-process.ts';

/** Says that it is ready, and then does nothing until it is asked to end. */
const waits = `console.log('ready'); setInterval(() => 0, 1000);`;

describe('a service of the playground', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'service-process-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const service = (script: string, more: Partial<ServiceOptions> = {}) =>
    new ServiceProcess({
      name: 'waiter',
      command: [process.execPath, '-e', script],
      env: {},
      log: join(dir, 'log'),
      readyWhen: (line) => line === 'ready',
      ...more,
    });
  const isUnexpected = (error: Error) => assert.fail(error);

  test('is there when it says so, stops when asked, and can be started again', async () => {
    const waiter = service(waits);
    await waiter.start(isUnexpected);
    await Promise.all([waiter.stop(), waiter.stop()]);
    await waiter.start(isUnexpected);
    await waiter.stop();
    assert.equal(await readFile(join(dir, 'log'), 'utf8'), 'ready\nready\n');
  });

  test('that ends by itself is told, with its last words and where its log is', async () => {
    const unexpected: Error[] = [];
    const broken = service(`console.error('no room'); process.exitCode = 4`);
    const told = /^waiter ended with 4:\nno room\nIts log: .*log$/;
    await assert.rejects(
      broken.start((error) => unexpected.push(error)),
      { message: told },
    );
    assert.match(unexpected.map(({ message }) => message).join(), told);
    await broken.stop();
  });

  test('that does not start in time is told', async () => {
    const slow = service('setInterval(() => 0, 1000)', { startTimeoutMs: 1 });
    await assert.rejects(
      slow.start(isUnexpected),
      /waiter did not start in time\. Its log: .*log$/,
    );
    await slow.stop();
  });

  test('is not waited for once that is aborted, and still stops when asked', async () => {
    const slow = service('setInterval(() => 0, 1000)');
    const waiting = new AbortController();
    const started = assert.rejects(slow.start(isUnexpected, waiting.signal), {
      name: 'AbortError',
    });
    waiting.abort();
    await started;
    await slow.stop();
    assert.throws(() => process.kill(slow.pid ?? 0, 0), { code: 'ESRCH' });
  });

  test('stops with everything that it has started', async () => {
    await using npm = await FakeNpm.make('hangs');
    const parent = service('', { command: [...npm.command, 'ci'], cwd: dir });
    // It never says that it is ready.
    const started = assert.rejects(parent.start(isUnexpected), /waiter ended with 143/);
    await npm.hanging();
    await parent.stop();
    await Promise.all([started, npm.ended()]);
  });

  test('is killed when it does not stop', async () => {
    const deaf = service(`process.on('SIGTERM', () => 0); ${waits}`, { stopTimeoutMs: 1 });
    await deaf.start(isUnexpected);
    await deaf.stop();
    assert.throws(() => process.kill(deaf.pid ?? 0, 0), { code: 'ESRCH' });
  });

  test('is killed sooner when it has not said that it is ready', async () => {
    const deaf = service(`process.on('SIGTERM', () => 0); console.log('up'); ${waits}`, {
      readyWhen: () => false,
      stopTimeoutMs: 600_000,
      stopStartingTimeoutMs: 1,
    });
    const up = new Promise<void>((resolve) => deaf.onLine(() => resolve()));
    const started = assert.rejects(deaf.start(isUnexpected), /waiter ended with SIGKILL/);
    await up;
    await deaf.stop();
    await started;
  });

  test('gets nothing of our environment but what it needs', async () => {
    process.env['A_SECRET_OF_OURS'] = 'secret';
    const curious = service(`console.log(Object.keys(process.env).join()); ${waits}`, {
      env: { ITS_OWN: '1' },
    });
    const lines: string[] = [];
    curious.onLine((line) => lines.push(line));
    await curious.start(isUnexpected);
    await curious.stop();
    const names = lines[0]?.split(',') ?? [];
    assert.ok(names.includes('ITS_OWN') && names.includes('PATH'), lines[0]);
    assert.ok(!names.includes('A_SECRET_OF_OURS'));
  });
});
