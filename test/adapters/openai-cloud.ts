import assert from 'node:assert/strict';
import { generate } from 'selfsigned';
import { startSimulator, type Simulator } from 'simulator';
import { systemClock } from '../../media-sidecar/src/kernel/clock.ts';
import type { ProviderError } from '../../media-sidecar/src/kernel/errors.ts';
import type {
  RealtimeSession,
  RealtimeSettings,
} from '../../media-sidecar/src/realtime/contract.ts';
import { OpenAiRealtime } from '../../media-sidecar/src/realtime/openai/openai-realtime.ts';
import type { OpenAiRealtimeOptions } from '../../media-sidecar/src/realtime/openai/options.ts';
import type { SipTuning } from '../../media-sidecar/src/realtime/openai/sip-tuning.ts';
import { RecordingListener } from '../../media-sidecar/src/realtime/testing/recording-listener.ts';

export const apiKey = 'sk-simulated-openai-key-0001';

export const settings: RealtimeSettings = {
  model: 'gpt-realtime-2.1',
  instructions: 'Eres la recepcionista. El horario es de lunes a viernes de 9 a 18 horas.',
  voice: 'marin',
  languageCode: 'es-CL',
  tools: [{ name: 'buscar', description: 'Busca', parameters: { type: 'object', properties: {} } }],
  turnDetection: { type: 'server_vad', silenceDurationMs: 500 },
  noiseReduction: 'near_field',
  transcriptionModel: 'gpt-transcribe',
  reasoningEffort: 'low',
  answers: 'by-itself',
};

export type Faults = NonNullable<Parameters<Simulator['faults']['set']>[0]['openAiRealtime']>;

interface Opening {
  readonly changes?: Partial<RealtimeSettings>;
  readonly options?: Partial<OpenAiRealtimeOptions>;
  readonly key?: string;
  readonly callId?: string;
  readonly tuning?: SipTuning;
}

/** The simulated OpenAI behind TLS, as the real one is, and sessions of the adapter with it. */
export async function startOpenAiCloud() {
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
    accounts: [{ accountSid: `AC${'0'.repeat(32)}`, authToken: '0'.repeat(32) }],
    googleApiKey: 'a-google-key-of-tests',
    geminiApiKey: 'a-gemini-key-of-tests',
    controlKey: 'a-control-key-of-tests',
    openAiApiKey: apiKey,
    openAiTls: { certPem: certificate.cert, keyPem: certificate.private },
  });
  const sessions: RealtimeSession[] = [];
  const fail = (openAiRealtime: Faults) => simulator.faults.set({ openAiRealtime });
  const connection = (key = apiKey) => ({
    apiKey: key,
    baseUrl: simulator.openai.baseUrl,
    caPem: certificate.cert,
  });
  const open = ({ changes, options, key, callId, tuning }: Opening = {}) => {
    const dependencies = { clock: systemClock, ...(tuning && { tuning }) };
    const model = new OpenAiRealtime(connection(key), dependencies, options);
    const told = new RecordingListener();
    const wanted = { ...settings, ...changes };
    const session =
      callId === undefined
        ? model.open(wanted, told.listener)
        : model.control(callId, wanted, told.listener);
    sessions.push(session);
    return { session, told };
  };
  return {
    simulator,
    fail,
    connection,
    open,
    /** With what a session ends that is opened so, and whether another one may be tried. */
    async endOf(opening: Opening) {
      const { told } = open(opening);
      const { code, retryable }: ProviderError = await told.next('onClosed');
      assert.equal(told.names.at(-1), 'onClosed');
      return [code, retryable];
    },
    /** Before each test: nothing is broken, nothing scripted, and nobody waits for anything. */
    reset(): void {
      simulator.faults.reset();
      simulator.openai.realtime.script([]);
      fail({ firstAudioDelayMs: 0, deltaIntervalMs: 0, transcriptionDelayMs: 0 });
    },
    /** After each test. */
    closeSessions(): void {
      for (const session of sessions.splice(0)) session.close();
    },
    close: () => simulator.close(),
  };
}
