import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FakeNpm } from './testing/fake-npm.ts';

/** `npm start` before n8n is installed, as a process, with an npm that installs nothing. */
describe('the first start', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'first-start-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  function start(npm: FakeNpm): ChildProcess {
    const program = fileURLToPath(new URL('start.ts', import.meta.url));
    return spawn(process.execPath, [program, '--data-dir', join(dir, 'data')], {
      env: {
        ...process.env,
        PATH: [npm.dir, process.env['PATH']].join(delimiter),
        XDG_CACHE_HOME: dir,
        // Our own npm, when it runs the tests, must not run this.
        npm_execpath: '',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  const leftOver = async () => {
    const inCache = await readdir(join(dir, 'n8n-nodes-voice-agents'));
    return inCache.filter((name) => name !== 'n8n-install.log');
  };

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`leaves nothing half installed at ${signal}`, async () => {
      await using npm = await FakeNpm.make('hangs');
      const playground = start(npm);
      await npm.hanging();
      assert.equal((await leftOver()).length, 1);
      playground.kill(signal);
      assert.deepEqual(await once(playground, 'close'), [0, null]);
      await npm.ended();
      assert.deepEqual(await leftOver(), []);
    });
  }

  test('says why n8n could not be installed, and fails', async () => {
    await using npm = await FakeNpm.make('fails');
    const playground = start(npm);
    let said = '';
    playground.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    assert.deepEqual(await once(playground, 'close'), [1, null]);
    assert.match(said, /^\s+n8n could not be installed: [^]*ENOSPC[^]*What usually helps/);
    assert.deepEqual(await leftOver(), []);
  });
});
