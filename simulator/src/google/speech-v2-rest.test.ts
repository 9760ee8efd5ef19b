import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { v1, v2 } from '@google-cloud/speech';
import { OAuth2Client } from 'google-auth-library';
import { createVoices } from '../voices/espeak-voices.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import { API_KEY } from './testing/clients.ts';
import { CONFIG, MONO, recordedTalk, textOf } from './testing/conversation.ts';
import type { Recording, RecordingRequest } from './testing/recordings.ts';
import { PROJECT, startRestCloud } from './testing/rest-cloud.ts';

let voices: EspeakVoices;
before(async () => {
  voices = await createVoices();
});
after(() => voices.close());

const make = (request?: Partial<RecordingRequest>): Promise<Recording> =>
  recordedTalk(voices, request);

describe('recognition v2 over REST', () => {
  const path = (location = 'us', method = 'recognize') =>
    `/v2/projects/${PROJECT}/locations/${location}/recognizers/_:${method}`;
  const config = { autoDecodingConfig: {}, model: 'chirp_3', languageCodes: ['es-US'] };

  async function ask(
    t: { after(done: () => Promise<void>): void },
    changes: object,
    {
      file,
      location = 'us',
      host = '127.0.0.1',
    }: { file?: Buffer; location?: string; host?: string } = {},
  ) {
    const cloud = await startRestCloud(t, voices);
    const content = (file ?? (await make()).file).toString('base64');
    return cloud.ask({
      method: 'POST',
      url: path(location),
      headers: { ...(await cloud.signedIn()), host },
      payload: { config: { ...config, ...changes }, content },
    });
  }

  it('detects every encoding by itself', async (t) => {
    for (const format of ['wav', 'mulaw-wav', 'flac', 'mp3', 'ogg-opus'] as const) {
      const { file } = await make({ format, sampleRateHz: 16_000 });
      const { status, body } = await ask(t, {}, { file });
      assert.equal(status, 200, format);
      assert.equal(
        textOf(body.results),
        'buenos días en qué le ayudo esta mierda de freno suena carajo',
        format,
      );
      assert.equal(body.results[0].languageCode, 'es-US');
      assert.match(body.metadata.totalBilledDuration, /^\d+s$/);
    }
  });

  it('takes the language that is spoken for auto', async (t) => {
    const { body } = await ask(t, { languageCodes: ['auto'] });
    assert.equal(body.results[0].languageCode, 'es-US');
  });

  const refused: [string, object, { location?: string; host?: string; file?: Buffer }, RegExp][] = [
    ['a model elsewhere', {}, { location: 'global' }, /"chirp_3" does not exist in the location/],
    [
      'a location of another endpoint',
      {},
      { host: 'speech.googleapis.com' },
      /^Expected resource location to be global, but found us in resource name\.$/,
    ],
    [
      'a location of another region',
      {},
      { host: 'eu-speech.googleapis.com' },
      /^Expected resource location to be eu, but found us/,
    ],
    ['a language of another model', { languageCodes: ['es-CL'] }, {}, /"es-CL" is not supported/],
    [
      'confidence of words from chirp 3',
      { features: { enableWordConfidence: true } },
      {},
      /^Recognizer does not support feature: word_level_confidence$/,
    ],
    [
      'speakers in a language without them',
      { languageCodes: ['es-MX'], features: { diarizationConfig: {} } },
      {},
      /^Recognizer does not support feature: speaker_diarization$/,
    ],
    [
      'what is no audio',
      {},
      { file: Buffer.from('<html></html>'.repeat(50)) },
      /^Audio data does not appear to be in a supported encoding\./,
    ],
    ['no decoding at all', { autoDecodingConfig: undefined }, {}, /decoding_config must be set/],
  ];
  for (const [what, changes, where, message] of refused) {
    it(`refuses ${what}`, async (t) => {
      const { status, body } = await ask(t, changes, where);
      assert.equal(status, 400);
      assert.match(body.error.message, message);
    });
  }

  it('refuses more than a minute', async (t) => {
    const { file } = await make({ turns: MONO, pausesMs: 35_000 });
    const { body } = await ask(t, {}, { file });
    assert.equal(body.error.message, 'Audio can be of a maximum of 60 seconds.');
  });

  it('tells what a location has', async (t) => {
    const cloud = await startRestCloud(t, voices);
    const headers = await cloud.signedIn();
    const parent = `/v2/projects/${PROJECT}/locations`;
    const { body } = await cloud.ask({ url: `${parent}/us`, headers });
    const { models } = body.metadata.languages;
    assert.ok('chirp_3' in models['es-US'].modelFeatures);
    assert.equal(models['es-CL'], undefined);
    const list = await cloud.ask({ url: parent, headers });
    const ids = list.body.locations.map(({ locationId }: { locationId: string }) => locationId);
    assert.ok(['global', 'us', 'eu', 'asia-southeast1'].every((id) => ids.includes(id)));
    assert.equal((await cloud.ask({ url: `${parent}/mars`, headers })).status, 404);
  });
});

describe("Google's own clients, over REST", () => {
  it('of v1 and v2 understand the answers', async (t) => {
    const cloud = await startRestCloud(t, voices, { speech: { operationMs: 0 } });
    const options = {
      fallback: 'rest' as const,
      protocol: 'http',
      apiEndpoint: '127.0.0.1',
      port: cloud.port,
    };
    const { file } = await make();
    const client = new v1.SpeechClient({ ...options, apiKey: API_KEY });
    t.after(() => client.close());
    const [answer] = await client.recognize({
      config: { ...CONFIG, encoding: 'LINEAR16', enableWordTimeOffsets: true },
      audio: { content: file },
    });
    assert.equal(answer.results?.[0]?.alternatives?.[0]?.transcript, MONO[0]!.text);
    const [operation] = await client.longRunningRecognize({
      config: CONFIG,
      audio: { content: file },
    });
    const [response] = await operation.promise();
    assert.equal(response.results?.length, 2);

    const authClient = new OAuth2Client();
    const { body } = await cloud.token();
    authClient.setCredentials({ access_token: body.access_token });
    const client2 = new v2.SpeechClient({
      ...options,
      authClient,
    });
    t.after(() => client2.close());
    const [answer2] = await client2.recognize({
      recognizer: `projects/${PROJECT}/locations/us/recognizers/_`,
      config: { autoDecodingConfig: {}, model: 'chirp_3', languageCodes: ['es-US'] },
      content: file,
    });
    assert.equal(answer2.results?.length, 2);
  });
});
