import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { TextToSpeechClient } from '@google-cloud/text-to-speech';
import fastify from 'fastify';
import { decodeMulaw, encodeMulaw } from '../audio/mulaw.ts';
import { createFaults } from '../faults/faults.ts';
import { createRecognizer } from '../recognition/recognizer.ts';
import { createVoices } from '../voices/espeak-voices.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import { createGoogleCloud } from './cloud.ts';
import { googleRest } from './google-rest.ts';
import { API_KEY, startTestCloud, testCertificate } from './testing/clients.ts';
import type { TestCertificate } from './testing/clients.ts';

const TEXT = 'Hola, le atiende el asistente.';
const AT_ONCE = { textToSpeech: { firstByteDelayMs: 0, chunkIntervalMs: 0 } } as const;
const CHIRP = { languageCode: 'es-US', name: 'es-US-Chirp3-HD-Kore' };
const NEURAL = { languageCode: 'es-US', name: 'es-US-Neural2-A' };
const MULAW_8K = { audioEncoding: 'MULAW', sampleRateHertz: 8_000 } as const;

let voices: EspeakVoices;
let certificate: TestCertificate;
before(async () => {
  certificate = await testCertificate();
  voices = await createVoices();
});
after(() => voices.close());

async function heard(mulaw: Uint8Array): Promise<string[]> {
  const texts: string[] = [];
  const stream = createRecognizer(voices.lexicon).listen({ final: ({ text }) => texts.push(text) });
  stream.feed(mulaw);
  stream.end();
  return texts;
}

type Stream = ReturnType<TextToSpeechClient['streamingSynthesize']>;

async function allAudio(stream: Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const { audioContent } of stream as AsyncIterable<{ audioContent: Buffer }>) {
    chunks.push(audioContent);
  }
  return Buffer.concat(chunks);
}

function open(tts: TextToSpeechClient, voice: object, audio: object = MULAW_8K): Stream {
  const stream = tts.streamingSynthesize();
  stream.write({ streamingConfig: { voice, streamingAudioConfig: audio } } as never);
  return stream;
}

