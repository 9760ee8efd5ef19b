import type { IDataObject } from 'n8n-workflow';
import { startSimulator, type Simulator } from 'simulator';

import { makeCertificate } from '../../playground/tls-front.ts';
import { Engine } from '../engine/engine.ts';
import { startRecordingProxy, type RecordingProxy } from '../engine/recording-proxy.ts';
import {
  accountSid,
  authToken,
  controlKey,
  geminiApiKey,
  googleApiKey,
  openAiApiKey,
  platformKey,
} from '../sidecar/accounts.ts';
import { startSidecarFor } from '../sidecar/start-sidecar.ts';

export { accountSid, authToken };
/** A number of the account. */
export const ownNumber = '+56221234567';
/** A second one. */
export const otherNumber = '+56322234567';

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
  const certificate = await makeCertificate();
  const simulator = await startSimulator({
    port: 0,
    grpcPort: 0,
    grpcTls: certificate,
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
    controlKey,
  });
  undo.defer(() => simulator.close());
  const sidecar = options.sidecar
    ? undo.use(await startRecordedSidecar(simulator, certificate.certPem))
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

async function startRecordedSidecar(simulator: Simulator, caPem: string): Promise<RecordingProxy> {
  await using undo = new AsyncDisposableStack();
  const publicUrl = 'https://voice.example.com';
  const sidecar = undo.use(await startSidecarFor(simulator, { caPem, publicUrl }));
  const proxy = undo.use(await startRecordingProxy(sidecar.url));
  const running = undo.move();
  return {
    url: proxy.url,
    requests: proxy.requests,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
