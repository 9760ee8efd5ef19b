import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

/**
 * A lint rule that never fires looks just like clean code: an unresolved path, a misspelt folder or a
 * renamed option is enough. So each kind of forbidden import is tried here, on files that exist.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
// The files that are linted here do not exist, so no program has their types.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: tseslint.configs.disableTypeChecked as never,
});

async function findings(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: `${root}${filePath}` });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

const layer = 'import-x/no-restricted-paths';
const uses = (path: string) => `import * as other from '${path}';\nexport default other;\n`;

const forbidden: Array<[rule: string, file: string, imported: string, found: string]> = [
  ['turn does not know the models', 'media-sidecar/src/turn/x.ts', '../llm/contract.ts', layer],
  ['kernel knows nobody', 'media-sidecar/src/kernel/x.ts', '../call/ports.ts', layer],
  [
    'a call knows the contract of a provider, and nothing behind it',
    'media-sidecar/src/call/x.ts',
    '../stt/testing/fake-speech-to-text.ts',
    layer,
  ],
  ['a call does not know the database', 'media-sidecar/src/call/x.ts', '../db/sql.ts', layer],
  [
    'the sidecar knows no simulator, by path',
    'media-sidecar/src/app.ts',
    '../../simulator/src/voices/contract.ts',
    layer,
  ],
  [
    'the sidecar knows no simulator, by name, in a test neither',
    'media-sidecar/src/call/x.test.ts',
    'simulator',
    'no-restricted-imports',
  ],
  [
    'the simulator knows no sidecar',
    'simulator/src/x.ts',
    '../../media-sidecar/src/kernel/errors.ts',
    layer,
  ],
];

for (const [rule, file, imported, expected] of forbidden) {
  test(`reports an import across a boundary: ${rule}`, async () => {
    if (imported.startsWith('.')) {
      assert.ok(existsSync(new URL(imported, `file://${root}${file}`)), `${imported} must exist`);
    }
    const found = await findings(file, uses(imported));
    assert.ok(found.includes(expected), `found only ${found.join(', ')}`);
  });
}

const allowed: Array<[file: string, imported: string]> = [
  ['media-sidecar/src/call/x.ts', '../stt/contract.ts'],
  ['media-sidecar/src/call/x.ts', '../kernel/errors.ts'],
  ['media-sidecar/src/domain/calls/x.ts', '../../call/ports.ts'],
  ['media-sidecar/src/app.ts', './db/sql.ts'],
  ['media-sidecar/src/call/x.test.ts', '../stt/testing/fake-speech-to-text.ts'],
];

for (const [file, imported] of allowed) {
  test(`lets ${file} import ${imported}`, async () => {
    assert.ok(existsSync(new URL(imported, `file://${root}${file}`)), `${imported} must exist`);
    assert.deepEqual(await findings(file, uses(imported)), []);
  });
}

test('reports a reader of the environment outside the configuration', async () => {
  for (const code of [
    'export const port = process.env.PORT;\n',
    'const { env } = process;\nexport default env;\n',
    "import { env } from 'node:process';\nexport default env;\n",
  ]) {
    assert.deepEqual(await findings('media-sidecar/src/call/x.ts', code), ['no-restricted-syntax']);
  }
  assert.deepEqual(
    await findings('media-sidecar/src/config/x.ts', 'export const port = process.env.PORT;\n'),
    [],
  );
});

test('reports a node that brings its own dependency', async () => {
  const code = "import twilio from 'twilio';\nexport default twilio;\n";
  assert.deepEqual(await findings('nodes/TwilioVoice/shared/x.ts', code), [
    '@n8n/community-nodes/no-restricted-imports',
  ]);
});
