import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { encodeMulaw } from '../audio/mulaw.ts';
import { createVoices } from '../voices/espeak-voices.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import { pcmBytes, wavFile } from '../audio/wav.ts';
import { startTestCloud, testCertificate } from './testing/clients.ts';
import type { TestCertificate } from './testing/clients.ts';
import { AT_ONCE, collect, errorOf, finalsOf, frames } from './testing/speech-streams.ts';
import type { SpeechResponse, Stream } from './testing/speech-streams.ts';

const TEXT = 'Hola, quiero saber el horario de mañana.';
const CONFIG = {
  encoding: 'MULAW',
  sampleRateHertz: 8_000,
  languageCode: 'es-US',
  enableAutomaticPunctuation: true,
} as const;
let voices: EspeakVoices;
let certificate: TestCertificate;
let audio: Uint8Array;

before(async () => {
  certificate = await testCertificate();
  voices = await createVoices();
  audio = encodeMulaw((await voices.speak({ text: TEXT, voice: 'es-419+f3' })).pcm8k);
});
after(() => voices.close());

describe('streaming recognition, v1, with the real client over TLS', () => {
  it('hears what the voices said, in interim results and a final', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const stream = speech.streamingRecognize({ config: CONFIG, interimResults: true });
    const { responses, ended } = collect(stream);
    for (const frame of frames(audio)) stream.write(frame);
    stream.end();
    await ended;
    assert.deepEqual(finalsOf(responses), [TEXT]);
    const results = responses.flatMap((response) => response.results);
    assert.ok(results.some(({ isFinal, stability }) => !isFinal && stability > 0.8));
    assert.ok(results.every(({ languageCode }) => languageCode === 'es-us'));
    assert.ok(results.at(-1)!.alternatives[0]!.confidence > 0.99);
  });

  it('gives a final after a pause while the stream goes on', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate);
    const stream = speech.streamingRecognize({ config: CONFIG });
    stream.on('error', () => undefined);
    for (const frame of frames(audio)) stream.write(frame);
    for (let i = 0; i < 30; i++) stream.write(Buffer.alloc(160, 0xff));
    const [response] = (await once(stream, 'data')) as [SpeechResponse];
    assert.deepEqual(finalsOf([response]), [TEXT]);
    stream.destroy();
  });

  it('gives neither interims nor events nor punctuation nor word times unless asked', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const { enableAutomaticPunctuation: _, ...plain } = CONFIG;
    const stream = speech.streamingRecognize({ config: plain });
    const { responses, ended } = collect(stream);
    for (const frame of frames(audio)) stream.write(frame);
    stream.end();
    await ended;
    const results = responses.flatMap((response) => response.results);
    assert.deepEqual(finalsOf(responses), ['hola quiero saber el horario de mañana']);
    assert.equal(results.length, 1);
    assert.deepEqual(results[0]!.alternatives[0]!.words, []);
    assert.ok(responses.every((r) => r.speechEventType === 'SPEECH_EVENT_UNSPECIFIED'));
  });

  it('tells voice activity and word times when asked', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const stream = speech.streamingRecognize({
      config: { ...CONFIG, enableWordTimeOffsets: true },
      enableVoiceActivityEvents: true,
    });
    const { responses, ended } = collect(stream);
    for (const frame of frames(audio)) stream.write(frame);
    for (let i = 0; i < 30; i++) stream.write(Buffer.alloc(160, 0xff));
    stream.end();
    await ended;
    const events = responses.map(({ speechEventType }) => speechEventType);
    assert.ok(events.indexOf('SPEECH_ACTIVITY_BEGIN') < events.indexOf('SPEECH_ACTIVITY_END'));
    const final = responses.flatMap(({ results }) => results).find(({ isFinal }) => isFinal);
    assert.equal(final?.alternatives[0]?.words.length, TEXT.split(' ').length);
  });

  it('says nothing to noise', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const stream = speech.streamingRecognize({ config: CONFIG, interimResults: true });
    const { responses, ended } = collect(stream);
    for (let i = 0; i < 100; i++) {
      stream.write(
        Buffer.from(Array.from({ length: 160 }, (_, k) => (i * 7919 + k * 104_729) % 251)),
      );
    }
    stream.end();
    await ended;
    assert.deepEqual(finalsOf(responses), []);
  });

  it('ends after one utterance when asked for a single one', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const stream = speech.streamingRecognize({
      config: { ...CONFIG, model: 'command_and_search' },
      singleUtterance: true,
    });
    const { responses, ended } = collect(stream);
    for (let round = 0; round < 2; round++) {
      for (const frame of frames(audio)) stream.write(frame);
      for (let i = 0; i < 40; i++) stream.write(Buffer.alloc(160, 0xff));
    }
    stream.end();
    await ended;
    assert.deepEqual(finalsOf(responses), [TEXT]);
    assert.ok(responses.some((r) => r.speechEventType === 'END_OF_SINGLE_UTTERANCE'));
  });
});

