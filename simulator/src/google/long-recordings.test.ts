import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createVoices } from '../voices/espeak-voices.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import { CONFIG, MONO, recordedTalk, textOf } from './testing/conversation.ts';
import type { Result } from './testing/conversation.ts';
import type { Recording, RecordingRequest } from './testing/recordings.ts';
import { PROJECT, startRestCloud } from './testing/rest-cloud.ts';

let voices: EspeakVoices;
before(async () => {
  voices = await createVoices();
});
after(() => voices.close());

const make = (request?: Partial<RecordingRequest>): Promise<Recording> =>
  recordedTalk(voices, request);

describe('long recordings', () => {
  const buckets = [
    { name: 'recordings' },
    { name: 'locked', access: 'none' as const },
    { name: 'archive', access: 'read-only' as const },
  ];
  const speech = { operationMs: 0 };

  async function longCloud(t: { after(done: () => Promise<void>): void }, file: Buffer) {
    const cloud = await startRestCloud(t, voices, { buckets, speech });
    const headers = await cloud.signedIn();
    await cloud.ask({
      method: 'POST',
      url: '/upload/storage/v1/b/recordings/o?uploadType=media&name=calls%2Fone.wav',
      headers: { ...headers, 'content-type': 'audio/wav' },
      payload: file,
    });
    /** Asks until the operation is over. */
    async function done(url: string, auth: object = headers) {
      for (;;) {
        const { body } = await cloud.ask({ url, headers: { ...auth } });
        if (body.done || body.error?.status) return body;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return { ...cloud, headers, done };
  }

  it('are transcribed from Cloud Storage, of any length', async (t) => {
    const turns = Array.from({ length: 16 }, (_, i) => MONO[i % 2]!);
    const recording = await make({ turns, pausesMs: 3_000 });
    assert.ok(recording.durationMs > 61_000);
    const cloud = await longCloud(t, recording.file);
    const started = await cloud.ask({
      method: 'POST',
      url: '/v1/speech:longrunningrecognize',
      headers: cloud.headers,
      payload: { config: CONFIG, audio: { uri: 'gs://recordings/calls/one.wav' } },
    });
    assert.equal(started.status, 200);
    assert.match(started.body.name, /^\d{18}$/);
    const operation = await cloud.done(`/v1/operations/${started.body.name}`);
    assert.equal(operation.metadata.progressPercent, 100);
    assert.equal(operation.metadata.uri, 'gs://recordings/calls/one.wav');
    assert.equal(
      operation.response['@type'],
      'type.googleapis.com/google.cloud.speech.v1.LongRunningRecognizeResponse',
    );
    assert.equal(textOf(operation.response.results), turns.map(({ text }) => text).join(' '));
    const { body } = await cloud.ask({ url: '/v1/operations', headers: cloud.headers });
    assert.equal(body.operations.length, 1);
  });

  it('have to be in Cloud Storage beyond a minute', async (t) => {
    const cloud = await startRestCloud(t, voices, { speech });
    const config = { ...CONFIG, encoding: 'MULAW', sampleRateHertz: 8_000 };
    const url = '/v1/speech:longrunningrecognize';
    const content = Buffer.alloc(60_001 * 8, 0xff).toString('base64');
    const { body } = await cloud.post(url, { config, audio: { content } });
    assert.equal(body.error.message, 'Inline audio exceeds duration limit. Please use a GCS URI.');
    const short = { content: Buffer.alloc(8_000, 0xff).toString('base64') };
    assert.equal((await cloud.post(url, { config, audio: short })).status, 200);
  });

  const unreachable: [string, string, number][] = [
    ['another address than gs://', 'https://example.com/one.wav', 400],
    ['an object that there is not', 'gs://recordings/two.wav', 404],
    ['a bucket that there is not', 'gs://nowhere-at-all/one.wav', 404],
    ['a bucket that the account may not read', 'gs://locked/one.wav', 403],
  ];
  for (const [what, uri, status] of unreachable) {
    it(`are refused from ${what}`, async (t) => {
      const cloud = await longCloud(t, (await make()).file);
      const answer = await cloud.ask({
        method: 'POST',
        url: '/v1/speech:longrunningrecognize',
        headers: cloud.headers,
        payload: { config: CONFIG, audio: { uri } },
      });
      assert.equal(answer.status, status);
    });
  }

  it('are not open to an API key, which is nobody', async (t) => {
    const cloud = await longCloud(t, (await make()).file);
    const { status, body } = await cloud.post('/v1/speech:longrunningrecognize', {
      config: CONFIG,
      audio: { uri: 'gs://recordings/calls/one.wav' },
    });
    assert.equal(status, 403);
    assert.match(body.error.message, /^Anonymous caller does not have storage\.objects\.get/);
  });

  const V2 = `/v2/projects/${PROJECT}/locations/us/recognizers/_`;
  const v2Config = {
    autoDecodingConfig: {},
    model: 'chirp_3',
    languageCodes: ['es-US'],
    features: { enableAutomaticPunctuation: true, diarizationConfig: {} },
  };

  it('are transcribed by BatchRecognize, inline, with labels of the speakers', async (t) => {
    const recording = await make({ format: 'mp3', sampleRateHz: 16_000 });
    const cloud = await longCloud(t, recording.file);
    const uri = 'gs://recordings/calls/one.wav';
    const { body } = await cloud.ask({
      method: 'POST',
      url: `${V2}:batchRecognize`,
      headers: cloud.headers,
      payload: {
        config: v2Config,
        files: [{ uri }],
        recognitionOutputConfig: { inlineResponseConfig: {} },
      },
    });
    assert.match(body.name, new RegExp(`^projects/${PROJECT}/locations/us/operations/`));
    const { response } = await cloud.done(`/v2/${body.name}`);
    const { inlineResult } = response.results[uri];
    const words = inlineResult.transcript.results.flatMap(
      ({ alternatives }: Result) => alternatives[0]!.words,
    );
    assert.equal(textOf(inlineResult.transcript.results), MONO.map(({ text }) => text).join(' '));
    assert.deepEqual(
      [...new Set(words.map((word: { speakerLabel: string }) => word.speakerLabel))],
      ['1', '2'],
    );
    assert.equal(words[0].startOffset, undefined);
  });

  it('are written to Cloud Storage by BatchRecognize, and one bad file spares the rest', async (t) => {
    const cloud = await longCloud(t, (await make()).file);
    const { body } = await cloud.ask({
      method: 'POST',
      url: `${V2}:batchRecognize`,
      headers: cloud.headers,
      payload: {
        config: v2Config,
        files: [{ uri: 'gs://recordings/calls/one.wav' }, { uri: 'gs://recordings/none.wav' }],
        recognitionOutputConfig: { gcsOutputConfig: { uri: 'gs://recordings/transcripts' } },
      },
    });
    const { response } = await cloud.done(`/v2/${body.name}`);
    assert.equal(response.results['gs://recordings/none.wav'].error.code, 5);
    const { uri } = response.results['gs://recordings/calls/one.wav'].cloudStorageResult;
    assert.match(uri, /^gs:\/\/recordings\/transcripts\/one_transcript_[\w-]+\.json$/);
    const name = encodeURIComponent(uri.slice('gs://recordings/'.length));
    const written = await cloud.ask({
      url: `/storage/v1/b/recordings/o/${name}?alt=media`,
      headers: cloud.headers,
    });
    assert.match(textOf(written.body.results), /^Buenos días/);
  });

  it('have to be asked for rightly', async (t) => {
    const cloud = await longCloud(t, (await make()).file);
    const file = { uri: 'gs://recordings/calls/one.wav' };
    const inline = { inlineResponseConfig: {} };
    const wrong: [object, RegExp][] = [
      [{ files: [], recognitionOutputConfig: inline }, /At least one file/],
      [{ files: [file, file], recognitionOutputConfig: inline }, /single file/],
      [{ files: [file] }, /output must be set/],
      [
        { files: Array.from({ length: 16 }, () => file), recognitionOutputConfig: inline },
        /At most 15 files/,
      ],
    ];
    for (const [payload, message] of wrong) {
      const { body } = await cloud.ask({
        method: 'POST',
        url: `${V2}:batchRecognize`,
        headers: cloud.headers,
        payload: { config: v2Config, ...payload },
      });
      assert.match(body.error.message, message);
    }
    const missing = await cloud.ask({ url: '/v1/operations/1', headers: cloud.headers });
    assert.equal(missing.status, 404);
  });
});
