import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProviderError } from '../kernel/errors.ts';
import { noMetrics } from '../kernel/metrics.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import type { SpeechRequest } from './contract.ts';
import { PhraseCache, type PhraseCacheOptions } from './phrase-cache.ts';
import { FakeTextToSpeech } from './testing/fake-text-to-speech.ts';

const voice = { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US' };
const never = new AbortController().signal;

function setUp(options: Partial<PhraseCacheOptions> = {}) {
  const clock = new VirtualClock();
  const inner = new FakeTextToSpeech(clock);
  const cache = new PhraseCache(inner, options);
  const listen = (text: string, signal = never, changes: Partial<SpeechRequest> = {}) => {
    const heard = { bytes: 0, chunks: 0, ended: false, error: undefined as unknown };
    const done = (async () => {
      try {
        for await (const chunk of cache.synthesize({ text, voice, ...changes }, signal)) {
          heard.bytes += chunk.length;
          heard.chunks += 1;
        }
      } catch (error) {
        heard.error = error;
      }
      heard.ended = true;
    })();
    return { heard, done };
  };
  const hear = async (...parameters: Parameters<typeof listen>) => {
    const { heard, done } = listen(...parameters);
    await clock.advanceAsync(60_000);
    await done;
    return heard;
  };
  return { clock, inner, cache, listen, hear };
}

describe('the phrase cache', () => {
  it('asks once for a phrase, and has it at once the second time', async () => {
    const { inner, hear, listen, cache } = setUp();
    const first = await hear('Un momento, por favor.');
    const second = listen('Un momento, por favor. ');
    await second.done;
    assert.equal(second.heard.bytes, first.bytes);
    assert.equal(second.heard.chunks, 1);
    assert.equal(inner.requests.length, 1);
    assert.deepEqual(cache.statistics, {
      hits: 1,
      misses: 1,
      shared: 0,
      bypassed: 0,
      phrases: 1,
      bytes: first.bytes,
    });
  });

  it('lets the one who asks first pay, and nobody who joins or finds it there', async () => {
    const { clock, hear, listen } = setUp();
    const paid: string[] = [];
    const paidBy = (who: string) => ({
      onUsage: ({ characters }: { characters: number }) => void paid.push(`${who} ${characters}`),
    });
    const first = listen('Un momento.', never, paidBy('first'));
    const joined = listen('Un momento.', never, paidBy('joined'));
    await clock.advanceAsync(60_000);
    await Promise.all([first.done, joined.done]);
    await hear('Un momento.', never, paidBy('later'));
    assert.deepEqual(paid, ['first 11']);
    const long = 'Una frase larga. '.repeat(20);
    await hear(long, never, paidBy('long'));
    await hear(long, never, paidBy('again'));
    assert.deepEqual(paid.slice(1), [`long ${long.length}`, `again ${long.length}`]);
  });

  it('streams the first time: nobody waits for the end', async () => {
    const { clock, listen } = setUp();
    const { heard } = listen('Buenos días, ¿en qué le puedo ayudar?');
    await clock.advanceAsync(100);
    assert.ok(heard.bytes > 0);
    assert.equal(heard.ended, false);
    await clock.advanceAsync(10_000);
    assert.equal(heard.ended, true);
  });

  it('keeps voices and rates apart', async () => {
    const { inner, hear } = setUp();
    await hear('Hola.');
    await hear('Hola.', never, { voice: { ...voice, name: 'es-US-Chirp3-HD-Puck' } });
    await hear('Hola.', never, { voice: { ...voice, speakingRate: 1.2 } });
    await hear('Hola.', never, { voice: { ...voice, speakingRate: 1 } });
    assert.equal(inner.requests.length, 3);
  });

  it('lets calls that want the same at the same time share one request', async () => {
    const { clock, inner, listen, cache } = setUp();
    const first = listen('Un momento, por favor.');
    await clock.advanceAsync(110);
    const second = listen('Un momento, por favor.');
    await clock.advanceAsync(10_000);
    assert.equal(inner.requests.length, 1);
    assert.equal(second.heard.bytes, first.heard.bytes);
    assert.ok(first.heard.bytes > 0);
    assert.equal(cache.statistics.shared, 1);
  });

  it('goes on for the others when one of them is interrupted', async () => {
    const { clock, inner, listen, cache } = setUp();
    const abort = new AbortController();
    const first = listen('Un momento, por favor.', abort.signal);
    const second = listen('Un momento, por favor.');
    await clock.advanceAsync(110);
    abort.abort();
    await clock.advanceAsync(10_000);
    assert.equal(first.heard.ended, true);
    assert.ok(first.heard.bytes < second.heard.bytes);
    assert.deepEqual(inner.aborted, []);
    assert.equal(cache.statistics.phrases, 1);
  });

  it('never keeps a part: an interrupted phrase is aborted, and asked for again', async () => {
    const { clock, inner, listen, hear, cache } = setUp();
    const abort = new AbortController();
    const first = listen('Un momento, por favor.', abort.signal);
    await clock.advanceAsync(110);
    abort.abort();
    await first.done;
    // Perhaps before the aborted request has ended: it must not be joined.
    const second = listen('Un momento, por favor.');
    await clock.advanceAsync(10_000);
    assert.equal(inner.aborted.length, 1);
    assert.equal(inner.requests.length, 2);
    assert.ok(second.heard.bytes > first.heard.bytes);
    assert.equal(second.heard.error, undefined);
    assert.equal((await hear('Un momento, por favor.')).bytes, second.heard.bytes);
    assert.equal(cache.statistics.phrases, 1);
  });

  it('never keeps a part: what fails is told to all, and asked for again', async () => {
    const { clock, inner, listen, hear, cache } = setUp();
    const failure = new ProviderError('p', 'unavailable', 'down', { retryable: true });
    inner.failNext(failure, 1);
    const listeners = [listen('Un momento, por favor.'), listen('Un momento, por favor.')];
    await clock.advanceAsync(10_000);
    for (const { heard } of listeners) assert.equal(heard.error, failure);
    assert.equal(cache.statistics.phrases, 0);
    assert.equal((await hear('Un momento, por favor.')).error, undefined);
  });

  it('passes long texts by', async () => {
    const { inner, hear, cache } = setUp({ maxTextLength: 10 });
    await hear('Esto es más largo.');
    await hear('Esto es más largo.');
    assert.equal(inner.requests.length, 2);
    assert.deepEqual([cache.statistics.bypassed, cache.statistics.phrases], [2, 0]);
  });

  it('stays within its budget: what was not used for longest goes', async () => {
    const { inner, hear, cache } = setUp({ maxBytes: 3 * 800 });
    const texts = ['a', 'b', 'c'].map((letter) => letter.padEnd(100 / 60 + 1, '.'));
    for (const text of texts) await hear(text);
    const each = cache.statistics.bytes / 3;
    assert.ok(each <= 1600);
    await hear(texts[0] ?? '');
    for (const text of ['d.', 'e.']) await hear(text);
    assert.ok(cache.statistics.bytes <= 2400);
    const before = inner.requests.length;
    await hear(texts[1] ?? '');
    assert.equal(inner.requests.length, before + 1);
  });

  it('does not keep a phrase that is longer than the whole budget', async () => {
    const { hear, cache } = setUp({ maxBytes: 100 });
    await hear('Hola.');
    assert.deepEqual([cache.statistics.phrases, cache.statistics.bytes], [0, 0]);
  });

  it('warms up, and says so when it cannot', async () => {
    const { clock, cache, inner, listen } = setUp();
    const warming = cache.warm(['Hola.', 'Un momento.'], voice);
    await clock.advanceAsync(10_000);
    await warming;
    await listen('Un momento.').done;
    assert.equal(inner.requests.length, 2);
    inner.failNext(new ProviderError('p', 'unavailable', 'down', { retryable: true }));
    const failing = assert.rejects(cache.warm(['Adiós.'], voice), { code: 'unavailable' });
    await clock.advanceAsync(10_000);
    await failing;
  });

  it('says nothing when it is aborted already', async () => {
    const { inner, hear } = setUp();
    assert.equal((await hear('Hola.', AbortSignal.abort())).bytes, 0);
    assert.equal(inner.requests.length, 0);
  });

  it('fetches longer texts too, and says whether they were there', async () => {
    const { clock, cache } = setUp();
    const fetch = async (text: string) => {
      const fetched = cache.fetch({ text, voice, owner: 'andes' }, never);
      await clock.advanceAsync(120_000);
      return fetched;
    };
    const long = 'a'.repeat(1000);
    const first = await fetch(long);
    assert.deepEqual([first.cached, first.audio.length], [false, 480_000]);
    const again = await fetch(` ${long} `);
    assert.deepEqual([again.cached, again.audio.length], [true, 480_000]);
    await fetch(`${long}a`);
    assert.equal((await fetch(`${long}a`)).cached, false);
    assert.equal(cache.statistics.bypassed, 2);
  });

  it('fetches in the background on a way of its own', async () => {
    const clock = new VirtualClock();
    const inner = new FakeTextToSpeech(clock);
    const background = new FakeTextToSpeech(clock);
    const cache = new PhraseCache(inner, {}, noMetrics, { background });
    background.failNext(new ProviderError('p', 'unavailable', 'away', { retryable: true }));
    const failed = assert.rejects(cache.fetch({ text: 'Hola.', voice }, never), {
      code: 'unavailable',
    });
    await clock.advanceAsync(1000);
    await failed;
    assert.deepEqual([inner.requests.length, background.requests.length], [0, 1]);
  });

  it('stops fetching when it is aborted, and keeps nothing', async () => {
    const { clock, cache, inner } = setUp();
    const abort = new AbortController();
    const failed = assert.rejects(cache.fetch({ text: 'Hola.', voice }, abort.signal), {
      name: 'AbortError',
    });
    await clock.advanceAsync(50);
    abort.abort();
    await clock.advanceAsync(50);
    await failed;
    assert.deepEqual([inner.aborted, cache.list()], [['Hola.'], []]);
  });

  it('tells owners apart: each sees, counts and gives up its own', async () => {
    const { cache, hear } = setUp();
    await hear('Hola.', never, { owner: 'andes' });
    await hear('Hola.', never, { owner: 'maipo' });
    await hear('Adiós.', never, { owner: 'maipo' });
    const texts = (owner?: string) => cache.list(owner ? { owner } : {}).map(({ text }) => text);
    assert.deepEqual(texts('andes'), ['Hola.']);
    assert.deepEqual(texts('maipo'), ['Adiós.', 'Hola.']);
    const { hits, misses, entries } = cache.use('maipo');
    assert.deepEqual({ hits, misses, entries }, { hits: 1, misses: 1, entries: 2 });
    assert.equal(cache.use().misses, 2);

    assert.equal(cache.remove({ owner: 'maipo', voice: { speakingRate: 1.2 } }), 0);
    assert.equal(cache.remove({ owner: 'maipo', voice: { speakingRate: 1 } }), 2);
    assert.deepEqual([texts(), texts('maipo')], [['Hola.'], []]);
    assert.equal(cache.remove({ text: ' Hola. ' }), 1);
    assert.deepEqual(cache.statistics.bytes, 0);
  });
});
