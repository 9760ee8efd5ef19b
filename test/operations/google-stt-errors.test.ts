import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { encodeMp3 } from '../../simulator/src/audio/mp3.ts';
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
import { scriptedGoogle, type Scripted } from './scripted-google.ts';

let engine: Engine;
before(async () => {
  engine = await Engine.start();
});
after(() => engine[Symbol.asyncDispose]());

const info = (reason: string) => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });
const bad = (message: string) => refusal(400, 'INVALID_ARGUMENT', message);

/** What Google answers, always, and what the builder reads. */
const refusals: Array<[what: string, answer: Scripted, message: RegExp, cure: RegExp]> = [
  [
    'a wrong API key',
    refusal(400, 'INVALID_ARGUMENT', 'API key not valid.', [info('API_KEY_INVALID')]),
    /refused the API key/,
    /API key in the Google Speech credential/,
  ],
  [
    'an expired access',
    refusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
    /refused the credentials/,
    /disabled or deleted/,
  ],
  [
    'an API that is not enabled',
    refusal(403, 'PERMISSION_DENIED', 'Cloud Speech-to-Text API has not been used', [
      info('SERVICE_DISABLED'),
    ]),
    /Speech-to-Text API is not enabled/,
    /Enable the Cloud Speech-to-Text API/,
  ],
  [
    'a missing role',
    refusal(403, 'PERMISSION_DENIED', "Permission 'speech.recognizers.recognize' denied", [
      info('IAM_PERMISSION_DENIED'),
    ]),
    /may not use Google Speech-to-Text/,
    /Cloud Speech Client/,
  ],
  [
    'a project without billing',
    refusal(403, 'PERMISSION_DENIED', 'This API method requires billing to be enabled.', [
      info('BILLING_DISABLED'),
    ]),
    /no billing account/,
    /Link a billing account/,
  ],
  [
    'a key that is restricted',
    refusal(403, 'PERMISSION_DENIED', 'Requests to this API are blocked.', [
      info('API_KEY_SERVICE_BLOCKED'),
    ]),
    /API key may not be used/,
    /restrictions/,
  ],
  [
    'a model that is not known',
    bad(`Invalid recognition 'config': incorrect model specified: "nova".`),
    /no model "video" in version 1/,
    /Get Many of the resource Model/,
  ],
  [
    'another sample rate',
    bad('sample_rate_hertz (8000) in RecognitionConfig must either be omitted or match'),
    /another sample rate/,
    /Audio Without Header/,
  ],
  [
    'another number of channels',
    bad('Must use single channel (mono) audio, but WAV header indicates 2 channels.'),
    /another number of channels/,
    /option Channels/,
  ],
  [
    'an option that the model lacks',
    bad('Recognizer does not support feature: speaker_diarization'),
    /does not support one of the options/,
    /speaker_diarization/,
  ],
  ['phrases that are too long', bad('phrase hints are too long'), /refuses the phrases/, /5000/],
  [
    'audio that is too long',
    bad("Sync input too long. For audio longer than 1 min use LongRunningRecognize with a 'uri'."),
    /too long for one request/,
    /Cloud Storage Bucket/,
  ],
  [
    'anything else, with the field that Google names',
    refusal(400, 'FAILED_PRECONDITION', 'Something new.', [
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [{ field: 'config.new_field' }],
      },
    ]),
    /refused the request: Something new/,
    /config\.new_field/,
  ],
  ['an unknown address', { status: 404, body: 'Not Found' }, /has no such thing/, /addresses/],
  [
    'a page of a proxy',
    { body: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } },
    /answers with a web page/,
    /proxy/,
  ],
  [
    'an answer that is cut though complete for HTTP',
    { body: '{"results":[{"altern', headers: { 'content-type': 'application/json' } },
    /cut off on the way/,
    /Try again/,
  ],
];
for (const [what, answer, message, cure] of refusals) {
  test(`says what to do about ${what}`, async () => {
    await using google = await scriptedGoogle(() => answer);
    const { error } = await transcribe(engine, withApiKey(google.url), { model: 'video' });
    assert.match(error?.message ?? '', message);
    assert.match(error?.description ?? '', cure);
    assert.equal(error?.itemIndex, 0);
  });
}

const busy: Array<[what: string, answer: Scripted, message: RegExp, cure: RegExp]> = [
  [
    'no quota is left',
    refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for quota metric'),
    /Too many requests to Google Speech-to-Text/,
    /quota of the project is used up/,
  ],
  [
    'Google asks for a long pause',
    refusal(429, 'RESOURCE_EXHAUSTED', 'Quota', [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '86s' },
    ]),
    /Too many requests/,
    /pause of 86 s/,
  ],
  [
    'Google is out of order',
    { status: 503, body: '<html>503</html>' },
    /not available at the moment/,
    /HTTP 503/,
  ],
  [
    'the connection breaks in the middle of the answer',
    { body: heard('hola'), cut: true },
    /did not answer/,
    /try again/,
  ],
];
for (const [what, answer, message, cure] of busy) {
  test(`tries four times when ${what}, with pauses of at most half a minute`, async () => {
    await using google = await scriptedGoogle(() => answer);
    using skipped = skipPauses();
    const { error } = await transcribe(engine, withApiKey(google.url));
    assert.match(error?.message ?? '', message);
    assert.match(error?.description ?? '', cure);
    assert.equal(google.asked.length, 4);
    assert.equal(skipped.pauses.length, 3);
    assert.ok(skipped.pauses.every((ms) => ms <= 30_000));
  });
}

