import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pcmBytes } from '../audio/wav.ts';
import { createVoices } from '../voices/espeak-voices.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import { API_KEY } from './testing/clients.ts';
import { CONFIG, MONO, recordedTalk, TURNS, textOf } from './testing/conversation.ts';
import type { Result } from './testing/conversation.ts';
import type { Recording, RecordingRequest } from './testing/recordings.ts';
import { startRestCloud } from './testing/rest-cloud.ts';

let voices: EspeakVoices;
before(async () => {
  voices = await createVoices();
});
after(() => voices.close());

const make = (request?: Partial<RecordingRequest>): Promise<Recording> =>
  recordedTalk(voices, request);

const base64 = ({ file }: Pick<Recording, 'file'>): string => file.toString('base64');

async function recognize(config: object, recording: Pick<Recording, 'file'>, version = 'v1') {
  const t = { after: (done: () => Promise<void>) => void closing.push(done) };
  const cloud = await startRestCloud(t, voices);
  return cloud.post(`/${version}/speech:recognize`, {
    config: { ...CONFIG, ...config },
    audio: { content: base64(recording) },
  });
}
const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing) await close();
});

describe('speech:recognize', () => {
  const headed = [
    { format: 'wav', sampleRateHz: 8_000 },
    { format: 'wav', sampleRateHz: 48_000 },
    { format: 'mulaw-wav', sampleRateHz: 8_000 },
    { format: 'flac', sampleRateHz: 16_000 },
  ] as const;
  for (const request of headed) {
    it(`needs to be told nothing about ${request.format} at ${request.sampleRateHz} Hz`, async () => {
      const { status, body } = await recognize({}, await make(request));
      assert.equal(status, 200);
      assert.equal(
        textOf(body.results),
        'Buenos días, ¿en qué le ayudo? Esta mierda de freno suena, carajo.',
      );
      assert.equal(body.results[0].languageCode, 'es-us');
      assert.match(body.totalBilledTime, /^\d+s$/);
      assert.ok(body.results.every((result: Result) => result.alternatives[0]!.confidence! > 0.9));
    });
  }

  it('hears Ogg Opus when it is told so, and MP3 in v1p1beta1 only', async () => {
    const opus = await make({ format: 'ogg-opus', sampleRateHz: 48_000 });
    const heard = await recognize({ encoding: 'OGG_OPUS', sampleRateHertz: 48_000 }, opus);
    assert.match(textOf(heard.body.results), /^Buenos días/);
    const mp3 = await make({ format: 'mp3', sampleRateHz: 16_000 });
    const config = { encoding: 'MP3', sampleRateHertz: 16_000 };
    const beta = await recognize(config, mp3, 'v1p1beta1');
    assert.match(textOf(beta.body.results), /^Buenos días/);
    const refused = await recognize(config, mp3);
    assert.equal(refused.body.error.message, "Invalid recognition 'config': bad encoding..");
  });

  it('hears samples without a header as they are described', async () => {
    const { pcm8k } = await voices.speak(MONO[0]!);
    const config = { encoding: 'LINEAR16', sampleRateHertz: 8_000 };
    const { body } = await recognize(config, { file: Buffer.from(pcmBytes(pcm8k)) });
    assert.equal(textOf(body.results), MONO[0]!.text);
    // Described wrongly, it is heard wrongly.
    const wrong = await recognize(
      { ...config, sampleRateHertz: 16_000 },
      { file: Buffer.from(pcmBytes(pcm8k)) },
    );
    assert.equal(wrong.body.results, undefined);
  });

  it('gives words with times, confidence and alternatives only when asked', async () => {
    const recording = await make();
    const plain = await recognize({}, recording);
    assert.equal(plain.body.results[0].alternatives.length, 1);
    assert.equal(plain.body.results[0].alternatives[0].words, undefined);
    const { body } = await recognize(
      { enableWordTimeOffsets: true, enableWordConfidence: true, maxAlternatives: 3 },
      recording,
    );
    const [best, ...others] = body.results[0].alternatives;
    const truth = recording.turns[0]!.words;
    assert.deepEqual(
      best.words.map(({ word }: { word: string }) => word),
      truth.map(({ word }) => word),
    );
    for (const [i, { startTime, endTime, confidence }] of best.words.entries()) {
      assert.match(startTime, /^\d+(\.\d00)?s$/);
      assert.ok(Math.abs(Number.parseFloat(startTime) * 1_000 - truth[i]!.startMs) <= 51);
      assert.ok(Math.abs(Number.parseFloat(endTime) * 1_000 - truth[i]!.endMs) <= 51);
      assert.ok(confidence > 0.9);
    }
    assert.equal(others.length, 2);
    assert.ok(others.every((each: { confidence?: number }) => each.confidence === undefined));
  });

  it('masks profanities and leaves out punctuation as asked', async () => {
    const recording = await make({ turns: MONO.slice(1) });
    const masked = await recognize({ profanityFilter: true }, recording);
    assert.equal(textOf(masked.body.results), 'Esta m***** de freno suena, c*****.');
    const bare = await recognize({ enableAutomaticPunctuation: false }, recording);
    assert.equal(textOf(bare.body.results), 'esta mierda de freno suena carajo');
  });

  it('tells speakers apart by their voices, in the last result', async () => {
    const { body } = await recognize(
      { diarizationConfig: { enableSpeakerDiarization: true, maxSpeakerCount: 2 } },
      await make({ pausesMs: 100 }),
    );
    // Without a pause there is one result, whoever spoke.
    assert.equal(body.results.length, 2);
    assert.equal(body.results[0].alternatives[0].words, undefined);
    const last = body.results[1].alternatives[0];
    assert.equal(last.transcript, undefined);
    const spoken = (tag: number): string =>
      last.words
        .filter((word: { speakerTag: number }) => word.speakerTag === tag)
        .map(({ word }: { word: string }) => word)
        .join(' ');
    assert.deepEqual(
      [spoken(1), spoken(2)],
      MONO.map(({ text }) => text),
    );
  });

  it('recognizes each channel for itself when told, and bills each', async () => {
    const recording = await make({ turns: TURNS, channels: 2 });
    const { body } = await recognize(
      { audioChannelCount: 2, enableSeparateRecognitionPerChannel: true },
      recording,
    );
    const byChannel = (tag: number): string =>
      textOf(body.results.filter(({ channelTag }: Result) => channelTag === tag)).trim();
    assert.deepEqual(
      [byChannel(1), byChannel(2)],
      TURNS.map(({ text }) => text),
    );
    const billed = 2 * Math.ceil(recording.durationMs / 1_000);
    assert.equal(body.totalBilledTime, `${billed}s`);
    const first = await recognize({ audioChannelCount: 2 }, recording);
    assert.equal(textOf(first.body.results), TURNS[0]!.text);
    assert.equal(first.body.results[0].channelTag, undefined);
  });

  it('answers in the language that was spoken, and hears no other', async () => {
    const recording = await make({
      turns: [{ voice: 'en-us', text: 'Hello, I need a new clutch.' }],
    });
    const { body } = await recognize({ alternativeLanguageCodes: ['en-US'] }, recording);
    assert.equal(body.results[0].languageCode, 'en-us');
    const spanish = await recognize({}, recording);
    assert.equal(spanish.body.results, undefined);
  });

  it('finds nothing in silence, noise or a file of another kind', async () => {
    const silence = Buffer.alloc(16_000);
    const page = Buffer.from('<!doctype html><title>404</title>'.repeat(100));
    for (const file of [silence, page]) {
      const config = { encoding: 'LINEAR16', sampleRateHertz: 8_000 };
      const { status, body } = await recognize(config, { file });
      assert.equal(status, 200);
      assert.equal(body.results, undefined);
    }
    const opus = { encoding: 'OGG_OPUS', sampleRateHertz: 48_000 };
    assert.equal((await recognize(opus, { file: page })).body.results, undefined);
  });
});

