import fastify, { type FastifyInstance } from 'fastify';
import { createTelephone, dialScripted } from './callers/dial.ts';
import type { DialInput, DialledCaller, TelephoneInput } from './callers/dial.ts';
import type { ScriptedTelephone } from './callers/scripted-telephone.ts';
import { configSchema, type SimulatorOptions } from './config.ts';
import { control } from './control/plugin.ts';
import { WireLog } from './control/wire-log.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { geminiRest } from './gemini/gemini-rest.ts';
import { GeminiScript, type GeminiScriptStep } from './gemini/script.ts';
import { createGoogleCloud } from './google/cloud.ts';
import { startGoogleGrpc } from './google/google-grpc.ts';
import { googleRest } from './google/google-rest.ts';
import { openAiRest } from './openai/openai-rest.ts';
import { systemClock } from './openai/realtime/clock.ts';
import { startRealtime } from './openai/realtime/listen.ts';
import type { CannedModel } from './openai/realtime/canned/canned-model.ts';
import { OpenAiProject } from './openai/realtime/project.ts';
import { SipEndpoint } from './openai/realtime/sip-endpoint.ts';
import type { RealtimeScriptStep } from './openai/realtime/realtime-script.ts';
import { OpenAiScript, type OpenAiScriptStep } from './openai/script.ts';
import { createRecognizer } from './recognition/recognizer.ts';
import { Telephones } from './telephone-network/telephones.ts';
import { Ticker } from './telephone-network/ticker.ts';
import { Account } from './twilio/account.ts';
import { Exchange } from './twilio/exchange.ts';
import { WebhookClient } from './twilio/http-client.ts';
import { lookups } from './twilio/lookups/lookups.ts';
import { twilioRest } from './twilio/rest/plugin.ts';
import { trunking } from './twilio/trunking/trunking.ts';
import type { Voices } from './voices/contract.ts';
import { createVoices } from './voices/espeak-voices.ts';
import { webPhone } from './web-phone/web-phone.ts';

export type { SimulatorOptions } from './config.ts';
export type { DialInput, DialledCaller, TelephoneInput } from './callers/dial.ts';
export type { CallerReport, SaidSpeech } from './callers/scripted-caller.ts';
export type { HeardSpeech } from './callers/ear.ts';
export type { CallEvent } from './twilio/call-data.ts';
export type { FaultChanges } from './faults/faults.ts';
export type { GeminiScriptStep } from './gemini/script.ts';
export type { CannedAnswer, HeardMark } from './openai/realtime/canned/canned-model.ts';
export { MarkReader, writeMarks, type Mark } from './openai/realtime/canned/marks.ts';
export type { RealtimeScriptStep } from './openai/realtime/realtime-script.ts';
export type { OpenAiScriptStep } from './openai/script.ts';
export type { WireFilter, WireRequest } from './control/wire-log.ts';

export interface Simulator {
  /** Twilio's REST, Google's REST, Gemini, the control API and the web phone. */
  readonly url: string;
  /** The tokens that Google's service accounts have got end now. */
  revokeGoogleTokens(): void;
  /** Google Speech and Text-to-Speech over gRPC, `host:port`. */
  readonly grpcAddress: string;
  readonly exchange: Exchange;
  readonly faults: Faults;
  /** Speaks; what they say is what Speech-to-Text understands. */
  readonly voices: Voices;
  /** What arrived at `url`, for tests. */
  readonly requests: Pick<WireLog, 'list' | 'clear'>;
  readonly gemini: {
    /** Replaces what Gemini is to answer. @throws z.ZodError */
    script(steps: readonly GeminiScriptStep[]): void;
  };
  /** Lives at `${url}/openai/v1`, when there is an `openAiApiKey`. */
  readonly openai: {
    /** Replaces what OpenAI is to answer. @throws z.ZodError */
    script(steps: readonly OpenAiScriptStep[]): void;
    /** The SIP calls of the project, and the webhooks that tell of them. */
    readonly project: OpenAiProject;
    /** Where its clients go: `https` with `openAiTls`, otherwise below `url`. */
    readonly baseUrl: string;
    readonly realtime: {
      /** Replaces what Realtime sessions are to say and call. @throws z.ZodError */
      script(steps: readonly RealtimeScriptStep[]): void;
      /** What was said and heard while the fault `canned` was set. */
      readonly canned: CannedModel;
    };
  };
  /** Somebody calls a number of an account. @throws z.ZodError */
  dial(call: DialInput): DialledCaller;
  /** Puts a telephone on the network that can be called. @throws z.ZodError */
  telephone(phoneNumber: string, behaviour: TelephoneInput): ScriptedTelephone;
  close(): Promise<void>;
}

