import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { after, before, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { encodeMp3 } from '../../simulator/src/audio/mp3.ts';
import { Engine } from '../engine/engine.ts';
import {
  heard,
  publicKey,
  refusal,
  transcribe,
  wavOf,
  withAccount,
  withApiKey,
} from './google-stt.ts';
import { scriptedGoogle, type Asked } from './scripted-google.ts';

/** What is on the wire, field by field; replies are scripted. */
let engine: Engine;
before(async () => {
  engine = await Engine.start();
});
after(() => engine[Symbol.asyncDispose]());

const configOf = ({ body }: Asked) => (body as { config: IDataObject }).config;

test('version 1: sends the samples without their header, and nothing that was not asked for', async () => {
  await using google = await scriptedGoogle(() => ({ body: heard('hola') }));
  const file = wavOf(2);
  const { items, error } = await transcribe(engine, withApiKey(google.url), {}, [file]);
  assert.equal(error, undefined);
  assert.equal(google.asked.length, 1);
  const [{ method, path, headers, query, body }] = google.asked as [Asked];
  assert.deepEqual(
    [method, path, headers['x-goog-api-key']],
    ['POST', '/v1/speech:recognize', 'a-key'],
  );
  assert.equal(query.size, 0);
  assert.deepEqual(body, {
    config: {
      encoding: 'LINEAR16',
      sampleRateHertz: 8000,
      languageCode: 'es-CL',
      enableAutomaticPunctuation: true,
    },
    audio: { content: file.subarray(44).toString('base64') },
  });
  assert.deepEqual(items[0]?.json, {
    text: 'hola',
    language: 'es-cl',
    confidence: 0.9,
    billedDurationMs: 2000,
    pieces: 1,
    durationMs: 2000,
    model: null,
    apiVersion: 'v1',
    format: { name: 'WAV', encoding: 'LINEAR16', sampleRateHz: 8000, channels: 1 },
  });
});

test('version 1: every option has its field', async () => {
  await using google = await scriptedGoogle(() => ({ body: heard('hola') }));
  const { error } = await transcribe(engine, withApiKey(google.url), {
    model: 'phone_call',
    language: 'es-ES',
    options: {
      alsoSpoken: ['en-US', 'pt-BR'],
      maxAlternatives: 3,
      profanityFilter: true,
      punctuation: false,
      wordTimes: true,
      enhanced: true,
      speakers: { count: { min: 2, max: 4 } },
      ownPhrases: {
        sets: [
          { phrases: 'Automotora Andes, Los Carrera\nRecoleta', boost: 15 },
          { phrases: 'sin refuerzo', boost: 0 },
        ],
      },
    },
  });
  assert.equal(error, undefined);
  assert.deepEqual(configOf(google.asked[0] as Asked), {
    encoding: 'LINEAR16',
    sampleRateHertz: 8000,
    languageCode: 'es-ES',
    alternativeLanguageCodes: ['en-US', 'pt-BR'],
    maxAlternatives: 3,
    profanityFilter: true,
    speechContexts: [
      { phrases: ['Automotora Andes', 'Los Carrera', 'Recoleta'], boost: 15 },
      { phrases: ['sin refuerzo'] },
    ],
    enableWordTimeOffsets: true,
    enableWordConfidence: true,
    diarizationConfig: {
      enableSpeakerDiarization: true,
      minSpeakerCount: 2,
      maxSpeakerCount: 4,
    },
    model: 'phone_call',
    useEnhanced: true,
  });
});

test('version 2: recognizer, location, features and phrases; chirp is asked for no word confidence', async () => {
  await using google = await scriptedGoogle(({ path }) =>
    path === '/token'
      ? { body: { access_token: 'a-token', expires_in: 3599 } }
      : {
          body: {
            results: [
              {
                alternatives: [{ transcript: 'hola' }],
                resultEndOffset: '1s',
                languageCode: 'es-US',
              },
            ],
            metadata: { totalBilledDuration: '2s' },
          },
        },
  );
  const { items, error } = await transcribe(engine, withAccount(google.url), {
    apiVersion: 'v2',
    language: 'es-US',
    output: 'turns',
    options: {
      alsoSpoken: ['en-US'],
      phraseSet: 'automotiveChile',
      maxAlternatives: 2,
      profanityFilter: true,
      speakers: { count: { min: 2, max: 2 } },
    },
  });
  assert.equal(error, undefined);
  const [asked] = google.to(':recognize') as [Asked];
  assert.equal(asked.path, '/v2/projects/my-project/locations/us/recognizers/_:recognize');
  const { adaptation, ...config } = configOf(asked);
  assert.deepEqual(config, {
    explicitDecodingConfig: { encoding: 'LINEAR16', sampleRateHertz: 8000, audioChannelCount: 1 },
    model: 'chirp_3',
    languageCodes: ['es-US', 'en-US'],
    features: {
      profanityFilter: true,
      enableWordTimeOffsets: true,
      enableAutomaticPunctuation: true,
      diarizationConfig: { minSpeakerCount: 2, maxSpeakerCount: 2 },
      maxAlternatives: 2,
    },
  });
  const [set] = (
    adaptation as { phraseSets: Array<{ inlinePhraseSet: { phrases: IDataObject[] } }> }
  ).phraseSets;
  assert.deepEqual(
    set?.inlinePhraseSet.phrases.find(({ value }) => value === 'permiso de circulación'),
    { value: 'permiso de circulación', boost: 10 },
  );
  assert.equal(items[0]?.json.billedDurationMs, 2000);
});

test('version 2 lets Google find out what a file with a header is', async () => {
  await using google = await scriptedGoogle(({ path }) =>
    path === '/token' ? { body: { access_token: 'a-token' } } : { body: {} },
  );
  const mp3 = await encodeMp3([new Int16Array(16_000), new Int16Array(16_000)], {
    sampleRateHz: 16_000,
  });
  const { items, error } = await transcribe(
    engine,
    withAccount(google.url),
    {
      apiVersion: 'v2',
      model: 'long',
      location: 'global',
      options: { channels: 'separate', wordTimes: true },
    },
    [mp3],
  );
  assert.equal(error, undefined);
  const [asked] = google.to(':recognize') as [Asked];
  assert.deepEqual(configOf(asked), {
    autoDecodingConfig: {},
    model: 'long',
    languageCodes: ['es-CL'],
    features: {
      enableWordTimeOffsets: true,
      enableWordConfidence: true,
      enableAutomaticPunctuation: true,
      multiChannelMode: 'SEPARATE_RECOGNITION_PER_CHANNEL',
    },
  });
  assert.equal((asked.body as IDataObject).content, mp3.toString('base64'));
  // Silence is no error.
  assert.equal(items[0]?.json.text, '');
  assert.equal(items[0]?.json.confidence, null);
});

test('version 1 has MP3 in its beta only', async () => {
  await using google = await scriptedGoogle(() => ({ body: heard('hola') }));
  const mp3 = await encodeMp3([new Int16Array(16_000)], { sampleRateHz: 16_000 });
  await transcribe(engine, withApiKey(google.url), {}, [mp3]);
  assert.equal(google.asked[0]?.path, '/v1p1beta1/speech:recognize');
  assert.deepEqual(
    [
      configOf(google.asked[0] as Asked).encoding,
      configOf(google.asked[0] as Asked).sampleRateHertz,
    ],
    ['MP3', 16_000],
  );
});

test('audio without a header is what the option says', async () => {
  await using google = await scriptedGoogle(() => ({ body: heard('hola') }));
  const { error } = await transcribe(
    engine,
    withApiKey(google.url),
    { options: { rawFormat: { format: { encoding: 'MULAW', sampleRateHz: 8000, channels: 1 } } } },
    [Buffer.alloc(8000, 0x5a)],
  );
  assert.equal(error, undefined);
  const { encoding, sampleRateHertz } = configOf(google.asked[0] as Asked);
  assert.deepEqual([encoding, sampleRateHertz], ['MULAW', 8000]);
});

test('a service account shows a token that it was given for a signed assertion, and gets a new one when it is refused', async () => {
  let granted = 0;
  await using google = await scriptedGoogle(({ path, headers }) => {
    if (path === '/token') {
      return { body: { access_token: `token-${String(++granted)}`, expires_in: 3599 } };
    }
    return headers.authorization === 'Bearer token-2'
      ? { body: heard('hola') }
      : refusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
  });
  const credentials = withAccount(google.url);
  const { items, error } = await transcribe(engine, credentials);
  assert.equal(error, undefined);
  assert.equal(items[0]?.json.text, 'hola');
  assert.deepEqual(
    google.asked.map(({ path }) => path),
    ['/token', '/v1/speech:recognize', '/token', '/v1/speech:recognize'],
  );
  const form = new URLSearchParams((google.asked[0]?.body as Buffer).toString());
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  assert.ok(
    verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${claims}`),
      publicKey,
      Buffer.from(signature, 'base64url'),
    ),
  );
  // n8n keeps the token with the credential: the next execution asks for none.
  await transcribe(engine, credentials);
  assert.equal(granted, 2);
});

test('a language that the model does not know falls back, once for all items', async () => {
  await using google = await scriptedGoogle((asked) =>
    configOf(asked).languageCode === 'es-CL'
      ? refusal(
          400,
          'INVALID_ARGUMENT',
          "Invalid recognition 'config': The requested model is currently not supported for language : es-CL.",
        )
      : { body: heard('hola', { languageCode: 'es-us' }) },
  );
  const { items, error } = await transcribe(
    engine,
    withApiKey(google.url),
    { model: 'latest_long', options: { concurrency: 1 } },
    [wavOf(2), wavOf(2), wavOf(2)],
  );
  assert.equal(error, undefined);
  assert.deepEqual(
    google.asked.map((asked) => configOf(asked).languageCode),
    ['es-CL', 'es-US', 'es-US', 'es-US'],
  );
  assert.deepEqual(
    items.map(({ json }) => json.language),
    ['es-us', 'es-us', 'es-us'],
  );
});

test('when no fallback is known either, the error names the language that was wanted', async () => {
  await using google = await scriptedGoogle(() =>
    refusal(
      400,
      'INVALID_ARGUMENT',
      'The language "es-ES" is not supported by the model "x" in the location named "us".',
    ),
  );
  const { error } = await transcribe(engine, withApiKey(google.url), { model: 'video' });
  assert.equal(google.asked.length, 3);
  assert.match(error?.message ?? '', /model "video" does not know the language es-CL/);
  assert.match(error?.description ?? '', /es-US, es-ES were tried too/);
});

test('subtitles come as text, and as a file where a field is named', async () => {
  await using google = await scriptedGoogle(() => ({ body: heard('hola, buenas') }));
  const srt = await transcribe(engine, withApiKey(google.url), { output: 'srt' });
  assert.equal(srt.items[0]?.json.subtitles, '1\n00:00:00,000 --> 00:00:01,500\nhola, buenas\n');
  // The recording stays with the item.
  assert.deepEqual(Object.keys(srt.items[0]?.binary ?? {}), ['data']);
  assert.equal(configOf(google.asked[0] as Asked).enableWordTimeOffsets, true);
  const vtt = await transcribe(engine, withApiKey(google.url), {
    output: 'vtt',
    options: { subtitleProperty: 'file' },
  });
  assert.equal(engine.bytes(vtt.items[0], 'file').toString(), vtt.items[0]?.json.subtitles);
  assert.match(String(vtt.items[0]?.json.subtitles), /^WEBVTT\n/);
  assert.equal(vtt.items[0]?.binary?.file?.fileName, 'subtitles.vtt');
});