describe('what streaming recognition refuses', () => {
  const refused: [string, object, RegExp][] = [
    [
      'a language that no model knows',
      { config: { ...CONFIG, languageCode: 'xx-YY' } },
      /language code/,
    ],
    [
      'a model without the language',
      { config: { ...CONFIG, languageCode: 'es-CL', model: 'latest_long' } },
      /"latest_long" is currently not supported for language : "es-CL"/,
    ],
    ['a model of v2', { config: { ...CONFIG, model: 'chirp_3' } }, /incorrect model/],
    ['no sample rate', { config: { ...CONFIG, sampleRateHertz: 0 } }, /bad sample rate/],
    ['no encoding', { config: { ...CONFIG, encoding: 'ENCODING_UNSPECIFIED' } }, /bad encoding/],
    [
      'a single utterance with a long model',
      { config: { ...CONFIG, model: 'latest_long' }, singleUtterance: true },
      /single_utterance/,
    ],
    [
      'an activity timeout without activity events',
      { config: CONFIG, voiceActivityTimeout: { speechEndTimeout: { seconds: 1 } } },
      /enable_voice_activity_events/,
    ],
    [
      'four alternative languages',
      { config: { ...CONFIG, alternativeLanguageCodes: ['a', 'b', 'c', 'd'] } },
      /alternative/,
    ],
    ['no configuration inside', {}, /config is missing/],
  ];
  for (const [what, config, message] of refused) {
    it(what, async (t) => {
      const { speech } = await startTestCloud(t, voices, certificate);
      const stream = speech.streamingRecognize(config);
      const failure = errorOf(stream);
      stream.write(Buffer.alloc(160, 0xff));
      const error = await failure;
      assert.equal(error.code, 3);
      assert.match(error.details, message);
    });
  }

  it('audio before the configuration, a second configuration, a message that is too long', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate);
    const raw = (...messages: object[]) => {
      const stream = (speech as unknown as { _streamingRecognize(): Stream })._streamingRecognize();
      const failure = errorOf(stream);
      for (const message of messages) stream.write(message);
      return failure;
    };
    const config = { streamingConfig: { config: CONFIG } };
    const audioOf = (bytes: number) => ({ audioContent: Buffer.alloc(bytes, 0xff) });
    assert.match((await raw(audioOf(160))).details, /Malordered/);
    assert.match((await raw(config, config)).details, /Malordered/);
    assert.match((await raw(config, audioOf(25_601))).details, /maximum of 25600/);
  });

  it('audio far ahead of the clock', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate);
    const stream = speech.streamingRecognize({ config: CONFIG });
    const failure = errorOf(stream);
    for (let i = 0; i < 20; i++) stream.write(Buffer.alloc(16_000, 0xff));
    const error = await failure;
    assert.equal(error.code, 11);
    assert.match(error.details, /too fast/);
  });

  it('a missing key with 16, a wrong one with 3', async (t) => {
    const start = async (apiKey: string) => {
      const { speech } = await startTestCloud(t, voices, certificate, {}, apiKey);
      const stream = speech.streamingRecognize({ config: CONFIG });
      const failure = errorOf(stream);
      stream.write(Buffer.alloc(160, 0xff));
      return failure as Promise<{ code: number; details: string; reason?: string }>;
    };
    assert.equal((await start('')).code, 16);
    const wrong = await start('stolen');
    assert.equal(wrong.code, 3);
    assert.match(wrong.details, /API key not valid/);
    assert.equal(wrong.reason, 'API_KEY_INVALID');
  });
});

describe('the limits of a stream', () => {
  it('end it after the longest duration', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate, {
      speech: { streamLimitMs: 50 },
    });
    const stream = speech.streamingRecognize({ config: CONFIG });
    const failure = errorOf(stream);
    stream.write(Buffer.alloc(160, 0xff));
    const error = await failure;
    assert.equal(error.code, 11);
    assert.match(error.details, /Exceeded maximum allowed stream duration/);
  });

  it('end it without audio', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate, {
      speech: { audioTimeoutMs: 50 },
    });
    const stream = speech.streamingRecognize({ config: CONFIG });
    const failure = errorOf(stream);
    stream.write(Buffer.alloc(160, 0xff));
    const error = await failure;
    assert.equal(error.code, 11);
    assert.match(error.details, /^Audio Timeout Error/);
  });

  it('break it when a fault says so, and fail as many as asked', async (t) => {
    const { speech, faults } = await startTestCloud(t, voices, certificate);
    const code = async () => {
      const stream = speech.streamingRecognize({ config: CONFIG });
      const failure = errorOf(stream);
      stream.write(Buffer.alloc(160, 0xff));
      return (await failure).code;
    };
    faults.set({ speech: { endStreamAfterMs: 30, endStreamCode: 13 } });
    assert.equal(await code(), 13);
    faults.set({ speech: { failNext: { code: 8, count: 1 } } });
    assert.equal(await code(), 8);
    assert.equal(await code(), 13);
  });
});

describe('unary recognition', () => {
  it('hears a whole recording, with or without a WAV header', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate);
    const { pcm8k } = await voices.speak({ text: TEXT, voice: 'es-419+f3' });
    for (const content of [audio, wavFile(audio, { encoding: 'mulaw', sampleRateHz: 8_000 })]) {
      const [response] = await speech.recognize({ config: CONFIG, audio: { content } });
      assert.equal(response.results?.[0]?.alternatives?.[0]?.transcript, TEXT);
    }
    const [response] = await speech.recognize({
      config: { ...CONFIG, encoding: 'LINEAR16' },
      audio: { content: pcmBytes(pcm8k) },
    });
    assert.equal(response.results?.[0]?.alternatives?.[0]?.transcript, TEXT);
  });

  it('refuses more than a minute, and nothing at all', async (t) => {
    const { speech } = await startTestCloud(t, voices, certificate);
    const content = Buffer.alloc(61 * 8_000, 0xff);
    await assert.rejects(
      speech.recognize({ config: CONFIG, audio: { content } }),
      /Sync input too long/,
    );
    await assert.rejects(
      speech.recognize({ config: CONFIG, audio: {} }),
      /RecognitionAudio not set/,
    );
  });
});
