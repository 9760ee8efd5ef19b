import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { Engine } from '../engine/engine.ts';
import {
  heard,
  refusal,
  skipPauses,
  transcribe,
  wavOf,
  withAccount,
  withApiKey,
} from './google-stt.ts';
import { scriptedGoogle, type Asked, type Scripted } from './scripted-google.ts';

/** Where recordings come from, and Cloud Storage; replies are scripted. */
let engine: Engine;
before(async () => {
  engine = await Engine.start();
});
after(() => engine[Symbol.asyncDispose]());

const token = { body: { access_token: 'a-token', expires_in: 3599 } };

test('downloads a URL and recognises what it finds', async () => {
  await using google = await scriptedGoogle(({ path }) =>
    path === '/calls/1.wav'
      ? { body: wavOf(2), headers: { 'content-type': 'audio/x-wav' } }
      : { body: heard('hola') },
  );
  const { items, error } = await transcribe(engine, withApiKey(google.url), {
    audioSource: 'url',
    url: `${google.url}/calls/1.wav`,
  });
  assert.equal(error, undefined);
  assert.equal(items[0]?.json.text, 'hola');
  assert.equal(google.asked[0]?.headers['x-goog-api-key'], undefined);
});

const downloads: Array<[what: string, answer: Scripted, message: RegExp, cure: RegExp]> = [
  ['404', { status: 404, body: 'no' }, /HTTP 404/, /no such file/],
  ['a login', { status: 401, body: 'no' }, /HTTP 401/, /Twilio Recording/],
  [
    'a page',
    { body: '<html></html>', headers: { 'content-type': 'text/html; charset=utf-8' } },
    /leads to a page/,
    /address of the file itself/,
  ],
  ['an end in the middle', { body: wavOf(2), cut: true }, /could not be downloaded/, /try again/],
];
for (const [what, answer, message, cure] of downloads) {
  test(`says what to do when a URL answers with ${what}`, async () => {
    await using google = await scriptedGoogle(() => answer);
    const { error } = await transcribe(engine, withApiKey(google.url), {
      audioSource: 'url',
      url: `${google.url}/call.wav`,
    });
    assert.match(error?.message ?? '', message);
    assert.match(error?.description ?? '', cure);
    assert.equal(google.asked.length, 1);
  });
}

const recordingSid = `RE${'a'.repeat(32)}`;

test("fetches a recording of the account with Twilio's credential, which goes nowhere else", async () => {
  await using google = await scriptedGoogle(({ path }) =>
    path.endsWith(`/Recordings/${recordingSid}.wav`)
      ? { body: wavOf(2), headers: { 'content-type': 'audio/x-wav' } }
      : { body: heard('hola') },
  );
  const credentials = {
    ...withApiKey(google.url),
    twilioVoiceApi: {
      accountSid: `AC${'0'.repeat(32)}`,
      authToken: 'a-token',
      baseUrl: google.url,
    },
  };
  const parameters = {
    audioSource: 'twilioRecording',
    recordingSid: { __rl: true, mode: 'id', value: recordingSid },
  };
  const { items, error } = await transcribe(engine, credentials, parameters);
  assert.equal(error, undefined);
  assert.equal(items[0]?.json.text, 'hola');
  const [download, recognition] = google.asked as [Asked, Asked];
  assert.match(download.headers.authorization ?? '', /^Basic /);
  assert.equal(recognition.headers.authorization, undefined);
  const wrong = await transcribe(engine, credentials, {
    ...parameters,
    recordingSid: { __rl: true, mode: 'id', value: 'https://evil.example/RE.wav' },
  });
  assert.match(wrong.error?.message ?? '', /is not a Recording SID/);
});