describe('streaming synthesis with the real client over TLS', () => {
  it('streams headerless µ-law that is recognized as what was asked for', async (t) => {
    const { tts } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const stream = open(tts, CHIRP);
    stream.write({ input: { text: TEXT } });
    stream.write({ input: { text: ' ¿En qué le ' } });
    stream.write({ input: { text: 'puedo ayudar' } });
    stream.end();
    assert.deepEqual(await heard(await allAudio(stream)), [TEXT, '¿En qué le puedo ayudar']);
  });

  it('speaks a whole sentence before the stream is half-closed', async (t) => {
    const { tts } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const stream = open(tts, CHIRP);
    stream.on('error', () => undefined);
    stream.write({ input: { text: TEXT } });
    const [{ audioContent }] = (await once(stream, 'data')) as [{ audioContent: Buffer }];
    assert.equal(audioContent.length, 1_600);
    stream.destroy();
  });

  it('streams 16-bit samples at the rate that was asked for', async (t) => {
    const { tts } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const speech = async (sampleRateHertz: number) => {
      const stream = open(tts, CHIRP, { audioEncoding: 'PCM', sampleRateHertz });
      stream.write({ input: { text: TEXT } });
      stream.end();
      return allAudio(stream);
    };
    const narrow = await speech(8_000);
    const wide = await speech(24_000);
    assert.ok(Math.abs(wide.length - 3 * narrow.length) <= 6);
    const samples = new Int16Array(
      narrow.buffer.slice(narrow.byteOffset, narrow.byteOffset + narrow.length),
    );
    assert.deepEqual(await heard(encodeMulaw(samples)), [TEXT]);
  });

  const refused: [string, object, object, RegExp][] = [
    ['a voice that does not stream', NEURAL, MULAW_8K, /only Chirp 3: HD/],
    [
      'a voice that does not exist',
      { languageCode: 'es-CL', name: 'es-CL-Chirp3-HD-Kore' },
      MULAW_8K,
      /'es-CL-Chirp3-HD-Kore' does not exist/,
    ],
    [
      'another language than the voice has',
      { ...CHIRP, languageCode: 'es-ES' },
      MULAW_8K,
      /doesn't match/,
    ],
    [
      'an encoding that does not stream',
      CHIRP,
      { audioEncoding: 'LINEAR16' },
      /Unsupported audio encoding/,
    ],
    ['an impossible rate of speech', CHIRP, { ...MULAW_8K, speakingRate: 2.5 }, /speaking_rate/],
    [
      'an impossible sample rate',
      CHIRP,
      { audioEncoding: 'PCM', sampleRateHertz: 4_000 },
      /sample rate/,
    ],
  ];
  for (const [what, voice, audio, message] of refused) {
    it(`refuses ${what}`, async (t) => {
      const { tts } = await startTestCloud(t, voices, certificate);
      const [error] = (await once(open(tts, voice, audio), 'error')) as [
        { code: number; details: string },
      ];
      assert.equal(error.code, 3);
      assert.match(error.details, message);
    });
  }

  it('refuses input before the configuration, and a second configuration', async (t) => {
    const { tts } = await startTestCloud(t, voices, certificate);
    const early = tts.streamingSynthesize();
    early.write({ input: { text: TEXT } });
    const [first] = (await once(early, 'error')) as [{ code: number; details: string }];
    assert.match(first.details, /first message/);
    const twice = open(tts, CHIRP);
    twice.write({ streamingConfig: { voice: CHIRP } } as never);
    const [second] = (await once(twice, 'error')) as [{ code: number; details: string }];
    assert.match(second.details, /Only the first message/);
  });

  it('aborts a stream to which nothing is written', async (t) => {
    const { tts } = await startTestCloud(t, voices, certificate, {
      textToSpeech: { inputTimeoutMs: 30 },
    });
    const [error] = (await once(open(tts, CHIRP), 'error')) as [{ code: number; details: string }];
    assert.equal(error.code, 10);
    assert.match(error.details, /without input/);
  });

  it('breaks, or fails, when a fault says so', async (t) => {
    const { tts, faults } = await startTestCloud(t, voices, certificate, {
      textToSpeech: { endStreamAfterMs: 20 },
    });
    const [broken] = (await once(open(tts, CHIRP), 'error')) as [{ code: number }];
    assert.equal(broken.code, 14);
    faults.set({ textToSpeech: { endStreamAfterMs: null, failNext: { code: 8, count: 1 } } });
    const [failed] = (await once(open(tts, CHIRP), 'error')) as [{ code: number }];
    assert.equal(failed.code, 8);
  });

  it('wants a key', async (t) => {
    const { tts } = await startTestCloud(t, voices, certificate, {}, '');
    const [error] = (await once(open(tts, CHIRP), 'error')) as [{ code: number }];
    assert.equal(error.code, 16);
  });
});

