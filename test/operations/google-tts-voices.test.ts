import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { startCloud, type Cloud } from './cloud.ts';

let cloud: Cloud;
before(async () => {
  cloud = await startCloud();
});
after(() => cloud[Symbol.asyncDispose]());
beforeEach(() => cloud.simulator.requests.clear());

const run = (parameters: IDataObject) => ({
  node: 'googleTTS',
  parameters: { resource: 'voice', operation: 'getMany', ...parameters },
  credentials: { googleSpeechApi: cloud.credentials.googleSpeechApi ?? {} },
});

describe('Voice: Get Many', () => {
  test('lists the voices of the language, with family and gender', async () => {
    const { items, error } = await cloud.engine.run(run({ language: 'es-US', returnAll: true }));
    assert.equal(error, undefined);
    const [request] = cloud.simulator.requests.list({ path: /\/v1\/voices$/ });
    assert.deepEqual(request?.query, { languageCode: ['es-US'] });
    assert.deepEqual(items.find(({ json }) => json.name === 'es-US-Neural2-B')?.json, {
      name: 'es-US-Neural2-B',
      languageCodes: ['es-US'],
      family: 'Neural2',
      gender: 'male',
      naturalSampleRateHz: 24_000,
    });
    assert.ok(items.some(({ json }) => json.family === 'Chirp 3 HD'));
  });

  test('filters by family, gender and name, and stops at the limit', async () => {
    const { items } = await cloud.engine.run(
      run({
        language: 'all',
        limit: 3,
        filters: { families: ['Wavenet', 'Neural2'], gender: 'female', search: 'es-es' },
      }),
    );
    assert.equal(items.length, 3);
    for (const { json } of items) {
      assert.match(String(json.name), /^es-ES-(Wavenet|Neural2)-/);
      assert.equal(json.gender, 'female');
    }
    const [request] = cloud.simulator.requests.list({ path: /\/v1\/voices$/ });
    assert.deepEqual(request?.query, {});
  });

  test('a language that has no voices gives none', async () => {
    const { items, error } = await cloud.engine.run(run({ language: 'es-CL' }));
    assert.equal(error, undefined);
    assert.deepEqual(items, []);
  });

  test('a limit of 0 is refused', async () => {
    const { error } = await cloud.engine.run(run({ limit: 0 }));
    assert.match(error?.message ?? '', /Limit must be at least 1/);
  });
});

describe('the lists of the panel', () => {
  test('the voices are those of the chosen language, found by parts of name, family and gender', async () => {
    const input = run({ resource: 'speech', operation: 'synthesize', language: 'es-ES' });
    const all = await cloud.engine.search(input, 'searchVoices');
    assert.ok(all.results.length > 10);
    assert.ok(all.results.every(({ value }) => String(value).startsWith('es-ES-')));
    const found = await cloud.engine.search(input, 'searchVoices', 'neural2 male');
    assert.ok(found.results.length > 0);
    for (const { name } of found.results) assert.match(name, /\(Neural2, male\)$/);
    const named = await cloud.engine.search(input, 'searchVoices', 'chirp3-hd-ao');
    assert.deepEqual(named.results, [
      { name: 'es-ES-Chirp3-HD-Aoede (Chirp 3 HD, female)', value: 'es-ES-Chirp3-HD-Aoede' },
    ]);
  });

  test('the languages are those that Google has voices for', async () => {
    const languages = await cloud.engine.options(run({}), 'getLanguages');
    assert.deepEqual(languages[0], { name: 'All Languages', value: 'all' });
    assert.ok(
      languages.some(
        ({ name, value }) => value === 'es-US' && name === 'Spanish (United States) (es-US)',
      ),
    );
    assert.ok(!languages.some(({ value }) => value === 'es-CL'));
  });
});
