import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { levelDbfs } from '../../media-sidecar/src/audio/level.ts';
import { systemClock } from '../../media-sidecar/src/kernel/clock.ts';
import { ProviderError } from '../../media-sidecar/src/kernel/errors.ts';
import type { GoogleConnection } from '../../media-sidecar/src/kernel/google/connection.ts';
import type { SpeechRequest, TextToSpeech } from '../../media-sidecar/src/tts/contract.ts';
import { GoogleTextToSpeech } from '../../media-sidecar/src/tts/google/google-text-to-speech.ts';
import { startCloud, type TestCloud } from './cloud.ts';

const chirp = { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US' };
const neural = { name: 'es-US-Neural2-A', languageCode: 'es-US' };
const text = 'Buenos días, habla con la automotora.';
const never = new AbortController().signal;

async function speak(
  tts: TextToSpeech,
  request: SpeechRequest,
  signal: AbortSignal = never,
): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of tts.synthesize(request, signal)) chunks.push(chunk);
  return chunks;
}

async function refuses(speaking: Promise<unknown>, code: string): Promise<ProviderError> {
  let thrown: unknown;
  await assert.rejects(speaking, (error) => {
    thrown = error;
    return error instanceof ProviderError;
  });
  assert.equal((thrown as ProviderError).code, code, (thrown as ProviderError).message);
  return thrown as ProviderError;
}

