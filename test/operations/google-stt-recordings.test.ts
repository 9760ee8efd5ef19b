import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';
import { startSimulator, type Simulator } from 'simulator';

import {
  makeRecording,
  type Recording,
  type RecordingFormat,
} from '../../simulator/src/google/testing/recordings.ts';
import { Engine } from '../engine/engine.ts';
import { startRecordingProxy, type RecordingProxy } from '../engine/recording-proxy.ts';
import { privateKey, publicKey, skipPauses, transcribe } from './google-stt.ts';

/**
 * Recordings of people who talk, recognised by the simulator, which is as strict as Google about formats,
 * rates, lengths, models, locations, roles and tokens, and hears what is in the bytes.
 */
const email = 'n8n@my-project.iam.gserviceaccount.com';
let engine: Engine;
let simulator: Simulator;
let wire: RecordingProxy;
let credentials: Record<string, IDataObject>;
before(async () => {
  engine = await Engine.start();
  simulator = await startSimulator({
    port: 0,
    grpcPort: 0,
    accounts: [
      {
        accountSid: `AC${'0'.repeat(32)}`,
        authToken: 'a-token-of-the-tests-0000000000',
        numbers: [],
      },
    ],
    googleApiKey: 'a-google-key-of-tests',
    googleServiceAccounts: [{ email, projectId: 'my-project', publicKeyPem: publicKey }],
    googleBuckets: [{ name: 'recordings' }],
    geminiApiKey: 'a-gemini-key-of-tests',
    controlKey: 'a-control-key-of-tests',
  });
  wire = await startRecordingProxy(simulator.url);
  credentials = {
    googleSpeechApi: {
      authentication: 'serviceAccount',
      email,
      privateKey,
      projectId: 'my-project',
      customEndpoints: true,
      speechBaseUrl: wire.url,
      textToSpeechBaseUrl: wire.url,
      storageBaseUrl: wire.url,
      tokenUrl: `${wire.url}/token`,
    },
  };
});
after(async () => {
  await wire[Symbol.asyncDispose]();
  await simulator.close();
  await engine[Symbol.asyncDispose]();
});

const customer = 'es-419';
const agent = 'es-419+f3';
const plain = (text: unknown) =>
  String(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N} ]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
const saidIn = ({ turns }: Recording) => plain(turns.map(({ text }) => text).join(' '));

const greeting = [
  { voice: customer, text: 'Hola, quiero una hora para la mantención de los diez mil.' },
  { voice: agent, text: 'Claro que sí. ¿Me dice la patente, por favor?' },
];
/** About a minute and a half. */
const conversation = [1, 2, 3, 4, 5].flatMap((): Array<{ voice: string; text: string }> => [
  ...greeting,
  { voice: customer, text: 'Es una camioneta blanca y tiene la revisión técnica vencida.' },
  { voice: agent, text: 'Entonces le conviene venir el lunes por la mañana al taller.' },
]);
const rates: Record<RecordingFormat, number> = {
  wav: 8000,
  'mulaw-wav': 8000,
  mp3: 16_000,
  flac: 16_000,
  'ogg-opus': 16_000,
};

