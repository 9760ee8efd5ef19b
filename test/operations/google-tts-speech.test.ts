import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { MPEGDecoder } from 'mpg123-decoder';
import type { IDataObject } from 'n8n-workflow';
import { OggOpusDecoder } from 'ogg-opus-decoder';

import type { RunInput } from '../engine/engine.ts';
import { startCloud, type Cloud } from './cloud.ts';

let cloud: Cloud;
before(async () => {
  cloud = await startCloud({ sidecar: true });
});
after(() => cloud[Symbol.asyncDispose]());
beforeEach(() => cloud.simulator.requests.clear());

const greeting = 'Buenos días, gracias por llamar a Automotora Andes.';

const google = () => ({ googleSpeechApi: cloud.credentials.googleSpeechApi ?? {} });
const googleAndSidecar = () => ({
  ...google(),
  voiceSidecarApi: cloud.credentials.voiceSidecarApi ?? {},
});

function synthesize(parameters: IDataObject, more: Partial<RunInput> = {}) {
  return cloud.engine.run({
    node: 'googleTTS',
    parameters: { resource: 'speech', operation: 'synthesize', text: greeting, ...parameters },
    credentials: google(),
    ...more,
  });
}

const voice = (name: string) => ({ __rl: true, mode: 'name', value: name });
const sent = () => cloud.simulator.requests.list({ path: /:synthesize$/ });
const bodies = () => sent().map(({ body }) => body as IDataObject);

