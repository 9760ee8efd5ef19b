import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import type { ServerProcess } from '../../bench/sidecar-process.ts';
import { makeCertificate, startTlsFront } from '../../playground/tls-front.ts';
import { platformKey } from '../sidecar/accounts.ts';
import { startSidecarProcessFor, type ProcessOptions } from '../sidecar/start-sidecar.ts';
import { setUpTenant, sipNumber, startNetwork } from './network.ts';
import { SidecarApi, type CallRecord } from './sidecar-api.ts';
import { StandInForN8n, type SessionReply } from './stand-in-for-n8n.ts';
import { connectTwiml, dialSipTwiml } from './twiml.ts';

/** The telephone network and OpenAI, n8n's webhooks, and one sidecar after the other on one database. */
export async function startProcessStage(t: TestContext) {
  const cleanUp = new AsyncDisposableStack();
  t.after(() => cleanUp.disposeAsync());
  const dir = await mkdtemp(join(tmpdir(), 'voice-agents-processes-'));
  cleanUp.defer(() => rm(dir, { recursive: true, force: true }));
  const certificate = await makeCertificate();
  let running: ServerProcess | undefined;
  const front = await startTlsFront(certificate, () => {
    const { hostname, port } = new URL(running?.url ?? 'http://127.0.0.1:1');
    return { host: hostname, port: Number(port) };
  });
  cleanUp.defer(() => front.close());
  const api = () => new SidecarApi(running?.url ?? '', platformKey);

  const decisions: string[] = [];
  const sipCallIds: string[] = [];
  const n8n = cleanUp.use(
    await StandInForN8n.start({
      async voice(form) {
        const calledNumber = form.get('To');
        const session = await api().ask<SessionReply>('POST', '/v1/sessions', {
          calledNumber,
          from: form.get('From'),
          to: calledNumber,
          callSid: form.get('CallSid'),
          direction: 'inbound',
          transport: calledNumber === sipNumber ? 'sip' : 'media-stream',
        });
        const { action, reason } = session.decision;
        decisions.push(reason);
        if (action === 'decline') return '<Response><Reject reason="busy"/></Response>';
        return session.sip ? dialSipTwiml(session.sip) : connectTwiml(session);
      },
      sipCall: (call) => {
        sipCallIds.push(call.openAiCallId);
        return api().ask('POST', '/v1/sip-calls', call);
      },
    }),
  );
  const simulator = await startNetwork(n8n.url, certificate);
  cleanUp.defer(() => simulator.close());

  const ends = new Map<ServerProcess, Promise<unknown[]>>();
  return {
    n8n,
    simulator,
    api,
    /** What the sidecar has made of the calls, in order. */
    decisions,
    /** The newest call as OpenAI has it. */
    sipCall: () => simulator.openai.project.calls.find(sipCallIds.at(-1) ?? ''),
    /** The record of a call that goes on, once so many turns of it are written. */
    async recordWith(turns: number, callSid: string): Promise<CallRecord> {
      const signal = AbortSignal.timeout(60_000);
      for (;;) {
        const { status, text } = await api().send('GET', `/v1/calls/${callSid}`);
        const record = status === 200 ? (JSON.parse(text) as CallRecord) : undefined;
        if (record && record.turns.length >= turns) return record;
        assert.equal(signal.aborted, false, text);
        await setTimeout(50);
      }
    },
    /** Starts one, which finds what the one before has written down. */
    async sidecar(options: ProcessOptions = {}): Promise<ServerProcess> {
      const surroundings = { caPem: certificate.certPem, publicUrl: front.url, dir };
      const started = await startSidecarProcessFor(simulator, surroundings, options);
      cleanUp.defer(() => void started.child.kill('SIGKILL'));
      ends.set(started, once(started.child, 'exit'));
      const isFirst = running === undefined;
      running = started;
      if (isFirst) {
        const events = ['call.started', 'call.completed', 'call.failed'];
        n8n.secrets = await setUpTenant(api(), n8n.url, { events, deadlineMs: 20_000 });
      }
      return started;
    },
    /** Its exit code and the signal that ended it. */
    endOf: (sidecar: ServerProcess) => ends.get(sidecar),
  };
}

export async function statusOf(url: string, wanted: number): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  while ((await fetch(url, { signal })).status !== wanted) await setTimeout(20);
}
