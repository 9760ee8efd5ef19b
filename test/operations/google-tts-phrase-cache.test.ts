import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { RunInput } from '../engine/engine.ts';
import { startCloud, type Cloud } from './cloud.ts';

let cloud: Cloud;
before(async () => {
  cloud = await startCloud({ sidecar: true });
});
after(() => cloud[Symbol.asyncDispose]());

const aoede = { voice: { __rl: true, mode: 'name', value: 'es-US-Chirp3-HD-Aoede' } };
const neural = {
  voice: { __rl: true, mode: 'list', value: 'es-US-Neural2-A' },
  speakingRate: 1.1,
};

function run(parameters: IDataObject, more: Partial<RunInput> = {}) {
  return cloud.engine.run({
    node: 'googleTTS',
    parameters: { resource: 'phraseCache', ...parameters },
    credentials: { voiceSidecarApi: cloud.credentials.voiceSidecarApi ?? {} },
    ...more,
  });
}

const requests = (method: string, path: RegExp) =>
  cloud.sidecar?.requests.filter((one) => one.method === method && path.test(one.path)) ?? [];

describe('Phrase Cache', () => {
  test('Warm has each phrase spoken by each voice, once, and waits for it', async () => {
    const { items, error } = await run({
      operation: 'warm',
      phrases: 'Buenos días.\n\n  Un momento, por favor.  \nBuenos días.',
      voices: { values: [aoede, neural] },
    });
    assert.equal(error, undefined);
    const [request] = requests('POST', /warmings$/);
    const voices = [
      { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US' },
      { name: 'es-US-Neural2-A', languageCode: 'es-US', speakingRate: 1.1 },
    ];
    assert.deepEqual(request?.body, {
      phrases: ['Buenos días.', 'Un momento, por favor.'].flatMap((text) =>
        voices.map((voice) => ({ text, voice })),
      ),
    });
    const { warmings, ...report } = items[0]?.json ?? {};
    assert.deepEqual(report, {
      tenant: null,
      status: 'completed',
      total: 4,
      done: 4,
      synthesized: 4,
      alreadyCached: 0,
      failed: 0,
      errors: [],
    });
    assert.equal((warmings as string[]).length, 1);
    assert.deepEqual(items[0]?.pairedItem, [{ item: 0 }]);
  });

  test('Warm takes a list, and tells what was there already', async () => {
    const { items } = await run(
      { operation: 'warm', phrases: '={{ $json.phrases }}', voices: { values: [aoede] } },
      { items: [{ json: { phrases: ['Buenos días.', 'Adiós.'] } }] },
    );
    assert.equal(items[0]?.json.alreadyCached, 1);
    assert.equal(items[0]?.json.synthesized, 1);
  });

  test('Warm bundles the items of a tenant', async () => {
    const before = requests('POST', /warmings$/).length;
    const { items, error } = await run(
      { operation: 'warm', phrases: '={{ $json.text }}', voices: { values: [aoede] } },
      { items: ['Uno.', 'Dos.', 'Tres.'].map((text) => ({ json: { text } })) },
    );
    assert.equal(error, undefined);
    assert.equal(requests('POST', /warmings$/).length, before + 1);
    assert.equal(items.length, 1);
    assert.equal(items[0]?.json.total, 3);
    assert.deepEqual(items[0]?.pairedItem, [{ item: 0 }, { item: 1 }, { item: 2 }]);
  });

  test('Warm without waiting gives the ID, and Get Warming the progress', async () => {
    const { items } = await run({
      operation: 'warm',
      phrases: 'Gracias por esperar.',
      voices: { values: [neural] },
      wait: false,
    });
    assert.equal(items[0]?.json.status, 'running');
    assert.equal(items[0]?.json.done, 0);
    const got = await run({ operation: 'getWarming' }, { items: [{ json: items[0]?.json ?? {} }] });
    assert.equal(got.error, undefined);
    assert.equal(got.items[0]?.json.total, 1);
    assert.equal(got.items[0]?.json.id, (items[0]?.json.warmings as string[])[0]);
  });

  test('Get Warming tells that it does not know one', async () => {
    const { error } = await run({ operation: 'getWarming', warmingId: 'none' });
    assert.match(error?.message ?? '', /warming is not known: none/);
  });

  test('Warm fails when no phrase could be had, with the reason', async () => {
    const { error } = await run({
      operation: 'warm',
      phrases: 'Hola.',
      voices: { values: [{ voice: { __rl: true, mode: 'name', value: 'es-US-Neural2-Z' } }] },
    });
    assert.equal(error?.message, 'None of the 1 phrases could be warmed');
    assert.match(error?.description ?? '', /es-US-Neural2-Z/);
  });

  test('Warm tells which phrases failed when others did not', async () => {
    const { items, error } = await run({
      operation: 'warm',
      phrases: 'Hola.',
      voices: {
        values: [aoede, { voice: { __rl: true, mode: 'name', value: 'es-US-Neural2-Z' } }],
      },
    });
    assert.equal(error, undefined);
    assert.equal(items[0]?.json.status, 'completed');
    assert.equal(items[0]?.json.failed, 1);
    const [failed] = items[0]?.json.errors as IDataObject[];
    assert.equal(failed?.text, 'Hola.');
    assert.equal(failed?.voice, 'es-US-Neural2-Z');
  });

  test('Get Statistics counts phrases, hits and misses', async () => {
    const { items, error } = await run({ operation: 'getStatistics' });
    assert.equal(error, undefined);
    const { entries, sizeBytes, hits, misses, hitRate } = items[0]?.json ?? {};
    assert.ok(Number(entries) > 0 && Number(sizeBytes) > 0);
    assert.ok(Number(hits) >= 0 && Number(misses) > 0);
    assert.ok(Number(hitRate) >= 0 && Number(hitRate) <= 1);
    assert.deepEqual(requests('GET', /phrases\/stats$/).at(-1)?.query, {});
  });

  test('Remove forgets a phrase, a voice, or everything', async () => {
    const phrase = await run({ operation: 'remove', what: 'phrase', text: 'Buenos días.' });
    assert.equal(phrase.error, undefined);
    assert.deepEqual(phrase.items[0]?.json, { removed: 2 });
    const voice = await run({
      operation: 'remove',
      what: 'voice',
      voice: { __rl: true, mode: 'name', value: 'es-US-Neural2-A' },
    });
    assert.deepEqual(requests('DELETE', /phrases$/).at(-1)?.body, {
      voice: { name: 'es-US-Neural2-A' },
    });
    assert.ok(Number(voice.items[0]?.json.removed) >= 1);
    const all = await run({ operation: 'remove', what: 'all' });
    assert.ok(Number(all.items[0]?.json.removed) >= 1);
    const { items } = await run({ operation: 'getStatistics' });
    assert.equal(items[0]?.json.entries, 0);
  });
});
