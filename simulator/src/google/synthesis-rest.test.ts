import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readAudioFile } from '../audio/audio-file.ts';
import { audioHeader } from '../audio/audio-header.ts';
import { createRecordingRecognizer } from '../recognition/recording.ts';
import { createVoices } from '../voices/espeak-voices.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import { API_KEY } from './testing/clients.ts';
import { startRestCloud } from './testing/rest-cloud.ts';
import type { RestCloud } from './testing/rest-cloud.ts';

const TEXT = 'Su hora es mañana a las diez y media.';
const NEURAL = { languageCode: 'es-US', name: 'es-US-Neural2-A' };
const CHIRP = { languageCode: 'es-US', name: 'es-US-Chirp3-HD-Kore' };
const AT_ONCE = { textToSpeech: { firstByteDelayMs: 0 } };
const URL = '/v1/text:synthesize';

let voices: EspeakVoices;
before(async () => {
  voices = await createVoices();
});
after(() => voices.close());

type Context = { after(done: () => Promise<void>): void };

async function synthesize(t: Context, request: object): Promise<Buffer> {
  const cloud = await startRestCloud(t, voices, AT_ONCE);
  const { status, body } = await cloud.post(URL, {
    input: { text: TEXT },
    voice: NEURAL,
    ...request,
  });
  assert.equal(status, 200, JSON.stringify(body));
  return Buffer.from(body.audioContent, 'base64');
}

async function heard(file: Uint8Array): Promise<string> {
  const { channels } = await readAudioFile(file);
  const speech = await createRecordingRecognizer(voices.lexicon).recognize(channels[0]!);
  return speech.map(({ text }) => text).join(' ');
}

const loudness = async (file: Uint8Array): Promise<number> => {
  const [pcm] = (await readAudioFile(file)).channels;
  return Math.sqrt(pcm!.reduce((sum, x) => sum + x * x, 0) / pcm!.length);
};

describe('text:synthesize', () => {
  const encodings = [
    { audioEncoding: 'MP3', container: 'mp3', rate: 24_000 },
    { audioEncoding: 'MP3', sampleRateHertz: 8_000, container: 'mp3', rate: 8_000 },
    { audioEncoding: 'OGG_OPUS', container: 'ogg-opus', rate: 24_000 },
    { audioEncoding: 'LINEAR16', sampleRateHertz: 16_000, container: 'wav', rate: 16_000 },
    { audioEncoding: 6, sampleRateHertz: 8_000, container: 'wav', rate: 8_000 },
  ] as const;
  for (const { container, rate, ...audioConfig } of encodings) {
    it(`gives ${audioConfig.audioEncoding} at ${rate} Hz, in which every word is there`, async (t) => {
      const file = await synthesize(t, { audioConfig });
      const header = audioHeader(file);
      assert.equal(header?.container, container);
      assert.equal(header.sampleRateHz, rate);
      assert.equal(header.channels, 1);
      assert.equal(await heard(file), TEXT);
    });
  }

  it('speaks faster, higher and louder when told', async (t) => {
    const wav = { audioEncoding: 'LINEAR16', sampleRateHertz: 8_000 };
    const plain = await synthesize(t, { audioConfig: wav });
    const fast = await synthesize(t, { audioConfig: { ...wav, speakingRate: 2 } });
    assert.ok(fast.length < plain.length * 0.7);
    const quiet = await synthesize(t, { audioConfig: { ...wav, volumeGainDb: -20 } });
    const ratio = (await loudness(plain)) / (await loudness(quiet));
    assert.ok(Math.abs(ratio - 10) < 0.2, String(ratio));
    const high = await synthesize(t, { audioConfig: { ...wav, pitch: 10 } });
    assert.notDeepEqual(high, plain);
    for (const file of [fast, quiet, high]) assert.equal(await heard(file), TEXT);
  });

  it('takes the markup of Chirp 3 HD and its pauses', async (t) => {
    const file = await synthesize(t, {
      input: { markup: 'Un momento, [pause long] por favor.' },
      voice: CHIRP,
      audioConfig: { audioEncoding: 'LINEAR16' },
    });
    assert.equal(await heard(file), 'Un momento, por favor.');
  });

  const audioConfig = { audioEncoding: 'MP3' };
  const good = { input: { text: TEXT }, voice: NEURAL, audioConfig };
  const ssml = (content: string): object => ({
    ...good,
    input: { ssml: `<speak>${content}</speak>` },
  });
  const refused: [string, object, RegExp][] = [
    [
      'a voice that there is not',
      { ...good, voice: { languageCode: 'es-US', name: 'es-US-Neural2-Z' } },
      /^Voice 'es-US-Neural2-Z' does not exist\. Is it misspelled\?$/,
    ],
    [
      'a voice of another language',
      { ...good, voice: { ...NEURAL, languageCode: 'es-ES' } },
      /^Requested language code, 'es-ES', doesn't match the voice/,
    ],
    ['no voice', { ...good, voice: undefined }, /Voice selection is required/],
    ['text and SSML at once', { ...good, input: { text: 'a', ssml: 'b' } }, /oneof field/],
    [
      'a speaking rate of 2.1',
      { ...good, audioConfig: { ...audioConfig, speakingRate: 2.1 } },
      /0\.25, 2\.0/,
    ],
    ['a pitch of 21', { ...good, audioConfig: { ...audioConfig, pitch: 21 } }, /-20\.0, 20\.0/],
    [
      'a gain of 17 dB',
      { ...good, audioConfig: { ...audioConfig, volumeGainDb: 17 } },
      /-96\.0, 16\.0/,
    ],
    [
      '4,000 Hz',
      { ...good, audioConfig: { ...audioConfig, sampleRateHertz: 4_000 } },
      /sample rate/,
    ],
    [
      'a device that there is not',
      { ...good, audioConfig: { ...audioConfig, effectsProfileId: ['toaster'] } },
      /effects_profile_id: toaster/,
    ],
    [
      'a pitch for Chirp 3 HD, be it 0',
      { ...good, voice: CHIRP, audioConfig: { ...audioConfig, pitch: 0 } },
      /^This voice does not support pitch parameters at this time\.$/,
    ],
    ['5,001 bytes', { ...good, input: { text: 'a'.repeat(5_001) } }, /limit of 5000 bytes/],
    ['a pause of 11 s', ssml('Hola <break time="11s"/>'), /longer than 10s/],
    ['a pause without a unit', ssml('Hola <break time="2"/>'), /<break time="2"> is not valid/],
    ['say-as without its kind', ssml('<say-as>1</say-as>'), /needs the attribute "interpret-as"/],
    ['a prosody that is none', ssml('<prosody rate="quick">a</prosody>'), /rate="quick"/],
    ['an element that there is not', ssml('<shout>a</shout>'), /Unknown element <shout>/],
  ];
  for (const [what, request, message] of refused) {
    it(`refuses ${what}`, async (t) => {
      const cloud = await startRestCloud(t, voices, AT_ONCE);
      const { status, body } = await cloud.post(URL, request);
      assert.equal(status, 400);
      assert.equal(body.error.status, 'INVALID_ARGUMENT');
      assert.match(body.error.message, message);
    });
  }

  it('says so when it does not imitate something', async (t) => {
    const cloud = await startRestCloud(t, voices, AT_ONCE);
    const voice = { ...CHIRP, modelName: 'gemini-2.5-flash-tts' };
    const { status, body } = await cloud.post(URL, { ...good, voice });
    assert.equal(status, 501);
    assert.match(body.error.message, /'voice\.modelName'/);
  });
});

