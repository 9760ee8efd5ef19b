import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const chromium = new URL('chromium.ts', import.meta.url).href;

/** What a test would do on a machine without a browser. */
async function withoutChromium(environment: Readonly<Record<string, string>>): Promise<unknown> {
  const script = `
    const { launchChromium, skipWithoutChromium } = await import(${JSON.stringify(chromium)});
    const launched = await launchChromium().then(() => true, ({ message }) => message);
    console.log(JSON.stringify({ skip: skipWithoutChromium, launched }));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script],
    { env: { CHROMIUM_PATH: '/nowhere/chromium', ...environment } },
  );
  return JSON.parse(stdout);
}

test('a missing browser skips its tests, with the reason, and fails them in CI', async () => {
  const launched =
    'no Chromium found: install it (apt-get install chromium) or set CHROMIUM_PATH to its executable';
  assert.deepEqual(await withoutChromium({}), { skip: launched, launched });
  assert.deepEqual(await withoutChromium({ CI: '1' }), { skip: false, launched });
});
