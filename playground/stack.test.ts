import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { anyPorts, choosePorts } from './ports.ts';
import { makeSecrets } from './secrets.ts';
import { startStack } from './stack.ts';

const psOptions = { encoding: 'utf8', maxBuffer: 16_000_000 } as const;

describe('the stack of the playground, stopped while it starts', () => {
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'stack-'));
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  test('leaves nothing running, and lets what had started end in order', async () => {
    const ports = await choosePorts(anyPorts);
    const stopping = new AbortController();
    const progress: string[] = [];
    // The simulator is told where its configuration is.
    const isRunning = () => execFileSync('ps', ['-ww', '-eo', 'args'], psOptions).includes(dataDir);
    let wasRunning = false;
    const starting = startStack({
      dataDir,
      // It does not come to that.
      n8nDir: join(dataDir, 'no-n8n'),
      ports,
      secrets: makeSecrets(),
      onProgress: (line) => {
        progress.push(line);
        if (!line.startsWith('starting n8n')) return;
        wasRunning = isRunning();
        stopping.abort();
      },
      onFailure: (error) => assert.fail(error),
      signal: stopping.signal,
    });
    await assert.rejects(starting, { name: 'AbortError' });
    assert.equal(progress.length, 3, progress.join('\n'));
    const sidecarLog = await readFile(join(dataDir, 'logs', 'sidecar.log'), 'utf8');
    assert.match(sidecarLog.trim().split('\n').at(-1) ?? '', /media sidecar has stopped/);
    assert.deepEqual([wasRunning, isRunning()], [true, false]);
  });
});
