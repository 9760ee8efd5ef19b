import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startSidecar } from './app.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { readPrices } from './price-file.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'price-file-test-'));
});
after(() => rm(dir, { recursive: true }));

const price = {
  provider: 'openai',
  model: 'gpt-realtime-2.1',
  unit: 'audio-output-token',
  microUsdPerMillion: 1_000_000,
};
const table = { validFrom: '2026-11-01', source: 'our contract', currency: 'USD', prices: [price] };

async function fileOf(content: string): Promise<string> {
  const file = join(dir, `${String(Math.random()).slice(2)}.json`);
  await writeFile(file, content);
  return file;
}

async function problemOf(file: string): Promise<string> {
  const error: unknown = await readPrices(file).catch((reason: unknown) => reason);
  assert.ok(error instanceof ConfigError, String(error));
  return error.message;
}

test('without a file the built-in prices hold; a file of its own takes their place', async () => {
  assert.equal(await readPrices(undefined), undefined);
  const read = await readPrices(await fileOf(JSON.stringify(table)));
  assert.deepEqual(read?.data, table);
});

test('a file that is not there, no JSON or no table of prices names the variable', async () => {
  const problems: [string, RegExp][] = [
    [join(dir, 'away.json'), /PRICES_FILE: names a file that cannot be read/],
    [dir, /PRICES_FILE: names a file that cannot be read/],
    [await fileOf('{'), /PRICES_FILE: /],
    [await fileOf(JSON.stringify({ ...table, currency: 'CLP' })), /PRICES_FILE: .*currency/],
    [
      await fileOf(JSON.stringify({ ...table, prices: [{ ...price, microUsdPerMillion: -1 }] })),
      /PRICES_FILE: .*prices/,
    ],
  ];
  for (const [file, problem] of problems) assert.match(await problemOf(file), problem);
});

test('the sidecar does not start with prices that are wrong', async () => {
  const config = loadConfig({
    PORT: '0',
    PUBLIC_URL: 'https://voice.example.com',
    ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'auth-token-of-the-tests',
    LOG_LEVEL: 'silent',
    PRICES_FILE: await fileOf('[]'),
  });
  await assert.rejects(startSidecar(config), { name: 'ConfigError', message: /PRICES_FILE/ });
});
