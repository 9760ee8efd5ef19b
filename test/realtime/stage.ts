import type { CallerReport, DialInput, Simulator } from 'simulator';

import { makeCertificate, startTlsFront } from '../../playground/tls-front.ts';
import { accountSid, authToken, platformKey } from '../sidecar/accounts.ts';
import { startSidecarFor } from '../sidecar/start-sidecar.ts';
import { callerNumber, setUpTenant, sipNumber, startNetwork, streamNumber } from './network.ts';
import { SidecarApi, type CallRecord } from './sidecar-api.ts';
import {
  nothingFound,
  StandInForN8n,
  type SessionReply,
  type Workflows,
} from './stand-in-for-n8n.ts';
import { connectTwiml, dialSipTwiml } from './twiml.ts';

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
  const simulator = await startNetwork(n8n.url, certificate);
  undo.defer(() => simulator.close());

  const sidecar = undo.use(
    await startSidecarFor(simulator, { caPem: certificate.certPem, publicUrl: front.url }),
  );
  behind.url = new URL(sidecar.url);
  const api = new SidecarApi(sidecar.url, platformKey);
  n8n.secrets = await setUpTenant(api, n8n.url, {
    events: ['call.started', 'call.turn', 'call.completed', 'call.failed'],
    deadlineMs: 1500,
  });

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