describe('speech:recognize refuses', () => {
  const phrases = (count: number, length: number) =>
    Array.from({ length: count }, () => ({ value: 'x'.repeat(length) }));
  const wrong: [string, object, RegExp][] = [
    [
      'another rate than the header has',
      { sampleRateHertz: 16_000 },
      /^sample_rate_hertz \(16000\) in RecognitionConfig must either be omitted or match the value in the WAV header \( 8000\)\.$/,
    ],
    [
      'another encoding',
      { encoding: 'FLAC' },
      /^Specify LINEAR16 encoding to match file header\.$/,
    ],
    ['an encoding by a number that is none', { encoding: 77 }, /Specify LINEAR16/],
    ['more channels than there are', { audioChannelCount: 2 }, /WAV header \(1\)/],
    ['a language that there is not', { languageCode: 'xx-XX' }, /bad language code/],
    ['no language', { languageCode: '' }, /language code is required/],
    ['a model that there is not', { model: 'whisper' }, /incorrect model specified/],
    [
      'four other languages',
      { alternativeLanguageCodes: ['es-ES', 'es-MX', 'en-US', 'en-GB'] },
      /more than 3 alternative/,
    ],
    ['31 alternatives', { maxAlternatives: 31 }, /max_alternatives must be within 0 to 30/],
    [
      'a phrase of 101 characters',
      { adaptation: { phraseSets: [{ phrases: phrases(1, 101) }] } },
      /too many or too long/,
    ],
    [
      '5,001 phrases',
      { adaptation: { phraseSets: [{ phrases: phrases(5_001, 3) }] } },
      /too many or too long/,
    ],
    [
      'a boost of 21',
      { adaptation: { phraseSets: [{ phrases: [{ value: 'freno', boost: 21 }] }] } },
      /boost must be between 0 and 20/,
    ],
    [
      'fewer speakers at most than at least',
      {
        diarizationConfig: {
          enableSpeakerDiarization: true,
          minSpeakerCount: 4,
          maxSpeakerCount: 2,
        },
      },
      /diarization speaker count/,
    ],
    [
      'a field that does not exist',
      { langauge: 'es' },
      /^Invalid JSON payload received\. Unknown name "langauge" at 'config': Cannot find field\.$/,
    ],
  ];
  for (const [what, config, message] of wrong) {
    it(what, async () => {
      const { status, body } = await recognize(config, await make());
      assert.equal(status, 400);
      assert.equal(body.error.status, 'INVALID_ARGUMENT');
      assert.match(body.error.message, message);
    });
  }

  it('two channels that were not announced', async () => {
    const { body } = await recognize({}, await make({ turns: TURNS, channels: 2 }));
    assert.equal(
      body.error.message,
      'Must use single channel (mono) audio, but WAV header indicates 2 channels.',
    );
  });

  it('more than a minute, more than 10 MB, and nothing', async (t) => {
    const cloud = await startRestCloud(t, voices);
    const ask = (content: Buffer) =>
      cloud.post('/v1/speech:recognize', {
        config: { ...CONFIG, encoding: 'MULAW', sampleRateHertz: 8_000 },
        audio: { content: content.toString('base64') },
      });
    const long = await ask(Buffer.alloc(60_001 * 8, 0xff));
    assert.match(long.body.error.message, /^Sync input too long\. For audio longer than 1 min/);
    const large = await ask(Buffer.alloc(8 * 1024 * 1024));
    assert.equal(large.status, 400);
    assert.match(large.body.error.message, /^Request payload size exceeds the limit: 10485760/);
    assert.match((await ask(Buffer.alloc(0))).body.error.message, /RecognitionAudio not set/);
    const nothing = await cloud.post('/v1/speech:recognize', {});
    assert.match(nothing.body.error.message, /RecognitionConfig not set/);
  });

  it('what a test wants it to refuse, with the time to wait, or breaks off', async (t) => {
    const cloud = await startRestCloud(t, voices);
    const payload = {
      config: CONFIG,
      audio: { content: base64(await make({ turns: MONO.slice(0, 1) })) },
    };
    const ask = () => cloud.post('/v1/speech:recognize', payload);
    cloud.faults.set({ speech: { failNext: { code: 8, retryAfterMs: 2_500, count: 1 } } });
    const { status, body } = await ask();
    assert.equal(status, 429);
    assert.deepEqual(body.error.details, [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2.5s' },
    ]);
    cloud.faults.set({ speech: { cutOffNext: 1 } });
    const send = () =>
      fetch(`http://127.0.0.1:${cloud.port}/v1/speech:recognize?key=${API_KEY}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(payload),
      });
    await assert.rejects(async () => (await send()).json());
    assert.equal((await send()).status, 200);
  });
});