/** @throws z.ZodError for impossible options, or the error of an address that is taken */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const config = configSchema.parse(options);
  const voices = await createVoices();
  const recognizer = createRecognizer(voices.lexicon);
  const faults = createFaults(config.faults);
  const google = createGoogleCloud({
    serviceAccounts: config.googleServiceAccounts,
    buckets: config.googleBuckets,
    lexicon: voices.lexicon,
    faults,
  });
  const geminiScript = new GeminiScript();
  const ticker = new Ticker((error) =>
    process.emitWarning(error instanceof Error ? error : String(error)),
  );
  const webhooks = new WebhookClient({
    timeoutMs: config.webhookTimeoutMs,
    ...(config.trustedCaPem ? { trustedCaPem: config.trustedCaPem } : {}),
  });
  const telephones = new Telephones();
  const exchange = new Exchange({
    accounts: createAccounts(config.accounts),
    telephones,
    beat: ticker,
    voices,
    recognizer,
    webhooks,
    faults,
    trustedCaPem: config.trustedCaPem,
    streamLimits: config.mediaStreams,
  });
  const ports = { exchange, voices, recognizer };
  const gemini = { script: (steps: readonly GeminiScriptStep[]) => geminiScript.set(steps) };
  const openAiScript = new OpenAiScript();
  const openAiProject = new OpenAiProject(config.openAiWebhooks, config.openAiProjectId);
  if (config.openAiApiKey !== undefined) {
    const endpoint = new SipEndpoint(openAiProject, systemClock);
    for (const host of config.openAiSipHosts) telephones.registerHost(host, endpoint);
  }
  const openai = {
    script: (steps: readonly OpenAiScriptStep[]) => openAiScript.set(steps),
    project: openAiProject,
    realtime: {
      script: (steps: readonly RealtimeScriptStep[]) => openAiProject.realtimeScript.set(steps),
      canned: openAiProject.canned,
    },
  };
  const requests = new WireLog();
  const app = fastify({ forceCloseConnections: true });
  requests.watch(app);
  await app.register(twilioRest, { prefix: '/2010-04-01/Accounts', exchange });
  await app.register(lookups, { prefix: '/v2', exchange });
  await app.register(trunking, { prefix: '/v1/Trunks', exchange });
  await app.register(googleRest, { apiKeys: [config.googleApiKey], voices, faults, ...google });
  await app.register(geminiRest, {
    apiKeys: [config.geminiApiKey],
    faults,
    script: geminiScript,
  });
  if (config.openAiApiKey !== undefined) {
    await app.register(openAiRest, {
      prefix: '/openai/v1',
      apiKeys: [config.openAiApiKey],
      script: openAiScript,
      project: openAiProject,
      faults,
    });
  }
  await app.register(webPhone, {
    network: exchange,
    voices,
    recognizer,
    controlKey: config.controlKey,
    numbers: () => exchange.numbers(),
  });
  await app.register(control, {
    prefix: '/sim/v1',
    controlKey: config.controlKey,
    ports,
    faults,
    gemini,
    openai,
    requests,
  });
  const grpc = await startGoogleGrpc({
    host: config.host,
    port: config.grpcPort,
    ...(config.grpcTls ? { tls: config.grpcTls } : {}),
    apiKeys: [config.googleApiKey],
    voices,
    recognizer,
    faults,
    ...google,
  });
  const realtime =
    config.openAiApiKey === undefined
      ? undefined
      : startRealtime(app, {
          apiKeys: [config.openAiApiKey],
          project: openAiProject,
          voices,
          recognizer,
          faults,
        });
  const close = async (): Promise<void> => {
    exchange.close();
    openAiProject.close();
    await realtime?.close();
    await Promise.all([app.close(), grpc.close()]);
    ticker.close();
    webhooks.close();
    await voices.close();
  };
  let openAiOrigin: string | undefined;
  try {
    exchange.publicUrl = await listen(app, config.host, config.port);
    if (config.openAiTls) {
      openAiOrigin = await realtime?.listen(config.host, config.openAiPort, config.openAiTls);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: exchange.publicUrl,
    grpcAddress: grpc.address,
    exchange,
    faults,
    voices,
    requests,
    gemini,
    openai: { ...openai, baseUrl: `${openAiOrigin ?? exchange.publicUrl}/openai/v1` },
    revokeGoogleTokens: () => google.accounts.revokeTokens(),
    dial: (call) => dialScripted(ports, call),
    telephone: (phoneNumber, behaviour) => {
      const telephone = createTelephone(ports, behaviour);
      telephones.register(phoneNumber, telephone);
      return telephone;
    },
    close,
  };
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  const url = new URL(await app.listen({ host, port }));
  return url.origin;
}

function createAccounts(
  configs: ReturnType<typeof configSchema.parse>['accounts'],
): ReadonlyMap<string, Account> {
  const accounts = new Map<string, Account>();
  for (const { numbers, applications, trunks, ...config } of configs) {
    const account = new Account(config);
    for (const application of applications) account.applications.set(application.sid, application);
    for (const { sid, originationUrls } of trunks) account.addTrunk(sid, originationUrls);
    for (const { phoneNumber, ...settings } of numbers) account.addNumber(phoneNumber, settings);
    accounts.set(account.sid, account);
  }
  return accounts;
}
