import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startSimulator, type DialInput } from 'simulator';

import type { ServerProcess } from '../../bench/sidecar-process.ts';
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
import { startSidecarProcessFor } from '../sidecar/start-sidecar.ts';
import { assertNothingLostOrDoubled, linesOf } from './assertions.ts';
import { SidecarApi } from './sidecar-api.ts';
import { StandInForN8n, type SessionReply } from './stand-in-for-n8n.ts';
import { connectTwiml } from './twiml.ts';

const calledNumber = '+56221234567';
const tool = 'consultar_taller';
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
  realtime: { speed: 1.2, turnDetection: { type: 'server_vad', silenceDurationMs: 350 } },
  businessHours: null,
  phoneNumbers: [calledNumber],
} as const;

const priceQuestion = '¿Cuánto cuesta el aceite?';
const placeQuestion = '¿Dónde queda?';
const caller: DialInput['script'] = [
  { do: 'wait-for-speech', matching: /artificial/i, timeoutMs: 30_000 },
  { do: 'wait-for-silence', ms: 400 },
  { do: 'say', text: priceQuestion },
  { do: 'wait-for-speech', matching: /cuarenta mil pesos/i, timeoutMs: 40_000 },
  { do: 'wait-for-silence', ms: 900 },
  { do: 'say', text: placeQuestion },
  { do: 'wait-for-speech', matching: /avenida italia/i, timeoutMs: 20_000 },
  { do: 'wait-for-silence', ms: 400 },
  { do: 'hang-up' },
];

test(
  'a process that is told to end takes no call, and lets the one that runs end in peace',
  { timeout: 180_000 },
  async (t) => {
    const stage = await startProcessOnStage(t);
    const first = await stage.sidecar();
    const { n8n, simulator } = stage;
    simulator.openai.realtime.script([
      { match: /aceite/i, reply: { calls: [{ name: tool, arguments: { servicio: 'aceite' } }] } },
      { match: /40000/, reply: 'Cuesta cuarenta mil pesos.' },
      { match: /queda/i, reply: 'En avenida Italia.' },
    ]);
    // While the workflow has not answered, the call is in the middle of a turn.
    const { promise: asked, resolve } = Promise.withResolvers<(price: string) => void>();
    n8n.answerTool = (_request, reply) => resolve((price) => reply.end(price));
    const dialled = simulator.dial({ from: '+56987650001', to: calledNumber, script: caller });
    const answer = await asked;

    first.child.kill('SIGTERM');
    await statusOf(`${first.url}/ready`, 503);
    const refused = await simulator.dial({
      from: '+56987650002',
      to: calledNumber,
      script: [{ do: 'wait-for-end' }],
    }).done;
    assert.equal(refused.status, 'busy');
    assert.deepEqual(stage.decisions, ['open', 'draining']);
    assert.equal(first.child.exitCode, null);

    answer('{"precio":40000}');
    const report = await dialled.done;
    assert.deepEqual(report.failures, []);
    assert.equal(report.status, 'completed');
    assert.deepEqual(await stage.endOf(first), [0, null]);
    await assert.rejects(fetch(`${first.url}/health`));

    // What the first one has written down, the next one finds.
    const second = await stage.sidecar();
    const record = await stage.api().endedCall(report.callSid);
    assert.equal(record.status, 'completed');
    assert.equal(record.endReason, 'caller-hung-up');
    assertNothingLostOrDoubled(record, [priceQuestion, placeQuestion]);
    assert.deepEqual(linesOf(record, 'tool'), [tool]);
    assert.deepEqual(linesOf(record, 'agent').slice(-2), [
      'Cuesta cuarenta mil pesos.',
      'En avenida Italia.',
    ]);
    const told = await n8n.eventsOf(record.id);
    assert.equal(told.at(-1)?.type, 'call.completed');

    // Ctrl-C, with no call to wait for.
    second.child.kill('SIGINT');
    assert.deepEqual(await stage.endOf(second), [0, null]);
    assert.deepEqual(n8n.failures, []);
  },
);

/** The telephone network and OpenAI, n8n's webhooks, and one sidecar after the other on one database. */
async function startProcessOnStage(t: TestContext) {
  const cleanUp = new AsyncDisposableStack();
  t.after(() => cleanUp.disposeAsync());
  const dir = await mkdtemp(join(tmpdir(), 'voice-agents-draining-'));
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
  const n8n = cleanUp.use(
    await StandInForN8n.start({
      async voice(form) {
        const session = await api().ask<SessionReply>('POST', '/v1/sessions', {
          calledNumber,
          from: form.get('From'),
          to: calledNumber,
          callSid: form.get('CallSid'),
          direction: 'inbound',
        });
        const { action, reason } = session.decision;
        decisions.push(reason);
        if (action === 'connect') return connectTwiml(session);
        return '<Response><Reject reason="busy"/></Response>';
      },
      sipCall: () => Promise.reject(new Error('nobody calls over SIP')),
    }),
  );
  const simulator = await startSimulator({
    port: 0,
    grpcPort: 0,
    grpcTls: certificate,
    trustedCaPem: certificate.certPem,
    accounts: [
      {
        accountSid,
        authToken,
        numbers: [{ phoneNumber: calledNumber, voiceUrl: `${n8n.url}/voice` }],
      },
    ],
    googleApiKey,
    geminiApiKey,
    openAiApiKey,
    openAiTls: certificate,
    controlKey,
  });
  cleanUp.defer(() => simulator.close());

  const ends = new Map<ServerProcess, Promise<unknown[]>>();
  return {
    n8n,
    simulator,
    api,
    decisions,
    async sidecar() {
      const started = await startSidecarProcessFor(simulator, {
        caPem: certificate.certPem,
        publicUrl: front.url,
        dir,
      });
      cleanUp.defer(() => void started.child.kill('SIGKILL'));
      ends.set(started, once(started.child, 'exit'));
      const isFirst = running === undefined;
      running = started;
      if (isFirst) n8n.secrets = await setUpTenant(api(), n8n.url);
      return started;
    },
    /** Its exit code and the signal that ended it. */
    endOf: (sidecar: ServerProcess) => ends.get(sidecar),
  };
}

async function setUpTenant(
  api: SidecarApi,
  n8nUrl: string,
): Promise<{ tool: string; events: string }> {
  await api.ask('PUT', '/v1/tenants/taller-andes', tenant);
  const owner = { tenant: 'taller-andes' };
  const made = await api.ask<{ secret: string }>('POST', '/v1/tools', {
    ...owner,
    name: tool,
    description: 'Consulta precios del taller.',
    parameters: { type: 'object', properties: { servicio: { type: 'string' } } },
    url: `${n8nUrl}/tool`,
    deadlineMs: 20_000,
  });
  const subscription = await api.ask<{ secret: string }>('POST', '/v1/subscriptions', {
    ...owner,
    url: `${n8nUrl}/events`,
    events: ['call.completed'],
  });
  return { tool: made.secret, events: subscription.secret };
}

async function statusOf(url: string, wanted: number): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  while ((await fetch(url, { signal })).status !== wanted) await setTimeout(20);
}