for (const format of Object.keys(rates) as RecordingFormat[]) {
  for (const apiVersion of ['v1', 'v2']) {
    test(`${format}, ${apiVersion}: what was said`, async () => {
      const recording = await makeRecording(simulator.voices, {
        turns: greeting,
        format,
        sampleRateHz: rates[format],
      });
      const { items, error } = await transcribe(
        engine,
        credentials,
        apiVersion === 'v1'
          ? { apiVersion }
          : { apiVersion, model: 'chirp_3', location: 'us', language: 'es-US' },
        [recording.file],
      );
      assert.equal(error, undefined);
      assert.equal(plain(items[0]?.json.text), saidIn(recording));
      assert.ok(Math.abs(Number(items[0]?.json.durationMs) - recording.durationMs) < 150);
    });
  }

  test(`${format}: a recording longer than a minute, without a bucket, loses and doubles nothing`, async () => {
    const recording = await makeRecording(simulator.voices, {
      turns: conversation,
      format,
      sampleRateHz: rates[format],
    });
    assert.ok(recording.durationMs > 70_000);
    const { items, error } = await transcribe(
      engine,
      credentials,
      { output: 'turns', options: { wordTimes: true } },
      [recording.file],
    );
    assert.equal(error, undefined);
    const { json } = items[0] ?? assert.fail();
    assert.ok(Number(json.pieces) >= 2);
    assert.equal(plain(json.text), saidIn(recording));
    const words = (
      json.turns as Array<{ words: Array<{ word: string; startMs: number }> }>
    ).flatMap((turn) => turn.words);
    const truth = recording.turns.flatMap((turn) => turn.words);
    assert.equal(words.length, truth.length);
    truth.forEach(({ startMs }, index) => {
      const heardAt = words[index]?.startMs ?? NaN;
      assert.ok(
        Math.abs(heardAt - startMs) < 400,
        `${String(heardAt)} instead of ${String(startMs)}`,
      );
    });
  });
}

test('the parties of a call, each in a channel of its own, become turns with their names', async () => {
  const recording = await makeRecording(simulator.voices, {
    turns: greeting.map((turn, channel) => ({ ...turn, channel })),
    channels: 2,
  });
  const { items, error } = await transcribe(
    engine,
    credentials,
    { output: 'turns', options: { channels: 'separate', speakerNames: 'Cliente, Agente' } },
    [recording.file],
  );
  assert.equal(error, undefined);
  const turns = items[0]?.json.turns as Array<{ speaker: string; text: string; startMs: number }>;
  assert.deepEqual(
    turns.map(({ speaker, text }) => [speaker, plain(text)]),
    [
      ['Cliente', plain(greeting[0]?.text)],
      ['Agente', plain(greeting[1]?.text)],
    ],
  );
  turns.forEach(({ startMs }, index) => {
    assert.ok(Math.abs(startMs - (recording.turns[index]?.startMs ?? NaN)) < 400);
  });
  // Each channel is billed.
  const seconds = Math.ceil(recording.durationMs / 1000);
  assert.equal(items[0]?.json.billedDurationMs, 2 * seconds * 1000);
});

test('two channels that are put together are heard both', async () => {
  const recording = await makeRecording(simulator.voices, {
    turns: greeting.map((turn, channel) => ({ ...turn, channel })),
    channels: 2,
    format: 'mulaw-wav',
  });
  const { items, error } = await transcribe(engine, credentials, {}, [recording.file]);
  assert.equal(error, undefined);
  assert.equal(plain(items[0]?.json.text), saidIn(recording));
});