test('says that nothing answers', async () => {
  const google = await scriptedGoogle(() => ({}));
  const credentials = withApiKey(google.url);
  await google[Symbol.asyncDispose]();
  const { error } = await transcribe(engine, credentials);
  assert.match(error?.message ?? '', /Google Speech-to-Text did not answer/);
  assert.match(error?.description ?? '', /address in the Google Speech credential/);
});

test('says what is wrong with the private key', async () => {
  const credentials = withAccount('http://127.0.0.1:9');
  const data = { ...credentials.googleSpeechApi, privateKey: 'not a key' };
  const { error } = await transcribe(engine, { googleSpeechApi: data });
  assert.match(error?.message ?? '', /private key is no private key/);
  assert.match(error?.description ?? '', /BEGIN PRIVATE KEY/);
});

const fields: Array<[what: string, parameters: IDataObject, message: RegExp]> = [
  ['a language', { language: 'castellano' }, /"castellano" is no language/],
  ['the bucket', { options: { bucket: 'My Bucket' } }, /no name of a bucket/],
  ['the boost', { options: { ownPhrases: { sets: [{ phrases: 'a', boost: 25 }] } } }, /boost/],
  ['a phrase', { options: { ownPhrases: { sets: [{ phrases: 'a'.repeat(101) }] } } }, /too long/],
  ['the speakers', { options: { speakers: { count: { min: 4, max: 2 } } } }, /contradicts/],
  ['the alternatives', { options: { maxAlternatives: 7 } }, /Maximum Alternatives is out of range/],
  ['the items at once', { options: { concurrency: 0 } }, /Items at Once is out of range/],
  ['the pieces at once', { options: { pieceConcurrency: 99 } }, /Pieces at Once is out of range/],
  ['the URL', { audioSource: 'url', url: 'call.wav' }, /"call.wav" in the field URL/],
  ['the gs:// address', { audioSource: 'storage', storageUri: 's3://a/b' }, /Cloud Storage URI/],
  ['a binary field', { binaryPropertyName: 'audio' }, /audio/],
  [
    'too many languages',
    { options: { alsoSpoken: ['a', 'b', 'c', 'd'].map((c) => `${c}s-ES`) } },
    /Too many languages/,
  ],
  ['version 2 without a project', { apiVersion: 'v2' }, /Version 2 needs a project/],
];
for (const [what, parameters, message] of fields) {
  test(`checks before it sends anything: ${what}`, async () => {
    await using google = await scriptedGoogle(() => ({ body: heard('hola') }));
    const { error } = await transcribe(engine, withApiKey(google.url), parameters);
    assert.match(error?.message ?? '', message);
    assert.equal(google.asked.length, 0);
  });
}

test('speakers cannot be told apart in pieces, and the error says what can', async () => {
  await using google = await scriptedGoogle(() => ({ body: heard('hola') }));
  const { error } = await transcribe(
    engine,
    withApiKey(google.url),
    { options: { speakers: { count: { min: 2, max: 2 } } } },
    [wavOf(90)],
  );
  assert.match(error?.message ?? '', /Speakers cannot be told apart/);
  assert.match(error?.description ?? '', /Cloud Storage Bucket/);
  assert.equal(google.asked.length, 0);
});

test('version 1 does not take the channels of an MP3 separately', async () => {
  await using google = await scriptedGoogle(() => ({ body: heard('hola') }));
  const silence = new Int16Array(16_000);
  const stereo = await encodeMp3([silence, silence], { sampleRateHz: 16_000 });
  const { error } = await transcribe(
    engine,
    withApiKey(google.url),
    { options: { channels: 'separate' } },
    [stereo],
  );
  assert.match(error?.message ?? '', /channels of an MP3/);
});

const noAudio: Array<[what: string, bytes: Buffer, message: RegExp]> = [
  ['an empty file', Buffer.alloc(0), /audio is empty/],
  ['a page', Buffer.from('<html>404</html>'), /no audio but text/],
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /no known format/],
];
for (const [what, bytes, message] of noAudio) {
  test(`does not send ${what}`, async () => {
    await using google = await scriptedGoogle(() => ({ body: heard('hola') }));
    const { error } = await transcribe(engine, withApiKey(google.url), {}, [bytes]);
    assert.match(error?.message ?? '', message);
    assert.equal(google.asked.length, 0);
  });
}
