import assert from 'node:assert/strict';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { WebSocket } from 'ws';

import { startSidecar } from '../../media-sidecar/src/app.ts';
import { loadConfig } from '../../media-sidecar/src/config/config.ts';
import { testDatabaseFiles } from '../../media-sidecar/src/db/testing/database-archive.ts';
import { systemClock } from '../../media-sidecar/src/kernel/clock.ts';
import { FakeLanguageModel } from '../../media-sidecar/src/llm/testing/fake-language-model.ts';
import { createLogger } from '../../media-sidecar/src/observability/logger.ts';
import { FakeSpeechToText } from '../../media-sidecar/src/stt/testing/fake-speech-to-text.ts';
import { PhraseCache } from '../../media-sidecar/src/tts/phrase-cache.ts';
import { FakeTextToSpeech } from '../../media-sidecar/src/tts/testing/fake-text-to-speech.ts';
import { Engine, type RunInput } from '../engine/engine.ts';
import { startRecordingProxy } from '../engine/recording-proxy.ts';
import { tenantBody } from './tenants.ts';

const accountSid = `AC${'0'.repeat(31)}1`;
const authToken = 'auth-token-of-the-tests-00000000';
const platformKey = 'platform-key-of-the-tests-0123456789';
const streamSid = `MZ${'0'.repeat(31)}1`;

export interface Ran {
  /** The first item of the first output. */
  readonly json: IDataObject;
  readonly items: INodeExecutionData[];
  readonly outputs: INodeExecutionData[][];
  readonly error: { message: string; description?: string; itemIndex?: number } | undefined;
  /** What went to the sidecar, in order. */
  readonly wire: IDataObject[];
}

type More = Partial<RunInput> & { readonly key?: string };

/** n8n's engine with the node Voice Agent, and the whole sidecar with voices and ears of a test. */
export interface VoiceAgent extends AsyncDisposable {
  readonly stt: FakeSpeechToText;
  /** What the agents of the cascade think. */
  readonly model: FakeLanguageModel;
  /** Runs an operation with the platform key, or with another one. */
  run(parameters: IDataObject, more?: More): Promise<Ran>;
  /** The same for an operation that must work. */
  done(parameters: IDataObject, more?: More): Promise<Ran>;
  /** What a list search offers. */
  search(method: string, parameters?: IDataObject, filter?: string): Promise<IDataObject[]>;
  /** Speaks to the sidecar as something else than the node. */
  api(method: string, path: string, body?: IDataObject): Promise<IDataObject>;
  /** A new key of a tenant. */
  keyOf(tenant: string): Promise<string>;
  /** Twilio's end of a media stream that has begun. */
  openStream(callSid: string, parameters: IDataObject, tracks: string[]): Promise<Stream>;
}

export interface Stream {
  readonly closed: Promise<void>;
  stop(): Promise<void>;
}

/** There is one tenant, andes, with the number +56223334444. */
export async function startVoiceAgent(): Promise<VoiceAgent> {
  await using undo = new AsyncDisposableStack();
  const engine = undo.use(await Engine.start());
  const stt = new FakeSpeechToText(systemClock);
  const tts = new FakeTextToSpeech(systemClock, { firstByteMs: 0, chunkGapMs: 0 });
  const phrases = new PhraseCache(tts);
  const model = new FakeLanguageModel(systemClock);
  const sidecar = await startSidecar(
    loadConfig({
      PORT: '0',
      PUBLIC_URL: 'https://voice.example.com',
      BOOTSTRAP_API_KEY: platformKey,
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
    }),
    {
      logger: createLogger({ level: 'silent' }),
      database: testDatabaseFiles(),
      providers: {
        cascade: { stt, model, tts: phrases },
        phrases,
        warmUp: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
    },
  );
  undo.defer(() => sidecar.close());
  const proxy = undo.use(await startRecordingProxy(sidecar.url));
  const credentialsWith = (key = platformKey) => ({
    voiceSidecarApi: { baseUrl: proxy.url, apiKey: key },
  });

  async function run(parameters: IDataObject, { key, ...more }: More = {}): Promise<Ran> {
    const from = proxy.requests.length;
    const { items, outputs, error } = await engine.run({
      node: 'voiceAgent',
      parameters,
      credentials: credentialsWith(key),
      ...more,
    });
    const wire = proxy.requests.slice(from).map(({ method, path, query, body, status }) => ({
      method,
      path,
      status,
      ...(Object.keys(query).length > 0 ? { query } : {}),
      ...(body === undefined ? {} : { body }),
    })) as IDataObject[];
    return { json: items[0]?.json ?? {}, items, outputs, error, wire };
  }

  async function api(method: string, path: string, body?: IDataObject): Promise<IDataObject> {
    const response = await fetch(`${sidecar.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${platformKey}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as IDataObject;
  }

  await api('PUT', '/v1/tenants/andes', { ...tenantBody, phoneNumbers: ['+56223334444'] });
  const running = undo.move();
  return {
    stt,
    model,
    run,
    api,
    async done(parameters, more) {
      const ran = await run(parameters, more);
      assert.equal(ran.error, undefined, JSON.stringify(ran.error));
      return ran;
    },
    async search(method, parameters = {}, filter) {
      const input = { node: 'voiceAgent', parameters, credentials: credentialsWith() };
      const { results } = await engine.search(input, method, filter);
      return results as unknown as IDataObject[];
    },
    async keyOf(tenant) {
      return String((await api('POST', '/v1/api-keys', { name: tenant, tenant })).key);
    },
    openStream: (callSid, parameters, tracks) =>
      openStream(sidecar.url, { callSid, parameters, tracks }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function openStream(
  origin: string,
  stream: { callSid: string; parameters: IDataObject; tracks: string[] },
): Promise<Stream> {
  const { callSid, parameters: customParameters, tracks } = stream;
  const signature = getExpectedTwilioSignature(
    authToken,
    'wss://voice.example.com/twilio/media',
    {},
  );
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/twilio/media`, {
    headers: { 'x-twilio-signature': signature },
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
  const start = { accountSid, streamSid, callSid, tracks, mediaFormat, customParameters };
  send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  send({ event: 'start', streamSid, start });
  return {
    closed,
    async stop() {
      send({ event: 'stop', streamSid, stop: { accountSid, callSid } });
      await closed;
    },
  };
}

/** Asks again and again until the answer will do. */
export async function until<T>(ask: () => Promise<T>, willDo: (answer: T) => boolean): Promise<T> {
  const patience = AbortSignal.timeout(20_000);
  for (;;) {
    const answer = await ask();
    if (willDo(answer)) return answer;
    assert.equal(patience.aborted, false, 'waited in vain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