for (const parameters of [
  { apiVersion: 'v1' },
  { apiVersion: 'v2', model: 'long', location: 'global', language: 'es-US' },
]) {
  test(`${parameters.apiVersion}: with a bucket, a long recording is one request, and the bucket is empty afterwards`, async () => {
    using skipped = skipPauses();
    const recording = await makeRecording(simulator.voices, {
      turns: conversation,
      format: 'flac',
      sampleRateHz: 16_000,
    });
    const already = wire.requests.length;
    const { items, error } = await transcribe(
      engine,
      credentials,
      { ...parameters, options: { bucket: 'recordings' } },
      [recording.file],
    );
    assert.equal(error, undefined);
    assert.equal(plain(items[0]?.json.text), saidIn(recording));
    assert.equal(items[0]?.json.pieces, 1);
    assert.equal(items[0]?.json.warnings, undefined);
    const requests = wire.requests.slice(already).map(({ method, path }) => `${method} ${path}`);
    assert.equal(
      requests.filter((one) => /longrunningrecognize|batchRecognize/.test(one)).length,
      1,
    );
    assert.match(requests.at(-1) ?? '', /^DELETE \/storage\/v1\/b\/recordings\/o\//);
    assert.ok(skipped.pauses.every((ms) => ms >= 2000));
  });
}

test('speakers in one channel are told apart', async () => {
  const recording = await makeRecording(simulator.voices, { turns: greeting });
  const { items, error } = await transcribe(
    engine,
    credentials,
    { output: 'turns', options: { speakers: { count: { min: 2, max: 2 } } } },
    [recording.file],
  );
  assert.equal(error, undefined);
  const turns = items[0]?.json.turns as Array<{ speaker: string; text: string }>;
  assert.deepEqual(
    turns.map(({ text }) => plain(text)),
    greeting.map(({ text }) => plain(text)),
  );
  assert.equal(new Set(turns.map(({ speaker }) => speaker)).size, 2);
});

test('chirp_3 does not know es-CL: es-US takes its place', async () => {
  const recording = await makeRecording(simulator.voices, { turns: greeting });
  const { items, error } = await transcribe(engine, credentials, { apiVersion: 'v2' }, [
    recording.file,
  ]);
  assert.equal(error, undefined);
  assert.equal(String(items[0]?.json.language).toLowerCase(), 'es-us');
  assert.equal(plain(items[0]?.json.text), saidIn(recording));
});

test('the ready-made phrases pass, in both versions', async () => {
  const recording = await makeRecording(simulator.voices, { turns: greeting });
  for (const apiVersion of ['v1', 'v2']) {
    const { error } = await transcribe(
      engine,
      credentials,
      { apiVersion, options: { phraseSet: 'automotiveChile' } },
      [recording.file],
    );
    assert.equal(error, undefined);
  }
});

test('a token that has been revoked is replaced in the middle of an execution', async () => {
  const recording = await makeRecording(simulator.voices, { turns: greeting });
  simulator.revokeGoogleTokens();
  const { items, error } = await transcribe(engine, credentials, {}, [recording.file]);
  assert.equal(error, undefined);
  assert.equal(plain(items[0]?.json.text), saidIn(recording));
});

const model = async (operation: string, parameters: IDataObject) =>
  await engine.run({
    node: 'googleSTT',
    parameters: { resource: 'model', operation, ...parameters },
    credentials,
  });

test('lists the models of a location as Google tells them', async () => {
  const { items, error } = await model('getMany', {
    location: 'us',
    language: 'es-US',
    returnAll: true,
  });
  assert.equal(error, undefined);
  assert.equal(wire.requests.at(-1)?.path, '/v2/projects/my-project/locations/us');
  const chirp = items.find(({ json }) => json.model === 'chirp_3')?.json;
  assert.ok((chirp?.languages as string[]).includes('es-US'));
  assert.ok((chirp?.features as string[]).includes('speaker_diarization'));
  assert.ok(items.every(({ json }) => json.model !== 'chirp_2'));
  const spanish = await model('getMany', { location: 'us', language: 'es', limit: 1 });
  assert.equal(spanish.items.length, 1);
});

test('lists the models of version 1 without a request', async () => {
  const already = wire.requests.length;
  const { items } = await model('getMany', { apiVersion: 'v1', language: 'es-CL' });
  assert.deepEqual(
    items.map(({ json }) => json.model),
    ['command_and_search', 'default'],
  );
  assert.equal(wire.requests.length, already);
});

test('lists the languages of a model', async () => {
  const { items, error } = await model('getLanguages', { modelName: 'chirp_3', returnAll: true });
  assert.equal(error, undefined);
  const spain = items.find(({ json }) => json.language === 'es-ES')?.json;
  assert.deepEqual(spain, { language: 'es-ES', name: 'Spanish (Spain)', models: ['chirp_3'] });
});

test('offers es-CL first', async () => {
  const input = {
    node: 'googleSTT',
    parameters: { resource: 'audio', operation: 'transcribe' },
    credentials,
  };
  const [first] = await engine.options(input, 'getLanguages');
  assert.deepEqual(first, { name: 'Spanish (Chile), es-CL', value: 'es-CL' });
});