describe('faults of text:synthesize', () => {
  const payload = {
    input: { text: TEXT },
    voice: NEURAL,
    audioConfig: { audioEncoding: 'MULAW', sampleRateHertz: 8_000 },
  };

  it('are a quota with and without the time to wait, and a service that is away', async (t) => {
    const cloud = await startRestCloud(t, voices, AT_ONCE);
    const fail = async (failNext: { code: number; retryAfterMs?: number }) => {
      cloud.faults.set({ textToSpeech: { failNext: { ...failNext, count: 1 } } });
      return cloud.post(URL, payload);
    };
    const plain = await fail({ code: 8 });
    assert.equal(plain.status, 429);
    assert.equal(plain.body.error.status, 'RESOURCE_EXHAUSTED');
    assert.equal(plain.body.error.details, undefined);
    const timed = await fail({ code: 8, retryAfterMs: 12_000 });
    assert.deepEqual(timed.body.error.details, [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '12s' },
    ]);
    const away = await fail({ code: 14 });
    assert.equal(away.status, 503);
    assert.equal(away.body.error.status, 'UNAVAILABLE');
    assert.equal((await cloud.post(URL, payload)).status, 200);
  });

  it('are answers that break off', async (t) => {
    const cloud: RestCloud = await startRestCloud(t, voices, AT_ONCE);
    cloud.faults.set({ textToSpeech: { cutOffNext: 1 } });
    const ask = async (): Promise<unknown> => {
      const reply = await fetch(`http://127.0.0.1:${cloud.port}${URL}?key=${API_KEY}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(payload),
      });
      return reply.json();
    };
    await assert.rejects(ask());
    assert.ok(await ask());
  });
});

describe('voices', () => {
  it('are listed by language, with families, gender and rate', async (t) => {
    const cloud = await startRestCloud(t, voices);
    const list = async (query: string) =>
      cloud.ask({ url: `/v1/voices${query}`, headers: { 'x-goog-api-key': API_KEY } });
    const { body } = await list('?languageCode=es-US');
    const studio = body.voices.find(({ name }: { name: string }) => name === 'es-US-Studio-B');
    assert.deepEqual(studio, {
      languageCodes: ['es-US'],
      name: 'es-US-Studio-B',
      ssmlGender: 'MALE',
      naturalSampleRateHertz: 24_000,
    });
    assert.deepEqual((await list('?languageCode=es-CL')).body, {});
    const all = (await list('')).body.voices.length;
    assert.ok(all > (await list('?languageCode=es')).body.voices.length);
  });
});
