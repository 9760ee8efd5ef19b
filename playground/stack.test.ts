import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { anyPorts, choosePorts } from './ports.ts';
import { makeSecrets } from './secrets.ts';
import { startStack } from './stack.ts';

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
    const starting = startStack({
      dataDir,
      // It does not come to that.
      n8nDir: join(dataDir, 'no-n8n'),
      ports,
      secrets: makeSecrets(),
      onProgress: (line) => {
        progress.push(line);
        if (line.startsWith('starting n8n')) stopping.abort();
      },
      onFailure: (error) => assert.fail(error),
      signal: stopping.signal,
    });
    await assert.rejects(starting, { name: 'AbortError' });
    assert.equal(progress.length, 3, progress.join('\n'));
    const sidecarLog = await readFile(join(dataDir, 'logs', 'sidecar.log'), 'utf8');
    assert.match(sidecarLog.trim().split('\n').at(-1) ?? '', /media sidecar has stopped/);
    const { stdout: processes } = await promisify(execFile)('ps', ['-eo', 'args']);
    // The simulator has its configuration there.
    assert.ok(!processes.includes(dataDir), processes);
  });
});