describe('Speech: Synthesize', () => {
  test('makes a WAV file for the telephone by default', async () => {
    const { items, error } = await synthesize({});
    assert.equal(error, undefined);
    assert.deepEqual(bodies(), [
      {
        input: { text: greeting },
        voice: { name: 'es-US-Neural2-A', languageCode: 'es-US' },
        audioConfig: { audioEncoding: 'MULAW', sampleRateHertz: 8000 },
      },
    ]);
    const [item] = items;
    const bytes = cloud.engine.bytes(item);
    assert.equal(bytes.toString('latin1', 0, 4), 'RIFF');
    assert.equal(item?.binary?.data?.mimeType, 'audio/wav');
    assert.equal(item?.binary?.data?.fileName, 'speech.wav');
    const { durationMs, ...json } = item?.json ?? {};
    assert.deepEqual(json, {
      characters: greeting.length,
      billedCharacters: greeting.length,
      voice: 'es-US-Neural2-A',
      format: 'mulawWav',
      sizeBytes: bytes.length,
      chunks: 1,
      cache: 'off',
    });
    assert.equal(durationMs, Math.round((bytes.length - 58) / 8));
    assert.deepEqual(item?.pairedItem, { item: 0 });
  });

  test('without a header the same samples are left', async () => {
    const withHeader = await synthesize({ format: 'mulawWav' });
    const { items } = await synthesize({ format: 'mulaw', options: { fileName: 'saludo' } });
    const bytes = cloud.engine.bytes(items[0]);
    assert.deepEqual(bytes, cloud.engine.bytes(withHeader.items[0]).subarray(58));
    assert.equal(items[0]?.binary?.data?.mimeType, 'audio/x-mulaw');
    assert.equal(items[0]?.binary?.data?.fileName, 'saludo.ulaw');
  });

  test('rate and sample rate go to Google, the file to the field that was named', async () => {
    const { items, error } = await synthesize({
      format: 'wav',
      voice: voice('es-ES-Wavenet-B'),
      options: {
        speakingRate: 1.25,
        sampleRateHz: 16_000,
        binaryPropertyName: 'audio',
        fileName: '../saludo.wav',
      },
    });
    assert.equal(error, undefined);
    assert.deepEqual(bodies()[0]?.voice, { name: 'es-ES-Wavenet-B', languageCode: 'es-ES' });
    assert.deepEqual(bodies()[0]?.audioConfig, {
      audioEncoding: 'LINEAR16',
      speakingRate: 1.25,
      sampleRateHertz: 16_000,
    });
    assert.equal(cloud.engine.bytes(items[0], 'audio').readUInt32LE(24), 16_000);
    assert.equal(items[0]?.binary?.audio?.fileName, '..-saludo.wav');
  });

  test('SSML is sent as it was written', async () => {
    const ssml = '<speak>Hola. <break time="300ms"/><mark name="a"/>¿Cómo está?</speak>';
    const { items, error } = await synthesize({ input: 'ssml', ssml });
    assert.equal(error, undefined);
    assert.deepEqual(bodies()[0]?.input, { ssml });
    assert.equal(items[0]?.json.characters, ssml.length);
    assert.equal(items[0]?.json.billedCharacters, ssml.length - '<mark name="a"/>'.length);
  });

  test('SSML that is wrong is told with its place, and not sent', async () => {
    const ssml = '<speak>\n  Pan & queso <break time="20s"/>\n</speak>';
    const { error } = await synthesize({ input: 'ssml', ssml });
    assert.equal(error?.message, 'SSML, line 2, column 7: An "&" is not escaped');
    assert.equal(error?.description, 'Write &amp; where the character & is meant.');
    assert.deepEqual(sent(), []);
  });

  test('markup goes to Chirp 3 HD voices, and to no others', async () => {
    const markup = 'Déjeme ver, [pause long] sí, aquí está.';
    const chirp = await synthesize({
      input: 'markup',
      markup,
      voice: voice('es-US-Chirp3-HD-Aoede'),
    });
    assert.equal(chirp.error, undefined);
    assert.deepEqual(bodies()[0]?.input, { markup });
    const neural = await synthesize({ input: 'markup', markup });
    assert.match(neural.error?.message ?? '', /es-US-Neural2-A takes no markup/);
    assert.equal(sent().length, 1);
  });

  test('a text of more than 5,000 bytes is divided at sentences and joined in order', async () => {
    const text = 'La mantención de su vehículo está lista, señor Muñoz. '.repeat(100).trim();
    const { items, error } = await synthesize({ text, format: 'mulaw' });
    assert.equal(error, undefined);
    const texts = bodies().map(({ input }) => String((input as IDataObject).text));
    assert.ok(texts.length >= 2);
    for (const one of texts) {
      assert.ok(Buffer.byteLength(one) <= 5000);
      assert.match(one, /\.$/);
    }
    assert.equal(texts.toSorted((a, b) => b.length - a.length).join(' '), text);
    assert.equal(items[0]?.json.chunks, texts.length);
    assert.equal(items[0]?.json.billedCharacters, text.length - (texts.length - 1));
    const single = await synthesize({ text: texts[0] ?? '', format: 'mulaw' });
    const whole = cloud.engine.bytes(items[0]);
    const first = cloud.engine.bytes(single.items[0]);
    assert.deepEqual(whole.subarray(0, first.length), first);
  });

  const long = 'La mantención de su vehículo está lista, señor Muñoz. '.repeat(100).trim();

  test('a long text in MP3 is one file that decodes without a fault', async () => {
    const { items, error } = await synthesize({ text: long, format: 'mp3' });
    assert.equal(error, undefined);
    assert.equal(items[0]?.json.chunks, 2);
    assert.equal(items[0]?.binary?.data?.mimeType, 'audio/mpeg');
    const decoder = new MPEGDecoder();
    await decoder.ready;
    const decoded = decoder.decode(cloud.engine.bytes(items[0]));
    decoder.free();
    assert.deepEqual(decoded.errors, []);
    const decodedMs = (decoded.samplesDecoded / decoded.sampleRate) * 1000;
    assert.ok(Math.abs(decodedMs - Number(items[0]?.json.durationMs)) < 200, String(decodedMs));
  });

  test('a long text in Ogg Opus is one stream that decodes without a fault', async () => {
    const { items, error } = await synthesize({ text: long, format: 'oggOpus' });
    assert.equal(error, undefined);
    assert.equal(items[0]?.json.chunks, 2);
    const bytes = cloud.engine.bytes(items[0]);
    assert.equal(bytes.toString('latin1').split('OpusHead').length - 1, 1);
    const decoder = new OggOpusDecoder();
    await decoder.ready;
    const decoded = await decoder.decodeFile(bytes);
    decoder.free();
    assert.deepEqual(decoded.errors, []);
    assert.equal(Math.round(decoded.samplesDecoded / 48), items[0]?.json.durationMs);
  });

  test('an answer that is cut off on the way is asked for again', async () => {
    cloud.simulator.faults.set({ textToSpeech: { cutOffNext: 1 } });
    const { error, items } = await synthesize({});
    cloud.simulator.faults.reset();
    assert.equal(error, undefined);
    assert.equal(items.length, 1);
    assert.equal(sent().length, 2);
  });

  test('several items are spoken at once and keep their order', async () => {
    cloud.simulator.faults.set({ textToSpeech: { firstByteDelayMs: 20 } });
    const items = ['Uno.', 'Dos.', 'Tres.', 'Cuatro.', 'Cinco.', ''].map((text) => ({
      json: { text },
    }));
    const result = await synthesize(
      { text: '={{ $json.text }}', format: 'mulaw', options: { parallel: 3 } },
      { items, continueOnFail: true },
    );
    cloud.simulator.faults.reset();
    assert.equal(result.error, undefined);
    assert.deepEqual(
      result.items.map(({ json, pairedItem }) => [json.characters ?? json.error, pairedItem]),
      [
        [4, { item: 0 }],
        [4, { item: 1 }],
        [5, { item: 2 }],
        [7, { item: 3 }],
        [6, { item: 4 }],
        ['The field Text is empty', { item: 5 }],
      ],
    );
  });

  test('no items are no requests', async () => {
    const { items, error } = await synthesize({}, { items: [] });
    assert.equal(error, undefined);
    assert.deepEqual(items, []);
    assert.deepEqual(sent(), []);
  });

  test('waits as long as Google asks when the quota is used up', async () => {
    cloud.simulator.faults.set({
      textToSpeech: { failNext: { code: 8, count: 2, retryAfterMs: 10 } },
    });
    const { error, items } = await synthesize({ format: 'mulaw' });
    assert.equal(error, undefined);
    assert.equal(items.length, 1);
    assert.deepEqual(
      sent().map(({ status }) => status),
      [429, 429, 200],
    );
  });

  test('an unknown voice is told with the cure', async () => {
    const { error } = await synthesize({ voice: voice('es-US-Neural2-Z') });
    assert.equal(error?.message, 'Google knows no such voice');
    assert.match(error?.description ?? '', /field Voice.*es-US-Neural2-Z/);
    assert.equal(error?.itemIndex, 0);
  });

  test('pitch with Chirp 3 HD is refused before it is sent', async () => {
    const { error } = await synthesize({
      voice: voice('es-US-Chirp3-HD-Kore'),
      options: { pitch: 2 },
    });
    assert.match(error?.message ?? '', /es-US-Chirp3-HD-Kore takes no pitch/);
    assert.deepEqual(sent(), []);
  });

  test('a wrong key is told with the cure', async () => {
    const { error } = await synthesize(
      {},
      { credentials: { googleSpeechApi: { ...google().googleSpeechApi, apiKey: 'wrong' } } },
    );
    assert.match(error?.message ?? '', /API key/);
    assert.match(error?.description ?? '', /Google Speech credential/);
  });
});