describe('Google Text-to-Speech', () => {
  const closing: (() => Promise<void>)[] = [];
  let cloud: TestCloud;
  let tts: GoogleTextToSpeech;

  function connect(connection: GoogleConnection, options = {}): GoogleTextToSpeech {
    const made = new GoogleTextToSpeech({ connection, ...options }, { clock: systemClock });
    closing.push(() => made.close());
    return made;
  }

  before(async () => {
    cloud = await startCloud({ after: (close) => void closing.push(close as never) });
    tts = connect(cloud.connection);
    await tts.warmUp();
  });
  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  it('streams a Chirp voice in pieces of headerless µ-law', async () => {
    const chunks = await speak(tts, { text, voice: chirp });
    assert.ok(chunks.length > 1, `${chunks.length} chunks`);
    const audio = Buffer.concat(chunks);
    assert.ok(audio.length > 8 * 1000 && audio.length < 8 * 10_000);
    assert.ok(levelDbfs(audio) > -40);
  });

  it('takes the header from the audio of the other voices', async () => {
    const audio = Buffer.concat(await speak(tts, { text, voice: neural }));
    assert.notEqual(audio.subarray(0, 4).toString('latin1'), 'RIFF');
    assert.ok(levelDbfs(audio) > -40);
  });

  it('speaks faster when it is told to', async () => {
    const [usual, fast] = await Promise.all(
      [1, 1.5].map((speakingRate) => speak(tts, { text, voice: { ...chirp, speakingRate } })),
    );
    assert.ok(Buffer.concat(fast ?? []).length < Buffer.concat(usual ?? []).length * 0.85);
  });

  it('ends quietly at an abort, also while it waits for the first audio', async () => {
    for (const voice of [chirp, neural]) {
      const abort = new AbortController();
      const chunks: Uint8Array[] = [];
      const speaking = (async () => {
        for await (const chunk of tts.synthesize({ text, voice }, abort.signal)) {
          chunks.push(chunk);
        }
      })();
      abort.abort();
      await speaking;
      assert.deepEqual(chunks, []);
    }
  });

  it('ends at an abort while the service stalls', { timeout: 20_000 }, async () => {
    cloud.simulator.faults.set({ textToSpeech: { stallMs: 60_000 } });
    const patient = connect(cloud.connection, { firstAudioTimeoutMs: 60_000, timeoutMs: 60_000 });
    for (const voice of [chirp, neural]) {
      assert.deepEqual(await speak(patient, { text, voice }, AbortSignal.timeout(100)), []);
    }
    cloud.simulator.faults.reset();
  });

  it('ends at an abort after the first audio', async () => {
    const abort = new AbortController();
    let pieces = 0;
    for await (const chunk of tts.synthesize({ text, voice: chirp }, abort.signal)) {
      pieces += Math.sign(chunk.length);
      abort.abort();
    }
    assert.equal(pieces, 1);
    assert.deepEqual(await speak(tts, { text, voice: chirp }, AbortSignal.abort()), []);
  });

  it('tells once what is paid for, with the first audio or when it is given up', async () => {
    for (const voice of [chirp, neural]) {
      const told: unknown[] = [];
      const onUsage = (usage: unknown) => told.push(usage);
      await speak(tts, { text, voice, onUsage });
      const abort = new AbortController();
      const given = speak(tts, { text, voice, onUsage }, abort.signal);
      abort.abort();
      assert.equal(told.length, 2);
      await given;
      const model = voice === chirp ? 'chirp3-hd' : 'neural2';
      const usage = { provider: 'google', model, characters: text.length };
      assert.deepEqual(told, [usage, usage]);
      await refuses(
        speak(tts, { text, voice: { ...voice, speakingRate: 3 }, onUsage }),
        'invalid-request',
      );
      assert.deepEqual(await speak(tts, { text: ' ', voice, onUsage }), []);
      assert.equal(told.length, 2);
    }
  });

  it('says nothing for an empty text', async () => {
    assert.deepEqual(await speak(tts, { text: '  ', voice: chirp }), []);
  });

  it('refuses a text that is too long, and an impossible rate, without asking', async () => {
    await refuses(speak(tts, { text: 'ñ'.repeat(2501), voice: chirp }), 'invalid-request');
    const voice = { ...chirp, speakingRate: 3 };
    await refuses(speak(tts, { text, voice }), 'invalid-request');
  });

  it('tells an unknown voice from an unknown key', async () => {
    for (const name of ['es-US-Chirp3-HD-Nadie', 'es-US-Neural2-Z']) {
      const error = await refuses(
        speak(tts, { text, voice: { name, languageCode: 'es-US' } }),
        'invalid-request',
      );
      assert.equal(error.retryable, false);
    }
    const other = connect({ ...cloud.connection, credentials: { apiKey: 'wrong' } });
    await refuses(speak(other, { text, voice: chirp }), 'unauthenticated');
  });

  it('shows a service account as a token that it has signed itself', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const serviceAccount = {
      clientEmail: 'robot@tests.iam.gserviceaccount.com',
      privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    };
    const robot = connect({ ...cloud.connection, credentials: { serviceAccount } });
    assert.ok((await speak(robot, { text, voice: chirp })).length > 0);
  });

  it('says what may be tried again, and when', async () => {
    for (const voice of [chirp, neural]) {
      cloud.simulator.faults.set({ textToSpeech: { failNext: { code: 14, count: 1 } } });
      assert.equal((await refuses(speak(tts, { text, voice }), 'unavailable')).retryable, true);
      cloud.simulator.faults.set({ textToSpeech: { failNext: { code: 8, count: 1 } } });
      assert.equal((await refuses(speak(tts, { text, voice }), 'rate-limited')).retryable, true);
    }
    cloud.simulator.faults.reset();
  });

  it('gives up when the first audio does not come', async () => {
    const impatient = connect(cloud.connection, { firstAudioTimeoutMs: 200 });
    await impatient.warmUp();
    cloud.simulator.faults.set({ textToSpeech: { stallMs: 20_000 } });
    for (const voice of [chirp, neural]) {
      const error = await refuses(speak(impatient, { text, voice }), 'timeout');
      assert.equal(error.retryable, true);
    }
    cloud.simulator.faults.reset();
  });

  it('fails at once when nobody listens', async () => {
    const nobody = connect({ ...cloud.connection, endpoint: 'localhost:1' });
    for (const voice of [chirp, neural]) {
      await refuses(speak(nobody, { text, voice }), 'unavailable');
    }
  });

  it('does not trust a certificate of an authority that it was not told of', async () => {
    const { caPem: _, ...connection } = cloud.connection;
    await refuses(speak(connect(connection), { text, voice: chirp }), 'unavailable');
  });

  it('refuses an endpoint that is none', () => {
    assert.throws(
      () => connect({ ...cloud.connection, endpoint: 'https://a.example/' }),
      RangeError,
    );
  });
});
