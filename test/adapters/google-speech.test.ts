import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Reframer } from '../../media-sidecar/src/audio/frames.ts';
import { silence } from '../../media-sidecar/src/audio/testing/signals.ts';
import { systemClock } from '../../media-sidecar/src/kernel/clock.ts';
import type { ProviderError } from '../../media-sidecar/src/kernel/errors.ts';
import type {
  ListeningUsage,
  SttOptions,
  Transcript,
} from '../../media-sidecar/src/stt/contract.ts';
import { GoogleSpeech } from '../../media-sidecar/src/stt/google/google-speech.ts';
import type { GoogleSpeechOptions } from '../../media-sidecar/src/stt/google/options.ts';
import { GoogleTextToSpeech } from '../../media-sidecar/src/tts/google/google-text-to-speech.ts';
import { startCloud, type TestCloud } from './cloud.ts';

const spoken = 'quiero saber el horario de mañana';

/** Words without what punctuation and capitals make of them. */
const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\s]/gu, '')
    .trim();

describe('Google Speech-to-Text', () => {
  const closing: (() => Promise<void>)[] = [];
  let cloud: TestCloud;
  let sentence: Uint8Array;

  before(async () => {
    cloud = await startCloud({ after: (close) => void closing.push(close as never) });
    const tts = new GoogleTextToSpeech({ connection: cloud.connection }, { clock: systemClock });
    closing.push(() => tts.close());
    const voice = { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US' };
    const chunks: Uint8Array[] = [];
    for await (const chunk of tts.synthesize(
      { text: spoken, voice },
      new AbortController().signal,
    )) {
      chunks.push(chunk);
    }
    sentence = Buffer.concat([...chunks, silence(1500)]);
    cloud.simulator.faults.set({
      speech: { interimDelayMs: 0, finalDelayMinMs: 0, finalDelayMaxMs: 0 },
    });
  });
  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  function listen(changes: Partial<GoogleSpeechOptions> = {}, stt: Partial<SttOptions> = {}) {
    const speech = new GoogleSpeech(
      { connection: cloud.connection, ...changes },
      { clock: systemClock },
    );
    closing.push(() => speech.close());
    const interims: Transcript[] = [];
    const finals: Transcript[] = [];
    const waiting: { count: number; resolve: () => void }[] = [];
    let fail: (error: ProviderError) => void = () => undefined;
    const failed = new Promise<ProviderError>((resolve) => (fail = resolve));
    const stream = speech.open(
      { languageCode: 'es-US', ...stt },
      {
        onInterim: (transcript) => interims.push(transcript),
        onFinal: (transcript) => {
          finals.push(transcript);
          for (const { count, resolve } of waiting) if (finals.length >= count) resolve();
        },
        onError: fail,
      },
    );
    const untilFinals = (count: number) =>
      new Promise<void>((resolve) => {
        if (finals.length >= count) resolve();
        else waiting.push({ count, resolve });
      });
    const say = (audio: Uint8Array) => {
      for (const frame of new Reframer().push(audio)) stream.write(frame);
    };
    return { stream, say, interims, finals, untilFinals, failed };
  }

  for (const api of ['v1', 'v2'] as const) {
    it(`recognises with ${api}: interims that grow, a final with its place`, async () => {
      const usages: ListeningUsage[] = [];
      const { stream, say, interims, finals, untilFinals } = listen(
        { api },
        {
          phrases: [{ value: 'horario', boost: 10 }],
          onUsage: (usage) => usages.push(usage),
        },
      );
      // Written before anything is connected: held, and sent in order.
      say(sentence);
      await untilFinals(1);
      stream.close();
      const [{ seconds, ...paid }] = usages as [ListeningUsage];
      assert.deepEqual(paid, { provider: 'google', model: `speech-${api}` });
      // What does not fill a request yet was not sent.
      assert.ok(Math.abs(seconds - sentence.length / 8000) < 0.1, `${seconds}`);
      stream.close();
      assert.equal(usages.length, 1);
      assert.equal(plain(finals[0]?.text ?? ''), spoken);
      assert.equal(finals[0]?.stability, 1);
      assert.ok(interims.length > 0);
      const endMs = finals[0]?.endMs ?? 0;
      assert.ok(endMs > 1000 && endMs <= sentence.length / 8, `${endMs}`);
    });
  }

  it('falls back to a language that the model knows', async () => {
    const { stream, say, finals, untilFinals } = listen(
      { model: 'latest_long' },
      { languageCode: 'es-CL' },
    );
    say(sentence);
    await untilFinals(1);
    stream.close();
    assert.equal(plain(finals[0]?.text ?? ''), spoken);
  });

  it('goes on through a failure with the words that were under way', async () => {
    cloud.simulator.faults.set({ speech: { failNext: { code: 14, count: 1 } } });
    const { stream, say, finals, untilFinals } = listen();
    say(sentence);
    await untilFinals(1);
    stream.close();
    assert.equal(plain(finals[0]?.text ?? ''), spoken);
  });

  it('rolls over between utterances without losing or doubling one', async () => {
    const { stream, say, finals, untilFinals } = listen({
      rollOverAfterMs: 0,
      rollOverAtLatestMs: 60_000,
    });
    for (let round = 1; round <= 3; round += 1) {
      say(sentence);
      await untilFinals(round);
    }
    stream.close();
    assert.deepEqual(
      finals.map(({ text }) => plain(text)),
      [spoken, spoken, spoken],
    );
    const places = finals.map(({ endMs }) => endMs);
    const lengthMs = sentence.length / 8;
    assert.ok(
      places.every((endMs, i) => endMs > i * lengthMs && endMs <= (i + 1) * lengthMs),
      `${places.join()} in steps of ${lengthMs}`,
    );
  });

  const ends = [
    ['v1', 'for its age', { streamLimitMs: 2500 }],
    ['v2', 'for its age', { streamLimitMs: 2500 }],
    ['v2', 'for want of audio', { audioTimeoutMs: 2500 }],
  ] as const;
  for (const [api, why, limits] of ends) {
    it(`goes on when Google ends the stream of ${api} ${why}`, async (t) => {
      cloud.simulator.faults.set({ speech: limits });
      t.after(() =>
        cloud.simulator.faults.set({ speech: { streamLimitMs: 305_000, audioTimeoutMs: 10_000 } }),
      );
      // The first failure would be told.
      const { stream, say, finals, untilFinals, failed } = listen({ api, maxFailures: 0 });
      say(sentence);
      await untilFinals(1);
      await new Promise<void>((resolve) => systemClock.schedule(2600, resolve));
      say(sentence);
      await Promise.race([untilFinals(2), failed.then((error) => Promise.reject(error))]);
      stream.close();
      assert.deepEqual(
        finals.map(({ text }) => plain(text)),
        [spoken, spoken],
      );
    });
  }

  it('says what is wrong with a request, and does not try it again', async () => {
    const unknown = await listen({ model: 'nonsense' }).failed;
    assert.deepEqual([unknown.code, unknown.retryable], ['invalid-request', false]);
    const connection = { ...cloud.connection, credentials: { apiKey: 'wrong' } };
    const stranger = await listen({ connection }).failed;
    assert.deepEqual([stranger.code, stranger.retryable], ['unauthenticated', false]);
  });

  it('gives up when nobody listens', async () => {
    const connection = { ...cloud.connection, endpoint: 'localhost:1' };
    const error = await listen({ connection, maxFailures: 2 }).failed;
    assert.deepEqual([error.code, error.retryable], ['unavailable', true]);
  });

  it('needs a project for version 2', () => {
    const { projectId: _, ...connection } = cloud.connection;
    assert.throws(() => listen({ api: 'v2', connection }), RangeError);
  });

  it('says nothing after it was closed', async () => {
    const { stream, say, interims, finals } = listen();
    say(sentence);
    stream.close();
    const other = listen();
    other.say(sentence);
    await other.untilFinals(1);
    other.stream.close();
    assert.deepEqual([interims, finals], [[], []]);
  });

  it('gives the last words when no more audio follows, long before the pause behind them is over', async () => {
    const { stream, say, finals } = listen();
    say(sentence.subarray(0, sentence.length - 1300 * 8));
    await stream.finish();
    assert.equal(plain(finals.at(-1)?.text ?? ''), spoken);
  });
});