/** A bucket and an operation that is done at the third look. */
function storage(
  done: (body: IDataObject) => IDataObject,
  overrides: Record<string, Scripted> = {},
) {
  let looks = 0;
  let started: IDataObject = {};
  return ({ method, path, body }: Asked): Scripted => {
    const kind = `${method} ${path.replace(/.*\/(token|o|operations|recognizers).*?(:\w+)?$/, '$1$2')}`;
    const known = overrides[kind];
    if (known) return known;
    if (path === '/token') return token;
    if (method === 'DELETE') return { status: 204, body: '' };
    if (path.startsWith('/upload/')) return { body: { name: 'x' } };
    if (method === 'POST') {
      started = body as IDataObject;
      return {
        body: {
          name: path.startsWith('/v2/') ? 'projects/my-project/locations/us/operations/77' : '77',
        },
      };
    }
    return { body: ++looks < 3 ? { name: '77' } : { name: '77', done: true, ...done(started) } };
  };
}

test('version 1 with a bucket: puts a long recording there, asks until it is done, and removes it', async () => {
  await using google = await scriptedGoogle(storage(() => ({ response: heard('una hora') })));
  using skipped = skipPauses();
  const file = wavOf(90);
  const { items, error } = await transcribe(
    engine,
    withAccount(google.url),
    { options: { bucket: 'my-bucket', speakers: { count: { min: 2, max: 2 } } } },
    [file],
  );
  assert.equal(error, undefined);
  assert.equal(items[0]?.json.text, 'una hora');
  assert.equal(items[0]?.json.pieces, 1);
  assert.equal(items[0]?.json.durationMs, 90_000);
  const [, upload, start, ...rest] = google.asked as [Asked, Asked, Asked, ...Asked[]];
  assert.equal(upload.path, '/upload/storage/v1/b/my-bucket/o');
  assert.equal(upload.query.get('uploadType'), 'media');
  const name = upload.query.get('name') ?? '';
  assert.match(name, /^n8n-transcription\/[0-9a-f-]{36}$/);
  assert.deepEqual(upload.body, file.subarray(44));
  assert.equal(start.path, '/v1/speech:longrunningrecognize');
  assert.deepEqual((start.body as IDataObject).audio, { uri: `gs://my-bucket/${name}` });
  assert.deepEqual(
    rest.map(({ method, path }) => `${method} ${path}`),
    [
      ...Array<string>(3).fill('GET /v1/operations/77'),
      `DELETE /storage/v1/b/my-bucket/o/${encodeURIComponent(name)}`,
    ],
  );
  assert.deepEqual(skipped.pauses, [2000, 3000]);
});

test('version 2 with a bucket', async () => {
  await using google = await scriptedGoogle(
    storage((body) => {
      const [{ uri }] = body.files as [{ uri: string }];
      return {
        response: {
          results: {
            [uri]: {
              metadata: { totalBilledDuration: '90s' },
              inlineResult: {
                transcript: {
                  results: [{ alternatives: [{ transcript: 'una hora' }], resultEndOffset: '89s' }],
                },
              },
            },
          },
        },
      };
    }),
  );
  using skipped = skipPauses();
  const { items, error } = await transcribe(
    engine,
    withAccount(google.url),
    { apiVersion: 'v2', language: 'es-US', options: { bucket: 'my-bucket' } },
    [wavOf(90)],
  );
  assert.equal(error, undefined);
  assert.deepEqual([items[0]?.json.text, items[0]?.json.billedDurationMs], ['una hora', 90_000]);
  const [start] = google.to(':batchRecognize') as [Asked];
  assert.equal(start.path, '/v2/projects/my-project/locations/us/recognizers/_:batchRecognize');
  assert.deepEqual((start.body as IDataObject).recognitionOutputConfig, {
    inlineResponseConfig: {},
  });
  assert.equal(google.asked.at(-2)?.path, '/v2/projects/my-project/locations/us/operations/77');
  assert.equal(skipped.pauses.length, 2);
});

test('a short recording does not take the way through the bucket', async () => {
  await using google = await scriptedGoogle(({ path }) =>
    path === '/token' ? token : { body: heard('hola') },
  );
  const { error } = await transcribe(engine, withAccount(google.url), {
    options: { bucket: 'my-bucket' },
  });
  assert.equal(error, undefined);
  assert.equal(google.to('/o').length, 0);
});

