import assert from 'node:assert/strict';
import { test } from 'node:test';

import type * as Automotive from '../../nodes/GoogleSTT/data/automotive.ts';
import type * as Languages from '../../nodes/GoogleSTT/data/languages.ts';
import type * as Models from '../../nodes/GoogleSTT/data/models.ts';
import { built } from './package.ts';

const { phraseSets } = built<typeof Automotive>('nodes/GoogleSTT/data/automotive');
const { languages, fallbacksFor, isLanguageTag } = built<typeof Languages>(
  'nodes/GoogleSTT/data/languages',
);
const { speechModels, locations } = built<typeof Models>('nodes/GoogleSTT/data/models');

test('the ready-made phrases fit into any request, also into one of a live transcription', () => {
  for (const sets of Object.values(phraseSets)) {
    const phrases = sets.flatMap((set) => set.phrases);
    assert.ok(phrases.length >= 200 && phrases.length <= 500, String(phrases.length));
    assert.equal(new Set(phrases.map((phrase) => phrase.toLowerCase())).size, phrases.length);
    assert.ok(phrases.every((phrase) => phrase.trim() === phrase && phrase.length <= 100));
    assert.ok(sets.every(({ boost }) => boost > 0 && boost <= 20));
  }
});

test('es-CL is the first language; each has a name and a valid tag', () => {
  assert.equal(languages[0]?.[0], 'es-CL');
  assert.ok(languages.every(([code]) => isLanguageTag(code)));
  assert.equal(new Set(languages.map(([code]) => code)).size, languages.length);
  assert.ok(['cmn-Hans-CN', 'es-419', 'auto', 'yue-Hant-HK'].every(isLanguageTag));
  assert.ok(!['', 'español', 'ES-cl', 'es_CL'].some(isLanguageTag));
});

test('a language falls back to its neighbours, never to itself', () => {
  assert.deepEqual(fallbacksFor('es-CL'), ['es-US', 'es-ES']);
  assert.deepEqual(fallbacksFor('es-US'), ['es-ES']);
  assert.deepEqual(fallbacksFor('de-DE'), []);
});

test('each model is offered where it is', () => {
  for (const { locations: where = [], languages: known } of speechModels) {
    assert.ok(where.every((location) => locations.includes(location)));
    assert.ok(known.length > 0 && known.every(isLanguageTag));
  }
});
