import { startSimulator, type CallerReport, type DialInput, type Simulator } from 'simulator';

import { makeCertificate, startTlsFront } from '../../playground/tls-front.ts';
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
import { SidecarApi, type CallRecord } from './sidecar-api.ts';
import {
  nothingFound,
  StandInForN8n,
  type SessionReply,
  type Workflows,
} from './stand-in-for-n8n.ts';
import { connectTwiml, dialSipTwiml } from './twiml.ts';

const webhookSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

/** Answered over media streams. */
export const streamNumber = '+56221234567';
/** Answered over SIP. */
export const sipNumber = '+56221234568';
export const callerNumber = '+56987650001';
export const toolName = 'consultar_taller';

/** Short words: what is tested is what lies between them. */
const tenant = {
  name: 'Taller Andes',
  timezone: 'America/Santiago',
  language: 'es-CL',
  voice: { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US', speakingRate: 1.3 },
  greeting: 'Taller Andes.',
  disclosure: 'Soy una inteligencia artificial.',
  closedMessage: 'Estamos cerrados.',
  agent: 'contact-center',
  pipeline: 'realtime',
  realtime: {
    speed: 1.2,
    turnDetection: { type: 'server_vad', silenceDurationMs: 350 },
  },
  businessHours: null,
  phoneNumbers: [streamNumber, sipNumber],
} as const;

export interface FinishedCall {
  readonly report: CallerReport;
  readonly record: CallRecord;
  /** Everything that the caller's telephone made out. */
  readonly heard: string;
}

/**
 * The real sidecar between the simulated telephone network and the simulated OpenAI, behind a TLS
 * front; of n8n only its webhooks.
 */
export interface Stage extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly n8n: StandInForN8n;
  readonly api: SidecarApi;
  /** Somebody calls and follows a script to its end. */
  dial(
    script: DialInput['script'],
    more?: Partial<DialInput>,
  ): Promise<Omit<FinishedCall, 'record'>>;
  /** The same, for a call of which there has to be a record. */
  call(script: DialInput['script'], more?: Partial<DialInput>): Promise<FinishedCall>;
  /** A session as a workflow asks for it. */
  session(more?: Readonly<Record<string, unknown>>): Promise<SessionReply>;
  /** What becomes of a call that OpenAI tells of: by default the sidecar takes it. */
  sipWorkflow: Workflows['sipCall'];
  /** Messages and other recordings of a call. */
  recordingsOf(callSid: string): Promise<{ readonly durationMs: number }[]>;
  /** Faults, scripts and tools are as at the start. */
  reset(): void;
}

export async function startStage(): Promise<Stage> {
  await using undo = new AsyncDisposableStack();
  const certificate = await makeCertificate();
  /** The front is there first: the sidecar has to know its own public address. */
  const behind: { url?: URL } = {};
  const front = await startTlsFront(certificate, () => ({
    host: behind.url?.hostname ?? '127.0.0.1',
    port: Number(behind.url?.port),
  }));
  undo.defer(() => front.close());

  const session: Stage['session'] = (more = {}) =>
    api.ask<SessionReply>('POST', '/v1/sessions', {
      calledNumber: streamNumber,
      direction: 'inbound',
      ...more,
    });
  const sipWorkflow: Workflows['sipCall'] = (call) => api.ask('POST', '/v1/sip-calls', call);
  const n8n = undo.use(
    await StandInForN8n.start({
      async voice(form) {
        const [calledNumber, from] = [form.get('To'), form.get('From')];
        const isSip = calledNumber === sipNumber;
        const made = await session({
          calledNumber,
          from,
          to: calledNumber,
          callSid: form.get('CallSid'),
          transport: isSip ? 'sip' : 'media-stream',
        });
        return made.sip ? dialSipTwiml(made.sip) : connectTwiml(made);
      },
      sipCall: (call) => stage.sipWorkflow(call),
    }),
  );
  const voice = { voiceUrl: `${n8n.url}/voice` };
  const simulator = await startSimulator({
    port: 0,
    grpcPort: 0,
    grpcTls: certificate,
    trustedCaPem: certificate.certPem,
    accounts: [
      {
        accountSid,
        authToken,
        numbers: [
          { phoneNumber: streamNumber, ...voice },
          { phoneNumber: sipNumber, ...voice },
        ],
      },
    ],
    googleApiKey,
    geminiApiKey,
    openAiApiKey,
    openAiTls: certificate,
    openAiWebhooks: [{ url: `${n8n.url}/openai`, secret: webhookSecret }],
    controlKey,
  });
  undo.defer(() => simulator.close());

  const sidecar = undo.use(
    await startSidecarFor(simulator, { caPem: certificate.certPem, publicUrl: front.url }),
  );
  behind.url = new URL(sidecar.url);
  const api = new SidecarApi(sidecar.url, platformKey);
  await api.ask('PUT', '/v1/tenants/taller-andes', tenant);
  const owner = { tenant: 'taller-andes' };
  const tool = await api.ask<{ secret: string }>('POST', '/v1/tools', {
    ...owner,
    name: toolName,
    description: 'Consulta precios del taller.',
    parameters: {
      type: 'object',
      properties: { servicio: { type: 'string' } },
      required: ['servicio'],
    },
    url: `${n8n.url}/tool`,
    deadlineMs: 1500,
  });
  const subscription = await api.ask<{ secret: string }>('POST', '/v1/subscriptions', {
    ...owner,
    url: `${n8n.url}/events`,
    events: ['call.started', 'call.turn', 'call.completed', 'call.failed'],
  });
  n8n.secrets = { tool: tool.secret, events: subscription.secret };

  const running = undo.move();
  const stage: Stage = {
    simulator,
    n8n,
    api,
    session,
    sipWorkflow,
    async dial(script, more = {}) {
      const dialled = simulator.dial({ from: callerNumber, to: streamNumber, ...more, script });
      const report = await dialled.done;
      return { report, heard: report.heard.map(({ text }) => text).join(' ') };
    },
    async call(script, more) {
      const finished = await stage.dial(script, more);
      try {
        return { ...finished, record: await api.endedCall(finished.report.callSid) };
      } catch (cause) {
        const heard = JSON.stringify(finished.report);
        throw new Error(`there is no record; the telephone: ${heard}`, { cause });
      }
    },
    async recordingsOf(callSid) {
      const account = `${simulator.url}/2010-04-01/Accounts/${accountSid}`;
      const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
      const reply = await fetch(`${account}/Calls/${callSid}/Recordings.json`, {
        headers: { authorization: `Basic ${basic}` },
      });
      const { recordings } = (await reply.json()) as { recordings: { duration: string }[] };
      return recordings.map(({ duration }) => ({ durationMs: Number(duration) * 1000 }));
    },
    reset() {
      simulator.faults.reset();
      simulator.openai.realtime.script([]);
      simulator.gemini.script([]);
      n8n.answerTool = nothingFound;
      n8n.toolRequests.length = 0;
      stage.sipWorkflow = sipWorkflow;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
  return stage;
}
