import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProviderError } from '../kernel/errors.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import type { TextToSpeech } from './contract.ts';
import { FallbackTextToSpeech } from './fallback.ts';
import { ResilientTextToSpeech } from './resilient.ts';
import { FakeTextToSpeech } from './testing/fake-text-to-speech.ts';

const voice = { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US' };
const down = () => new ProviderError('p', 'unavailable', 'down', { retryable: true });

async function speak(clock: VirtualClock, tts: TextToSpeech): Promise<number> {
  let bytes = 0;
  const speaking = (async () => {
    const request = { text: 'Buenos días a todos.', voice };
    for await (const chunk of tts.synthesize(request, new AbortController().signal)) {
      bytes += chunk.length;
    }
  })();
  speaking.catch(() => undefined);
  await clock.advanceAsync(10_000);
  await speaking;
  return bytes;
}

describe('fallback of voices', () => {
  it('takes the next adapter, with the voice that stands in', async () => {
    const clock = new VirtualClock();
    const first = new FakeTextToSpeech(clock, {}, 'first');
    const second = new FakeTextToSpeech(clock, {}, 'second');
    const counted: unknown[] = [];
    const metrics = {
      count: (...args: unknown[]) => counted.push(args),
      observeMs() {},
      gauge() {},
    };
    const tts = new FallbackTextToSpeech(
      [
        { adapter: first },
        { adapter: second, voice: (wanted) => ({ ...wanted, name: 'es-US-Neural2-A' }) },
      ],
      metrics as never,
    );
    first.failNext(down());
    assert.equal(await speak(clock, tts), second.audioMs('Buenos días a todos.') * 8);
    assert.equal(first.requests[0]?.voice.name, voice.name);
    assert.equal(second.requests[0]?.voice.name, 'es-US-Neural2-A');
    assert.deepEqual(counted, [['provider_fallbacks', { capability: 'tts', to: 'second' }]]);
  });

  it('does not say a beginning twice', async () => {
    const clock = new VirtualClock();
    const first = new FakeTextToSpeech(clock);
    const second = new FakeTextToSpeech(clock);
    first.failNext(down(), 1);
    const tts = new FallbackTextToSpeech([{ adapter: first }, { adapter: second }]);
    await assert.rejects(speak(clock, tts), { code: 'unavailable' });
    assert.equal(second.requests.length, 0);
  });

  it('needs somebody to ask', () => {
    assert.throws(() => new FallbackTextToSpeech([]), RangeError);
  });
});

describe('a resilient voice', () => {
  it('tries again when nothing was said', async () => {
    const clock = new VirtualClock();
    const inner = new FakeTextToSpeech(clock, { firstByteMs: 0 });
    inner.failNext(down());
    const tts = new ResilientTextToSpeech(inner, { firstRetryMs: 1 });
    const request = { text: 'Hola.', voice };
    const iterator = tts.synthesize(request, new AbortController().signal)[Symbol.asyncIterator]();
    const first = iterator.next();
    // The retry waits in real time, the fake in virtual time: move the latter until it is through.
    let isDone = false;
    void first.finally(() => (isDone = true));
    while (!isDone) await clock.advanceAsync(10);
    assert.equal((await first).done, false);
    assert.equal(inner.requests.length, 2);
    await iterator.return?.();
    assert.equal(tts.name, inner.name);
  });
});