test('what fails is removed from the bucket too', async () => {
  await using google = await scriptedGoogle(
    storage(() => ({
      error: { code: 3, message: "Invalid recognition 'config': bad encoding.." },
    })),
  );
  using skipped = skipPauses();
  const { error } = await transcribe(
    engine,
    withAccount(google.url),
    { options: { bucket: 'my-bucket' } },
    [wavOf(90)],
  );
  assert.match(error?.message ?? '', /Google cannot decode the audio/);
  assert.equal(google.asked.at(-1)?.method, 'DELETE');
  assert.equal(skipped.pauses.length, 2);
});

test('a transcript is worth more than a clean bucket: what is left there is a warning', async () => {
  await using google = await scriptedGoogle(
    storage(() => ({ response: heard('hola') }), {
      'DELETE o': refusal(403, 'PERMISSION_DENIED', 'no storage.objects.delete access'),
    }),
  );
  using skipped = skipPauses();
  const { items } = await transcribe(
    engine,
    withAccount(google.url),
    { options: { bucket: 'my-bucket' } },
    [wavOf(90)],
  );
  assert.equal(items[0]?.json.text, 'hola');
  assert.match(
    (items[0]?.json.warnings as string[])[0] ?? '',
    /^gs:\/\/my-bucket\/.* could not be deleted: no storage\.objects\.delete access$/,
  );
  assert.equal(skipped.pauses.length, 2);
});

for (const [status, message] of [
  [404, /no bucket "my-bucket"/],
  [403, /may not use the bucket "my-bucket"/],
] as const) {
  test(`names the bucket when Cloud Storage answers ${String(status)}`, async () => {
    await using google = await scriptedGoogle(
      storage(() => ({}), {
        'POST o': refusal(status, '', 'The specified bucket does not exist.'),
      }),
    );
    const { error } = await transcribe(
      engine,
      withAccount(google.url),
      { options: { bucket: 'my-bucket' } },
      [wavOf(90)],
    );
    assert.match(error?.message ?? '', message);
    assert.equal(google.to(':longrunningrecognize').length, 0);
  });
}

test('does not wait longer than it may, and tells which operation goes on', async () => {
  await using google = await scriptedGoogle(({ path, method }) => {
    if (path === '/token') return token;
    return { body: method === 'POST' ? { name: '77' } : { name: '77' } };
  });
  using skipped = skipPauses();
  const { error } = await transcribe(engine, withAccount(google.url), {
    audioSource: 'storage',
    storageUri: 'gs://my-bucket/call.flac',
    options: { waitMinutes: 2 },
  });
  assert.match(error?.message ?? '', /not done with the recording yet/);
  assert.match(error?.description ?? '', /After 2 minutes the operation "77"/);
  assert.equal(
    skipped.pauses.reduce((sum, ms) => sum + ms, 0),
    120_000,
  );
});

test('a file in Cloud Storage is recognised where it is, and stays there', async () => {
  await using google = await scriptedGoogle(storage(() => ({ response: heard('hola') })));
  using skipped = skipPauses();
  const { items, error } = await transcribe(engine, withAccount(google.url), {
    audioSource: 'storage',
    storageUri: 'gs://my-bucket/folder/call.flac',
  });
  assert.equal(error, undefined);
  assert.deepEqual([items[0]?.json.durationMs, items[0]?.json.format], [null, null]);
  const [start] = google.to(':longrunningrecognize') as [Asked];
  assert.deepEqual(start.body, {
    config: { languageCode: 'es-CL', enableAutomaticPunctuation: true },
    audio: { uri: 'gs://my-bucket/folder/call.flac' },
  });
  assert.ok(google.asked.every(({ method }) => method !== 'DELETE'));
  assert.equal(skipped.pauses.length, 2);
});