describe('Speech: Synthesize, with a sidecar', () => {
  const audioRequests = () =>
    cloud.sidecar?.requests.filter(({ path }) => path === '/v1/phrases/audio') ?? [];

  test('short texts for the telephone come from the phrase cache', async () => {
    const text = 'Un momento, por favor.';
    const parameters = { text, format: 'mulaw', options: { speakingRate: 1.1 } };
    const miss = await synthesize(parameters, { credentials: googleAndSidecar() });
    assert.equal(miss.error, undefined);
    assert.deepEqual(audioRequests().at(-1)?.body, {
      text,
      voice: { name: 'es-US-Neural2-A', languageCode: 'es-US', speakingRate: 1.1 },
    });
    assert.equal(miss.items[0]?.json.cache, 'miss');
    assert.equal(miss.items[0]?.json.billedCharacters, text.length);
    const hit = await synthesize(
      { ...parameters, format: 'mulawWav' },
      { credentials: googleAndSidecar() },
    );
    assert.equal(hit.items[0]?.json.cache, 'hit');
    assert.equal(hit.items[0]?.json.billedCharacters, 0);
    assert.deepEqual(
      cloud.engine.bytes(hit.items[0]).subarray(58, -1),
      cloud.engine.bytes(miss.items[0]).subarray(0, cloud.engine.bytes(hit.items[0]).length - 59),
    );
    assert.deepEqual(sent(), [], 'Google is not asked by the node');
  });

  test('what the cache does not keep is asked of Google', async () => {
    const before = audioRequests().length;
    const others: IDataObject[] = [
      { format: 'wav' },
      { format: 'alaw' },
      { input: 'ssml', ssml: '<speak>Hola</speak>' },
      { text: 'Hola. '.repeat(200) },
      { options: { useCache: false } },
      { options: { effectsProfiles: ['telephony-class-application'] } },
    ];
    for (const parameters of others) {
      const { items, error } = await synthesize(parameters, { credentials: googleAndSidecar() });
      assert.equal(error, undefined, JSON.stringify(parameters).slice(0, 80));
      assert.equal(items[0]?.json.cache, 'off');
    }
    assert.equal(audioRequests().length, before);
    assert.equal(sent().length, others.length);
  });

  test('a voice that Google refuses is told', async () => {
    const { error } = await synthesize(
      { voice: voice('es-US-Neural2-Z') },
      { credentials: googleAndSidecar() },
    );
    assert.match(`${error?.message ?? ''} ${error?.description ?? ''}`, /voice/i);
  });

  test('a tenant that does not exist is told', async () => {
    const { error } = await synthesize(
      { options: { tenant: { __rl: true, mode: 'id', value: 'nadie' } } },
      { credentials: googleAndSidecar() },
    );
    assert.match(error?.message ?? '', /No tenant has this number or name/);
  });
});
