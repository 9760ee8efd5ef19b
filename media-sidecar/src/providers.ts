import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { CascadeProviders } from './call/cascade/providers.ts';
import type { RealtimeDefaults } from './call/realtime/options.ts';
import type { Config } from './config/config.ts';
import { ConfigError } from './config/config.ts';
import type { Clock } from './kernel/clock.ts';
import type { GoogleConnection, GoogleCredentials } from './kernel/google/connection.ts';
import type { Logger } from './kernel/logger.ts';
import type { Metrics } from './kernel/metrics.ts';
import { Gemini, defaultGeminiOptions } from './llm/gemini/gemini.ts';
import { ResilientLanguageModel } from './llm/resilient.ts';
import type { RealtimeModel, SipCalls } from './realtime/contract.ts';
import { checkRealtimeModel } from './realtime/openai/models.ts';
import { OpenAiRealtime } from './realtime/openai/openai-realtime.ts';
import { OpenAiSipCalls } from './realtime/openai/sip-calls.ts';
import { SipTuning } from './realtime/openai/sip-tuning.ts';
import { ResilientRealtimeModel } from './realtime/resilient.ts';
import { GoogleSpeech } from './stt/google/google-speech.ts';
import { speechPlace, type SpeechPlace } from './stt/google/place.ts';
import type { VoiceSettings } from './tts/contract.ts';
import { FallbackTextToSpeech } from './tts/fallback.ts';
import { GoogleTextToSpeech } from './tts/google/google-text-to-speech.ts';
import { PhraseCache } from './tts/phrase-cache.ts';
import { ResilientTextToSpeech } from './tts/resilient.ts';

