import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../paths.ts';
import { n8nBin } from './install.ts';
import { n8nProcess } from './process.ts';

/** Says what n8n says, and what it was told. */
const fakeN8n = `
console.log(JSON.stringify({ args: process.argv.slice(2), port: process.env.N8N_PORT }));
console.log('Editor is now accessible via:');
setInterval(() => 0, 1000);
`;

test('n8n starts with the nodes of this checkout, again and again, and stops', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'n8n-process-'));
  try {
    const bin = n8nBin(dir);
    await mkdir(dirname(bin), { recursive: true });
    await writeFile(bin, fakeN8n);
    const log = join(dir, 'n8n.log');
    // The second time the link is there already.
    for (const port of [5601, 5602]) {
      const n8n = await n8nProcess({
        installDir: dir,
        userFolder: dir,
        port,
        brokerPort: 5603,
        encryptionKey: 'a-key-of-tests',
        log,
      });
      await n8n.start((error) => assert.fail(error));
      await n8n.stop();
      const [told = ''] = (await readFile(log, 'utf8')).split('\n');
      assert.deepEqual(JSON.parse(told), { args: ['start'], port: String(port) });
      const link = join(dir, '.n8n/nodes/node_modules/n8n-nodes-voice-agents');
      assert.equal(await realpath(link), await realpath(projectDir));
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
