import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { Api, TestTenant } from '../testing/api-fixture.ts';
import { refused, startApi, tenantWithKey, voice } from '../testing/api-fixture.ts';
import { FakePhraseStore } from '../testing/fake-phrase-store.ts';

onEachDatabase('the API of the phrase cache', (database) => {
  let api: Api;
  let store: FakePhraseStore;
  let andes: TestTenant;
  let maipo: TestTenant;

  before(async () => {
    store = new FakePhraseStore();
    api = await startApi(database(), { phrases: store });
    andes = await tenantWithKey(api, 'phrases-andes');
    maipo = await tenantWithKey(api, 'phrases-maipo');
  });
  beforeEach(() => store.clear());

  const speak = (text: string, key?: string, more: object = {}) =>
    api.call('POST', '/v1/phrases/audio', { text, voice, ...more }, key);
  const warm = async (phrases: readonly object[], key?: string) => {
    const reply = await api.call('POST', '/v1/phrases/warmings', { phrases }, key);
    assert.deepEqual([reply.status, reply.json['total']], [202, phrases.length]);
    const id = String(reply.json['id']);
    for (;;) {
      const { json } = await api.call('GET', `/v1/phrases/warmings/${id}`, undefined, key);
      if (json['status'] !== 'running') return json;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  test('speaks a phrase, and has it the second time', async () => {
    const first = await speak('Un momento.');
    assert.equal(first.status, 200);
    const audio = Buffer.from(String(first.json['audio']), 'base64');
    assert.deepEqual(
      { ...first.json, audio: audio.length },
      {
        audio: 880,
        encoding: 'audio/x-mulaw',
        sampleRateHz: 8000,
        cached: false,
        durationMs: 110,
        characters: 11,
      },
    );
    assert.equal((await speak('Un momento.')).json['cached'], true);
  });

  test('refuses what cannot be spoken, and names the field', async () => {
    refused(await speak('  '), 400, 'invalid-request', 'text');
    refused(await speak('ñ'.repeat(2501)), 400, 'invalid-request', 'text');
    refused(
      await speak('Hola', undefined, { voice: { name: 'x' } }),
      400,
      'invalid-request',
      'voice.languageCode',
    );
    refused(
      await speak('Hola', undefined, { tenant: 'nobody' }),
      404,
      'tenant-not-found',
      'tenant',
    );
    refused(
      await speak('Hola', andes.key, { tenant: maipo.slug }),
      404,
      'tenant-not-found',
      'tenant',
    );
  });

  test('tells what the provider said in the words of the API', async () => {
    const fail = (...error: ConstructorParameters<typeof ProviderError>) => {
      store.failNext(new ProviderError(...error));
      return speak('Hola');
    };
    const lasting = { retryable: false };
    refused(
      await fail('tts', 'invalid-request', 'Voice es-XX does not exist', lasting),
      400,
      'invalid-request',
      'voice',
    );
    refused(
      await fail('tts', 'invalid-request', 'Text is not clean', lasting),
      400,
      'invalid-request',
      'text',
    );
    const limited = await fail('tts', 'rate-limited', '', { retryable: true, retryAfterMs: 2500 });
    refused(limited, 429, 'rate-limited');
    assert.equal(limited.headers['retry-after'], '3');
    refused(await fail('tts', 'unavailable', '', { retryable: true }), 503, 'speech-unavailable');
  });

  test('warms many phrases, and survives one that fails', async () => {
    await speak('Hola.', andes.key);
    store.failOn('Malo.', new ProviderError('tts', 'invalid-request', 'no', { retryable: false }));
    const texts = ['Hola.', 'Malo.', 'Un momento.', 'Ya está.'];
    const warming = await warm(
      texts.map((text) => ({ text, voice })),
      andes.key,
    );
    assert.deepEqual(
      { ...warming, id: '' },
      {
        id: '',
        status: 'completed',
        total: 4,
        done: 4,
        synthesized: 2,
        alreadyCached: 1,
        failed: 1,
        errors: [{ index: 1, code: 'invalid-request', message: 'no' }],
      },
    );
    assert.equal((await speak('Ya está.', andes.key)).json['cached'], true);
  });

  test('a warming of which nothing could be had has failed', async () => {
    store.failOn('Malo.', new ProviderError('tts', 'invalid-request', 'no', { retryable: false }));
    assert.equal((await warm([{ text: 'Malo.', voice }]))['status'], 'failed');
  });

  test('takes 1 to 1000 phrases of at most 1000 characters', async () => {
    const post = (phrases: unknown) => api.call('POST', '/v1/phrases/warmings', { phrases });
    refused(await post([]), 400, 'invalid-request', 'phrases');
    const many = Array.from({ length: 1001 }, () => ({ text: 'a', voice }));
    refused(await post(many), 400, 'invalid-request', 'phrases');
    refused(
      await post([{ text: 'a'.repeat(1001), voice }]),
      400,
      'invalid-request',
      'phrases.0.text',
    );
    const large = Array.from({ length: 1000 }, (_, i) => ({
      text: `${String(i)}${'ñ'.repeat(990)}`,
      voice,
    }));
    assert.equal((await warm(large))['done'], 1000);
  });

  test('a key sees the warmings of its own only', async () => {
    const warming = await warm([{ text: 'Hola.', voice }], andes.key);
    const path = `/v1/phrases/warmings/${String(warming['id'])}`;
    refused(await api.call('GET', path, undefined, maipo.key), 404, 'warming-not-found');
    assert.equal((await api.call('GET', path)).status, 200);
    refused(await api.call('GET', '/v1/phrases/warmings/none'), 404, 'warming-not-found');
  });

  test('lists, counts and removes what belongs to a key', async () => {
    await speak('Hola.', andes.key);
    await speak('Hola.', maipo.key);
    await speak('Adiós.', maipo.key);
    await speak('Adiós.', maipo.key);
    const list = async (key?: string, query = '') => {
      const { json } = await api.call('GET', `/v1/phrases${query}`, undefined, key);
      return (json['data'] as { text: string }[]).map(({ text }) => text);
    };
    assert.deepEqual(await list(andes.key), ['Hola.']);
    assert.deepEqual(await list(maipo.key), ['Adiós.', 'Hola.']);
    assert.deepEqual(await list(undefined, `?tenant=${andes.slug}`), ['Hola.']);
    assert.deepEqual(await list(undefined, '?search=ADI'), ['Adiós.']);
    const page = await api.call('GET', '/v1/phrases?limit=1');
    const cursor = String(page.json['nextCursor']);
    assert.deepEqual(await list(undefined, `?limit=1&cursor=${cursor}`), ['Hola.']);

    const stats = await api.call('GET', '/v1/phrases/stats', undefined, maipo.key);
    assert.deepEqual(stats.json, {
      entries: 2,
      sizeBytes: 880,
      hits: 2,
      misses: 1,
      hitRate: 2 / 3,
    });
    const remove = async (body: object, key?: string) =>
      (await api.call('DELETE', '/v1/phrases', body, key)).json['removed'];
    assert.equal(await remove({ text: 'Nada.' }, maipo.key), 0);
    assert.equal(await remove({}, maipo.key), 2);
    assert.deepEqual(await list(), ['Hola.'], 'what another tenant has stays');
    assert.equal(await remove({ voice: { name: voice.name } }), 1);
    assert.deepEqual(await list(), []);
    const empty = await api.call('GET', '/v1/phrases/stats', undefined, andes.key);
    assert.equal(empty.json['entries'], 0);
  });
});