describe('unary synthesis', () => {
  it('gives µ-law in a WAV file with a header of 58 bytes', async (t) => {
    const { tts } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const [{ audioContent }] = await tts.synthesizeSpeech({
      input: { text: TEXT },
      voice: NEURAL,
      audioConfig: MULAW_8K,
    });
    const file = audioContent as Buffer;
    assert.equal(file.toString('latin1', 0, 4), 'RIFF');
    assert.equal(file.toString('latin1', 50, 54), 'data');
    assert.deepEqual(await heard(file.subarray(58, 58 + file.readUInt32LE(54))), [TEXT]);
  });

  it('speaks SSML without its tags', async (t) => {
    const { tts } = await startTestCloud(t, voices, certificate, AT_ONCE);
    const ssml =
      '<speak>Hola <break time="200ms"/> <emphasis>muy</emphasis> <sub alias="buenas">bns</sub> &amp; adiós.</speak>';
    await tts.synthesizeSpeech({ input: { ssml }, voice: NEURAL, audioConfig: MULAW_8K });
    const [{ audioContent }] = await tts.synthesizeSpeech({
      input: { ssml },
      voice: NEURAL,
      audioConfig: MULAW_8K,
    });
    assert.deepEqual(await heard((audioContent as Buffer).subarray(58)), [
      'Hola muy buenas & adiós.',
    ]);
  });

  const request = { input: { text: TEXT }, voice: NEURAL, audioConfig: MULAW_8K };
  const refused: [string, object, RegExp][] = [
    [
      'a country that has no voice',
      { ...request, voice: { languageCode: 'es-CL' } },
      /Voice '' does not exist/,
    ],
    ['no encoding', { ...request, audioConfig: {} }, /encoding is required/],
    ['no text', { ...request, input: { text: '' } }, /exactly one/],
    ['more than 5,000 bytes', { ...request, input: { text: 'ñ'.repeat(2_501) } }, /5000 bytes/],
    [
      'a sentence that is too long for the voice',
      {
        ...request,
        input: { text: `Hola. Atendemos ${'de nueve a seis, '.repeat(18)}y nada más.` },
      },
      /sentences that are too long.*starting with: "Atendemos"/,
    ],
    [
      'SSML that is not well-formed',
      { ...request, input: { ssml: '<speak>Hola<p></speak>' } },
      /Invalid SSML/,
    ],
    ['SSML without its root', { ...request, input: { ssml: '<p>Hola</p>' } }, /root element/],
    [
      'SSML for Chirp 3 HD',
      { ...request, voice: CHIRP, input: { ssml: '<speak>Hola</speak>' } },
      /only supports text/,
    ],
    [
      'pitch for Chirp 3 HD',
      { ...request, voice: CHIRP, audioConfig: { ...MULAW_8K, pitch: 2 } },
      /pitch/,
    ],
    ['markup for another family', { ...request, input: { markup: 'Hola [pause]' } }, /markup/],
    [
      'a rate of speech that is too low',
      { ...request, audioConfig: { ...MULAW_8K, speakingRate: 0.1 } },
      /speaking_rate/,
    ],
  ];
  for (const [what, wrong, message] of refused) {
    it(`refuses ${what}`, async (t) => {
      const { tts } = await startTestCloud(t, voices, certificate, AT_ONCE);
      await assert.rejects(
        tts.synthesizeSpeech(wrong),
        (error: { code: number; details: string }) => {
          assert.equal(error.code, 3);
          assert.match(error.details, message);
          return true;
        },
      );
    });
  }

  it('lists the voices of a language', async (t) => {
    const { tts } = await startTestCloud(t, voices, certificate);
    const [spanish] = await tts.listVoices({ languageCode: 'es-US' });
    const names = (spanish.voices ?? []).map(({ name }) => name);
    assert.ok(names.includes('es-US-Chirp3-HD-Kore') && names.includes('es-US-Neural2-A'));
    assert.equal(names.filter((name) => name?.includes('Chirp3-HD')).length, 30);
    assert.ok(names.every((name) => name?.startsWith('es-US-')));
    assert.deepEqual((await tts.listVoices({ languageCode: 'es-CL' }))[0].voices, []);
  });
});

