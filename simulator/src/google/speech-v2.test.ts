import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { encodeMulaw } from '../audio/mulaw.ts';
import { createVoices } from '../voices/espeak-voices.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import { startTestCloud, testCertificate } from './testing/clients.ts';
import type { TestCertificate } from './testing/clients.ts';
import { AT_ONCE, collect, errorOf, finalsOf, frames } from './testing/speech-streams.ts';
import type { Stream } from './testing/speech-streams.ts';

const TEXT = 'Hola, quiero saber el horario de mañana.';

let voices: EspeakVoices;
let certificate: TestCertificate;
let audio: Uint8Array;

before(async () => {
  certificate = await testCertificate();
  voices = await createVoices();
  audio = encodeMulaw((await voices.speak({ text: TEXT, voice: 'es-419+f3' })).pcm8k);
});
after(() => voices.close());

describe('recognition v2', () => {
  const RECOGNIZER = 'projects/p/locations/us/recognizers/_';
  const config = {
    explicitDecodingConfig: { encoding: 'MULAW', sampleRateHertz: 8_000, audioChannelCount: 1 },
    languageCodes: ['es-US'],
    model: 'chirp_3',
    features: { enableAutomaticPunctuation: true },
  } as const;

  function open(client: { _streamingRecognize(): unknown }, first: object): Stream {
    const stream = client._streamingRecognize() as Stream;
    stream.write(first);
    return stream;
  }

  it('streams with a recognizer path and names of its own', async (t) => {
    const { speechV2 } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const stream = open(speechV2, { recognizer: RECOGNIZER, streamingConfig: { config } });
    const { responses, ended } = collect(stream);
    for (const frame of frames(audio)) stream.write({ audio: frame });
    stream.end();
    await ended;
    assert.deepEqual(finalsOf(responses), [TEXT]);
    assert.equal(responses[0]!.results[0]!.languageCode, 'es-US');
  });

  const refused: [string, string, object, number, RegExp][] = [
    ['a path that is none', 'recognizers/_', config, 3, /Invalid resource/],
    [
      'a recognizer that does not exist',
      'projects/p/locations/us/recognizers/mine',
      config,
      5,
      /Unable to find/,
    ],
    [
      'a model outside its regions',
      'projects/p/locations/global/recognizers/_',
      config,
      3,
      /does not exist in the location named "global"/,
    ],
    [
      'a language that the model does not know',
      RECOGNIZER,
      { ...config, languageCodes: ['es-CL'] },
      3,
      /"es-CL" is not supported/,
    ],
    [
      'no number of channels',
      RECOGNIZER,
      { ...config, explicitDecodingConfig: { encoding: 'MULAW', sampleRateHertz: 8_000 } },
      3,
      /audio_channel_count/,
    ],
    [
      'no decoding for headerless audio',
      RECOGNIZER,
      { ...config, explicitDecodingConfig: undefined },
      3,
      /supported encoding/,
    ],
  ];
  for (const [what, recognizer, wrong, code, message] of refused) {
    it(`refuses ${what}`, async (t) => {
      const { speechV2 } = await startTestCloud(t, voices, certificate);
      const stream = open(speechV2, { recognizer, streamingConfig: { config: wrong } });
      const error = await errorOf(stream);
      assert.equal(error.code, code);
      assert.match(error.details, message);
    });
  }

  it('serves the region of its endpoint only', async (t) => {
    const elsewhere = { 'grpc.default_authority': 'eu-speech.googleapis.com' };
    const { speechV2 } = await startTestCloud(t, voices, certificate, {}, undefined, elsewhere);
    const stream = open(speechV2, { recognizer: RECOGNIZER, streamingConfig: { config } });
    const wrong = /Expected resource location to be eu, but found us/;
    assert.match((await errorOf(stream)).details, wrong);
    const content = Buffer.alloc(800, 0xff);
    const request = { recognizer: RECOGNIZER, content };
    await assert.rejects(
      speechV2.recognize({ ...request, config: { ...config, languageCodes: ['es-US'] } }),
      wrong,
    );
  });

  const ends: [string, { streamLimitMs?: number; audioTimeoutMs?: number }, string][] = [
    ['for its age', { streamLimitMs: 50 }, 'Max duration of 5 minutes reached for stream.'],
    [
      'without audio',
      { audioTimeoutMs: 50 },
      'Stream timed out after receiving no more client requests.',
    ],
  ];
  for (const [why, speech, details] of ends) {
    it(`aborts a stream ${why}`, async (t) => {
      const { speechV2 } = await startTestCloud(t, voices, certificate, { speech });
      const stream = open(speechV2, { recognizer: RECOGNIZER, streamingConfig: { config } });
      const failure = errorOf(stream);
      stream.write({ audio: Buffer.alloc(160, 0xff) });
      const error = await failure;
      assert.deepEqual([error.code, error.details], [10, details]);
    });
  }

  it('takes 15 KB a message and not more', async (t) => {
    const { speechV2 } = await startTestCloud(t, voices, certificate);
    const stream = open(speechV2, { recognizer: RECOGNIZER, streamingConfig: { config } });
    const failure = errorOf(stream);
    stream.write({ audio: Buffer.alloc(15_360, 0xff) });
    stream.write({ audio: Buffer.alloc(15_361, 0xff) });
    assert.match((await failure).details, /maximum of 15360 bytes, got 15361/);
  });
});
