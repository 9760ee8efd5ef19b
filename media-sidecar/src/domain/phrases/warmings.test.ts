import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProviderError } from '../../kernel/errors.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import type { OwnedPhrase, PhraseStore } from './ports.ts';
import { Warmings } from './warmings.ts';

const voice = { name: 'es-US-Neural2-A', languageCode: 'es-US' };
const phrases = (count: number): OwnedPhrase[] =>
  Array.from({ length: count }, (_, index) => ({ text: `frase ${String(index)}`, voice }));

/** Each synthesis takes 1 s. */
function setUp() {
  const clock = new VirtualClock();
  const startedMs: number[] = [];
  const failures: ProviderError[] = [];
  let running = 0;
  let most = 0;
  const fetch: PhraseStore['fetch'] = async () => {
    startedMs.push(clock.monotonicMs());
    running += 1;
    most = Math.max(most, running);
    const failure = failures.shift();
    await new Promise<void>((resolve) => void clock.schedule(1000, resolve));
    running -= 1;
    if (failure) throw failure;
    return { audio: new Uint8Array(8), cached: false };
  };
  const there = new Set<string>();
  const store: PhraseStore = {
    has: ({ text }) => there.has(text),
    fetch: (phrase, signal) =>
      there.has(phrase.text)
        ? Promise.resolve({ audio: new Uint8Array(8), cached: true })
        : fetch(phrase, signal),
    list: () => [],
    remove: () => 0,
    use: () => ({ entries: 0, sizeBytes: 0, hits: 0, misses: 0 }),
  };
  const warmings = new Warmings({ store, clock, logger: silentLogger });
  return { clock, warmings, startedMs, failures, there, most: () => most };
}

const failure = (code: 'rate-limited' | 'unavailable' | 'invalid-request', retryAfterMs?: number) =>
  new ProviderError('tts', code, code, {
    retryable: code !== 'invalid-request',
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });

describe('a warming', () => {
  it('begins a few syntheses at a time, with a pause between them', async () => {
    const { clock, warmings, startedMs, most } = setUp();
    const id = warmings.begin(phrases(4), undefined);
    await clock.advanceAsync(1100);
    assert.equal(warmings.get(id)?.warming.status, 'running');
    await clock.advanceAsync(5000);
    assert.deepEqual(startedMs, [0, 200, 400, 1000]);
    assert.equal(most(), 3);
    const { status, done, synthesized } = warmings.get(id)?.warming ?? {};
    assert.deepEqual(
      { status, done, synthesized },
      { status: 'completed', done: 4, synthesized: 4 },
    );
  });

  it('does not wait for what is there already', async () => {
    const { clock, warmings, there } = setUp();
    for (const { text } of phrases(500)) there.add(text);
    const id = warmings.begin(phrases(500), undefined);
    await clock.advanceAsync(0);
    assert.equal(warmings.get(id)?.warming.alreadyCached, 500);
  });

  it('shares its pace with the others', async () => {
    const { clock, warmings, startedMs, most } = setUp();
    warmings.begin(phrases(2), 'andes');
    warmings.begin(phrases(2), 'maipo');
    await clock.advanceAsync(5000);
    assert.equal(startedMs.length, 4);
    assert.equal(most(), 3);
  });

  it('waits as long as the provider asks, and longer each time when it does not', async () => {
    const { clock, warmings, startedMs, failures } = setUp();
    failures.push(failure('rate-limited', 7000), failure('unavailable'));
    const id = warmings.begin(phrases(1), undefined);
    await clock.advanceAsync(60_000);
    assert.deepEqual(startedMs, [0, 8000, 11_000]);
    assert.equal(warmings.get(id)?.warming.synthesized, 1);
  });

  it('gives a phrase up after its last try, or at once when it can never be had', async () => {
    const { clock, warmings, startedMs, failures } = setUp();
    failures.push(...Array.from({ length: 5 }, () => failure('unavailable')));
    const lost = warmings.begin(phrases(1), undefined);
    await clock.advanceAsync(120_000);
    assert.equal(startedMs.length, 5);
    assert.equal(warmings.get(lost)?.warming.status, 'failed');
    failures.push(failure('invalid-request'));
    const refused = warmings.begin(phrases(1), undefined);
    await clock.advanceAsync(120_000);
    assert.equal(startedMs.length, 6);
    assert.deepEqual(warmings.get(refused)?.warming.errors, [
      { index: 0, code: 'invalid-request', message: 'invalid-request' },
    ]);
  });

  it('is forgotten an hour after its end', async () => {
    const { clock, warmings } = setUp();
    const id = warmings.begin(phrases(1), undefined);
    await clock.advanceAsync(3_600_000);
    assert.ok(warmings.get(id));
    await clock.advanceAsync(2000);
    assert.equal(warmings.get(id), undefined);
  });

  it('stops when the sidecar does', async () => {
    const { clock, warmings, startedMs } = setUp();
    warmings.begin(phrases(100), undefined);
    await clock.advanceAsync(500);
    warmings.close();
    await clock.advanceAsync(60_000);
    assert.equal(startedMs.length, 3);
  });
});