describe('over REST', () => {
  async function restServer(t: { after(done: () => Promise<void>): void }) {
    const app = fastify();
    const faults = createFaults(AT_ONCE);
    await app.register(googleRest, {
      apiKeys: [API_KEY],
      voices,
      faults,
      ...createGoogleCloud({ lexicon: voices.lexicon, faults }),
    });
    t.after(() => app.close());
    return app;
  }
  const headers = { 'x-goog-api-key': API_KEY };

  it('serves the real client, which writes enums as numbers', async (t) => {
    const app = await restServer(t);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const client = new TextToSpeechClient({
      fallback: 'rest',
      protocol: 'http',
      apiEndpoint: '127.0.0.1',
      port,
      apiKey: API_KEY,
    });
    t.after(() => client.close());
    const [{ audioContent }] = await client.synthesizeSpeech({
      input: { text: TEXT },
      voice: CHIRP,
      audioConfig: MULAW_8K,
    });
    assert.deepEqual(await heard(Buffer.from(audioContent as Uint8Array).subarray(58)), [TEXT]);
    const [{ voices: listed }] = await client.listVoices({ languageCode: 'es-ES' });
    assert.ok((listed ?? []).length > 30);
  });

  it('recognizes what it has spoken', async (t) => {
    const app = await restServer(t);
    const payload = {
      input: { text: TEXT },
      voice: NEURAL,
      audioConfig: { audioEncoding: 'MULAW', sampleRateHertz: 8_000 },
    };
    const spoken = await app.inject({
      method: 'POST',
      url: `/v1/text:synthesize?key=${API_KEY}`,
      payload,
    });
    assert.equal(spoken.statusCode, 200);
    const recognized = await app.inject({
      method: 'POST',
      url: '/v1/speech:recognize',
      headers,
      payload: {
        config: {
          encoding: 'MULAW',
          sampleRateHertz: 8_000,
          languageCode: 'es-US',
          enableAutomaticPunctuation: true,
        },
        audio: { content: spoken.json<{ audioContent: string }>().audioContent },
      },
    });
    const { results, totalBilledTime } = recognized.json<{
      results: { alternatives: { transcript: string }[] }[];
      totalBilledTime: string;
    }>();
    assert.equal(results[0]!.alternatives[0]!.transcript, TEXT);
    assert.match(totalBilledTime, /^\d+s$/);
  });

  const refused: [string, object, number, string][] = [
    ['a field that does not exist', { input: { txt: 'hola' } }, 400, 'INVALID_ARGUMENT'],
    [
      'an enum that does not exist',
      { input: { text: 'hola' }, voice: NEURAL, audioConfig: { audioEncoding: 4 } },
      400,
      'INVALID_ARGUMENT',
    ],
    [
      'an encoding that only the cloud has',
      { input: { text: 'hola' }, voice: NEURAL, audioConfig: { audioEncoding: 'M4A' } },
      501,
      'UNIMPLEMENTED',
    ],
  ];
  for (const [what, payload, code, status] of refused) {
    it(`refuses ${what}`, async (t) => {
      const app = await restServer(t);
      const reply = await app.inject({
        method: 'POST',
        url: '/v1/text:synthesize',
        headers,
        payload,
      });
      const { error } = reply.json<{ error: { code: number; status: string; message: string } }>();
      assert.deepEqual([reply.statusCode, error.code, error.status], [code, code, status]);
    });
  }

  it('refuses a body that is no JSON, a wrong key and no key', async (t) => {
    const app = await restServer(t);
    const post = (extra: object) =>
      app.inject({ method: 'POST', url: '/v1/text:synthesize', ...extra });
    const json = { 'content-type': 'application/json' };
    assert.equal((await post({ headers: { ...headers, ...json }, payload: '{' })).statusCode, 400);
    const wrong = await post({ headers: { 'x-goog-api-key': 'no' }, payload: {} });
    assert.equal(wrong.statusCode, 400);
    assert.match(wrong.body, /API_KEY_INVALID/);
    assert.equal((await post({ payload: {} })).statusCode, 401);
  });
});

describe('what the voices send', () => {
  it('is loud enough for a voice detector', async () => {
    const { pcm8k } = await voices.speak({
      text: TEXT,
      voice: voices.voiceFor(CHIRP.name, 'es-US'),
    });
    const peak = decodeMulaw(encodeMulaw(pcm8k)).reduce(
      (most, x) => Math.max(most, Math.abs(x)),
      0,
    );
    assert.ok(peak > 8_000);
  });
});