export interface ProviderDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface BuiltProviders {
  readonly cascade: CascadeProviders;
  readonly phrases: PhraseCache;
  /** Absent without a key of OpenAI. */
  readonly realtime?: RealtimeProvider;
  /** Opens connections ahead of the first call. A provider that is away is tried again then. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}

/** Speech to speech, and the calls that reach it over SIP. */
export interface RealtimeProvider {
  readonly model: RealtimeModel;
  readonly sipCalls: SipCalls;
  readonly defaults: RealtimeDefaults;
}

/** Another model has a quota and a queue of its own. */
const fallbackModelName = 'gemini-3.5-flash-lite';

/** Voices of another kind, which do not depend on streaming, by language. */
const fallbackVoices: Readonly<Record<string, string>> = {
  'es-US': 'es-US-Neural2-A',
  'es-ES': 'es-ES-Neural2-A',
  'en-US': 'en-US-Neural2-F',
  'en-GB': 'en-GB-Neural2-A',
};

/** For a tenant that sets nothing: semantic turns, and a phone close to the mouth. */
const defaultRealtimeVoice = {
  voice: 'marin',
  turnDetection: { type: 'semantic_vad', eagerness: 'auto' },
  noiseReduction: 'near_field',
} as const satisfies Partial<RealtimeDefaults>;

const credentialsSchema = z.object({
  type: z.literal('service_account'),
  client_email: z.string(),
  private_key: z.string(),
});

/** @throws ConfigError when a variable is missing that these providers need, or names no file */
export async function buildProviders(config: Config, deps: ProviderDeps): Promise<BuiltProviders> {
  const { clock, metrics, logger } = deps;
  const { gemini, google } = config;
  const { apiKey } = gemini;
  if (apiKey === undefined) {
    throw new ConfigError([{ variable: 'GEMINI_API_KEY', problem: 'is required' }]);
  }
  if (google.sttApi === 'v2' && google.projectId === undefined) {
    throw new ConfigError([{ variable: 'GOOGLE_PROJECT_ID', problem: 'is required for v2' }]);
  }
  const { endpoint: speechEndpoint, ...place } = speechPlaceOf(google);
  const shared = {
    credentials: await credentialsOf(google),
    ...(google.caFile !== undefined && { caPem: await read('GOOGLE_CA_FILE', google.caFile) }),
    ...(google.projectId !== undefined && { projectId: google.projectId }),
  };
  const connection = (endpoint: string | undefined): GoogleConnection => ({
    ...shared,
    ...(endpoint !== undefined && { endpoint }),
  });

  const stt = new GoogleSpeech(
    {
      connection: connection(speechEndpoint),
      api: google.sttApi,
      ...place,
      ...(google.sttModel !== undefined && { model: google.sttModel }),
    },
    deps,
  );
  const voice = new GoogleTextToSpeech({ connection: connection(google.ttsEndpoint) }, { clock });
  const phrases = new PhraseCache(new ResilientTextToSpeech(voice), {}, metrics, {
    background: voice,
    clock,
  });
  const model = (name: string): ResilientLanguageModel => {
    const more = gemini.baseUrl === undefined ? {} : { baseUrl: gemini.baseUrl };
    return new ResilientLanguageModel(new Gemini({ apiKey, model: name, ...more }, { clock }));
  };
  const modelName = gemini.model ?? defaultGeminiOptions.model;
  const realtime = await buildRealtime(config.openAi, deps);

  return {
    cascade: {
      stt,
      model: model(modelName),
      ...(modelName !== fallbackModelName && { fallbackModel: model(fallbackModelName) }),
      tts: phrases,
      fallbackTts: new FallbackTextToSpeech([
        { adapter: new ResilientTextToSpeech(voice), voice: otherVoice },
      ]),
    },
    phrases,
    ...(realtime && { realtime }),
    async warmUp() {
      const results = await Promise.allSettled([stt.warmUp(), voice.warmUp()]);
      for (const result of results) {
        if (result.status === 'rejected') {
          logger.warn({ err: result.reason as unknown }, 'a provider could not be warmed up');
        }
      }
    },
    async close() {
      await Promise.all([stt.close(), voice.close()]);
    },
  };
}

/** @throws ConfigError for a model that is retired, or a certificate that cannot be read */
async function buildRealtime(
  openAi: Config['openAi'],
  { clock, logger, metrics }: ProviderDeps,
): Promise<RealtimeProvider | undefined> {
  const { apiKey, baseUrl, caFile, projectId, realtimeModel, transcriptionModel } = openAi;
  if (apiKey === undefined) return undefined;
  const problem = checkRealtimeModel(realtimeModel);
  if (problem !== undefined) {
    throw new ConfigError([{ variable: 'OPENAI_REALTIME_MODEL', problem }]);
  }
  const connection = {
    apiKey,
    baseUrl,
    ...(caFile !== undefined && { caPem: await read('OPENAI_CA_FILE', caFile) }),
    // A key may reach several projects; SIP calls belong to this one.
    ...(projectId !== undefined && { projectId }),
  };
  const tuning = new SipTuning({ metrics, logger });
  const model = new OpenAiRealtime(connection, { clock, metrics, tuning });
  return {
    model: new ResilientRealtimeModel(model, clock),
    sipCalls: new OpenAiSipCalls(connection, { clock, tuning }),
    defaults: { ...defaultRealtimeVoice, model: realtimeModel, transcriptionModel },
  };
}

/** @throws ConfigError for a location that is not served where it is asked for */
function speechPlaceOf(google: Config['google']): Partial<SpeechPlace> {
  const { sttApi, sttLocation: location, speechEndpoint: endpoint } = google;
  const given = {
    ...(location !== undefined && { location }),
    ...(endpoint !== undefined && { endpoint }),
  };
  const refuse = (problem: string) =>
    new ConfigError([{ variable: 'GOOGLE_STT_LOCATION', problem }]);
  if (sttApi === 'v1') {
    if (location !== undefined) throw refuse('is for v2 only: v1 knows no locations');
    return given;
  }
  try {
    return speechPlace(given);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

function otherVoice(wanted: VoiceSettings): VoiceSettings {
  const name = fallbackVoices[wanted.languageCode];
  return name === undefined ? wanted : { ...wanted, name };
}

async function credentialsOf(google: Config['google']): Promise<GoogleCredentials> {
  if (google.apiKey !== undefined) return { apiKey: google.apiKey };
  if (google.credentialsFile === undefined) return { applicationDefault: true };
  const text = await read('GOOGLE_APPLICATION_CREDENTIALS', google.credentialsFile);
  const parsed = credentialsSchema.safeParse(parseJson(text));
  // Google's library reads the same file, and knows the other kinds of it.
  if (!parsed.success) return { applicationDefault: true };
  const { client_email: clientEmail, private_key: privateKey } = parsed.data;
  return { serviceAccount: { clientEmail, privateKey } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError([
      { variable: 'GOOGLE_APPLICATION_CREDENTIALS', problem: 'names a file that is no JSON' },
    ]);
  }
}

async function read(variable: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new ConfigError([{ variable, problem: 'names a file that cannot be read' }]);
  }
}
