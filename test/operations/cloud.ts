import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { generate } from 'selfsigned';
import { startSimulator, type Simulator } from 'simulator';

import { startSidecar } from '../../media-sidecar/src/app.ts';
import { loadConfig } from '../../media-sidecar/src/config/config.ts';
import { createLogger } from '../../media-sidecar/src/observability/logger.ts';
import { Engine } from '../engine/engine.ts';
import { startRecordingProxy, type RecordingProxy } from '../engine/recording-proxy.ts';

export const accountSid = `AC${'0'.repeat(31)}1`;
export const authToken = 'auth-token-of-the-tests-00000000';
/** A number of the account. */
export const ownNumber = '+56221234567';
/** A second one. */
export const otherNumber = '+56322234567';

const googleApiKey = 'a-google-key-of-tests';
const geminiApiKey = 'a-gemini-key-of-tests';
const openAiApiKey = 'sk-an-openai-key-of-tests';
const platformKey = 'platform-key-of-the-tests-0123456789';

export interface Cloud extends AsyncDisposable {
  readonly engine: Engine;
  readonly simulator: Simulator;
  /** As a user would have typed them in, one of each type. */
  readonly credentials: Record<string, IDataObject>;
  /** What went to the sidecar; there is one only with `{ sidecar: true }`. */
  readonly sidecar: RecordingProxy | undefined;
}

/** n8n's engine and, for its nodes, everything they speak to: the simulator and, if asked for, the sidecar. */
export async function startCloud(options: { readonly sidecar?: boolean } = {}): Promise<Cloud> {
  await using undo = new AsyncDisposableStack();
  const engine = undo.use(await Engine.start());
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  const simulator = await startSimulator({
    port: 0,
    grpcPort: 0,
    grpcTls: { certPem: certificate.cert, keyPem: certificate.private },
    accounts: [
      {
        accountSid,
        authToken,
        numbers: [{ phoneNumber: ownNumber }, { phoneNumber: otherNumber }],
        callsPerSecond: 100,
      },
    ],
    googleApiKey,
    geminiApiKey,
    openAiApiKey,
    controlKey: 'a-control-key-of-tests',
  });
  undo.defer(() => simulator.close());
  const sidecar = options.sidecar
    ? undo.use(await startSidecarFor(simulator, certificate.cert))
    : undefined;
  const running = undo.move();
  return {
    engine,
    simulator,
    sidecar,
    credentials: {
      twilioVoiceApi: {
        accountSid,
        authToken,
        baseUrl: simulator.url,
        lookupsBaseUrl: simulator.url,
      },
      googleSpeechApi: {
        authentication: 'apiKey',
        apiKey: googleApiKey,
        customEndpoints: true,
        speechBaseUrl: simulator.url,
        textToSpeechBaseUrl: simulator.url,
        storageBaseUrl: simulator.url,
        tokenUrl: `${simulator.url}/token`,
      },
      voiceGeminiApi: { apiKey: geminiApiKey, baseUrl: simulator.url },
      voiceOpenAiApi: { apiKey: openAiApiKey, baseUrl: `${simulator.url}/openai/v1` },
      ...(sidecar ? { voiceSidecarApi: { baseUrl: sidecar.url, apiKey: platformKey } } : {}),
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startSidecarFor(simulator: Simulator, caPem: string): Promise<RecordingProxy> {
  await using undo = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'voice-agents-operations-'));
  undo.defer(() => rm(dir, { recursive: true, force: true }));
  const caFile = join(dir, 'ca.pem');
  await writeFile(caFile, caPem);
  const endpoint = `localhost:${simulator.grpcAddress.split(':').at(-1) ?? ''}`;
  const sidecar = await startSidecar(
    loadConfig({
      PORT: '0',
      PUBLIC_URL: 'https://voice.example.com',
      BOOTSTRAP_API_KEY: platformKey,
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      GOOGLE_API_KEY: googleApiKey,
      GOOGLE_PROJECT_ID: 'tests',
      GOOGLE_SPEECH_ENDPOINT: endpoint,
      GOOGLE_TTS_ENDPOINT: endpoint,
      GOOGLE_CA_FILE: caFile,
      GEMINI_API_KEY: geminiApiKey,
      GEMINI_BASE_URL: simulator.url,
      OPENAI_API_KEY: openAiApiKey,
      OPENAI_BASE_URL: simulator.openai.baseUrl,
      OPENAI_PROJECT_ID: simulator.openai.project.id,
      WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
    }),
    { logger: createLogger({ level: 'silent' }) },
  );
  undo.defer(() => sidecar.close());
  const proxy = await startRecordingProxy(sidecar.url);
  undo.defer(() => proxy[Symbol.asyncDispose]());
  const running = undo.move();
  return {
    url: proxy.url,
    requests: proxy.requests,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
