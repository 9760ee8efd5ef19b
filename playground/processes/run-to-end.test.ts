import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FakeNpm } from '../testing/fake-npm.ts';
import { runToEnd } from './run-to-end.ts';

describe('a command that is run to its end', () => {
  let dir: string;
  let log: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'run-to-end-'));
    log = join(dir, 'log');
  });
  after(() => rm(dir, { recursive: true, force: true }));

  test('tells its exit code and its last lines; the log has all of them', async () => {
    const script = 'for (let i = 1; i <= 20; i += 1) console.log(i); process.exitCode = 3';
    const ended = await runToEnd([process.execPath, '-e', script], { cwd: dir, log });
    assert.equal(ended.code, 3);
    assert.equal(ended.lastLines.join(' '), '9 10 11 12 13 14 15 16 17 18 19 20');
    assert.equal((await readFile(log, 'utf8')).trim().split('\n').length, 20);
  });

  test('that does not exist is told, not thrown', async () => {
    const ended = await runToEnd([join(dir, 'nothing')], { cwd: dir, log });
    assert.equal(ended.code, 'an error');
    assert.match(ended.lastLines.join(), /ENOENT/);
  });

  for (const [behaviour, rule, code] of [
    ['hangs', 'is ended on demand, with its children', 143],
    ['is-deaf', 'is killed, with its children, when it does not end', 'SIGKILL'],
  ] as const) {
    test(rule, async () => {
      await using npm = await FakeNpm.make(behaviour);
      const stopping = new AbortController();
      const { signal } = stopping;
      const patience = behaviour === 'is-deaf' ? { stopTimeoutMs: 1 } : {};
      const running = runToEnd([...npm.command, 'ci'], { cwd: dir, log, signal, ...patience });
      await npm.hanging();
      stopping.abort();
      assert.equal((await running).code, code);
      await npm.ended();
    });
  }
});
