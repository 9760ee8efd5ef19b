import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** In the order of the alphabet; a name that stands twice comes twice. */
const namesIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name).sort();

test('.env.example has every variable of the configuration once, and no other', () => {
  // The schema is private to its module, so its keys are taken from the source.
  const [, schema = ''] =
    /environmentSchema = z\.object\(\{\n(.*?)\n\}\)/s.exec(read('config.ts')) ?? [];
  const configured = namesIn(schema, /^ {2}([A-Z][A-Z0-9_]*):/gm);
  assert.ok(configured.includes('PUBLIC_URL'), 'the schema was not found');
  // One that shows its default is commented out.
  const shown = namesIn(read('../../../.env.example'), /^#?([A-Z][A-Z0-9_]*)=/gm);
  assert.deepEqual(shown, configured);
});
