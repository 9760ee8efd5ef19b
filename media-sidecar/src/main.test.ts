import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import sidecarPackage from '../package.json' with { type: 'json' };
import { nodeOptions } from './command.ts';

test('a wrong configuration ends the process with 2, and names each variable', async () => {
  const env = { PUBLIC_URL: 'no address', PATH: process.env['PATH'] };
  const child = spawn(process.execPath, [new URL('main.ts', import.meta.url).pathname], { env });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 2, said);
  for (const variable of ['PUBLIC_URL', 'ENCRYPTION_KEY', 'TWILIO_AUTH_TOKEN']) {
    assert.match(said, new RegExp(variable));
  }
  assert.doesNotMatch(said, /no address/);
});

test('the package starts it with the same options of Node as everybody else', () => {
  assert.equal(sidecarPackage.scripts.start, `node ${nodeOptions.join(' ')} src/main.ts`);
});
