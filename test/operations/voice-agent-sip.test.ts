import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { OpenAiProject } from '../../simulator/src/openai/realtime/project.ts';
import type { SipCall } from '../../simulator/src/openai/realtime/sip-calls.ts';
import type { RunInput } from '../engine/engine.ts';
import { tenantFields } from './tenants.ts';
import { call, TwilioRig } from './twilio-voice-rest.ts';
import { until } from './voice-agent.ts';

/** Sessions over SIP and the calls that OpenAI announces: n8n's engine, the sidecar, Twilio and OpenAI. */
let rig: TwilioRig;
before(async () => {
  rig = await TwilioRig.start({ sidecar: true });
  for (const slug of ['andes', 'cerrada']) {
    await agent('tenant', 'upsert', {
      slug,
      ...tenantFields,
      options: { pipeline: 'cascade', status: slug === 'andes' ? 'active' : 'suspended' },
      realtime: { model: 'gpt-realtime-2.1-mini', voice: 'cedar' },
    });
  }
});
after(() => rig[Symbol.asyncDispose]());

const byId = (value: unknown) => ({ __rl: true, mode: 'id', value });

async function run(
  resource: string,
  operation: string,
  parameters: IDataObject,
  more: Partial<RunInput> = {},
) {
  return await rig.cloud.engine.run({
    node: 'voiceAgent',
    parameters: { resource, operation, ...parameters },
    credentials: rig.cloud.credentials,
    ...more,
  });
}

async function agent(...input: Parameters<typeof run>): Promise<IDataObject> {
  const { outputs, error } = await run(...input);
  assert.equal(error, undefined, `${String(error?.message)} ${String(error?.description)}`);
  return outputs.flat()[0]?.json ?? {};
}

const startSession = (): Promise<IDataObject> =>
  agent('session', 'start', {
    tenantBy: 'tenant',
    tenant: byId('andes'),
    transport: 'sip',
    options: { from: '+56912345678' },
  });

/** The item of an OpenAI Realtime Trigger. */
const itemOf = ({ id, headers }: SipCall) => ({
  json: { callId: id, sipHeaders: headers as unknown as IDataObject[] },
});

/** Rings OpenAI with what Twilio would make headers of. */
function ring(headers: Record<string, string> = {}): Promise<SipCall> {
  const { project } = rig.cloud.simulator.openai;
  return project.incomingCall({ from: '+56912345678', to: project.id, headers });
}

/** OpenAI's next announcement, as the OpenAI Realtime Trigger puts it out. */
async function announcement({
  webhooks,
}: OpenAiProject): Promise<{ arrived: Promise<{ json: IDataObject }> }> {
  const arrived = Promise.withResolvers<{ json: IDataObject }>();
  const server = createServer((request, response) => {
    void json(request).then((event) => {
      const { call_id: callId, sip_headers: sipHeaders } = (event as { data: IDataObject }).data;
      arrived.resolve({ json: { callId, sipHeaders } });
      response.writeHead(204).end();
      webhooks.set([]);
      server.close();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  webhooks.set([{ url: `http://127.0.0.1:${String(port)}/`, secret }]);
  return { arrived: arrived.promise };
}

/** The headers that a session has put into the address to dial. */
function headersOf(session: IDataObject): Record<string, string> {
  const { uri } = session.sip as { uri: string };
  return Object.fromEntries(new URLSearchParams(uri.split('?')[1]));
}

const answer = (calls: SipCall[], parameters: IDataObject = {}, more: Partial<RunInput> = {}) =>
  run('session', 'answerSipCall', parameters, { items: calls.map(itemOf), ...more });

test('start: gives an address to dial, with the session in its headers', async () => {
  const session = await startSession();
  const { uri, actionUrl } = session.sip as { uri: string; actionUrl: string };
  assert.match(
    uri,
    /^sip:proj_simulated0+1@sip\.api\.openai\.com;transport=tls\?X-Session-Id=[^&]+&X-Session-Token=./,
  );
  assert.match(actionUrl, /^https:\/\/voice\.example\.com\/twilio\//);
  assert.deepEqual([session.pipeline, session.streamUrl], ['realtime', null]);
});

test('answer: the call of a session is accepted with the settings of its tenant', async () => {
  const session = await startSession();
  const ringing = await ring(headersOf(session));
  const { outputs, error } = await answer([ringing]);
  assert.equal(error, undefined, error?.description);
  assert.equal(outputs[1]?.length, 0);
  const { json: taken, pairedItem } = outputs[0]?.[0] ?? assert.fail('not answered');
  assert.deepEqual(
    [taken.openAiCallId, taken.outcome, taken.sessionId, taken.callId],
    [ringing.id, 'answered', session.sessionId, session.callId],
  );
  assert.deepEqual(pairedItem, { item: 0 });
  assert.ok(ringing.state.name === 'active');
  const { model, audio } = ringing.state.session as unknown as {
    model: string;
    audio: { output: { voice: string } };
  };
  assert.deepEqual([model, audio.output.voice], ['gpt-realtime-2.1-mini', 'cedar']);

  const again = await answer([ringing]);
  assert.deepEqual(
    [again.outputs[0]?.length, again.outputs[1]?.[0]?.json.outcome],
    [0, 'duplicate'],
  );

  await agent('call', 'end', { callId: byId(session.callId) });
  const ended = await until(
    () => agent('call', 'get', { callId: byId(session.callId) }),
    ({ status }) => status === 'completed',
  );
  assert.deepEqual([ended.pipeline, ended.endReason], ['realtime', 'ended-by-request']);
});

test('answer: a session in the headers counts, also where calls without one are found by number', async () => {
  const session = await startSession();
  const ringing = await ring(headersOf(session));
  // The trigger's item of such a call has no header with the number, which the field looks for.
  const customHeaders = { 'x-session-id': session.sessionId };
  const { outputs, error } = await run(
    'session',
    'answerSipCall',
    { tenantBy: 'calledNumber' },
    { items: [{ json: { ...itemOf(ringing).json, customHeaders } }] },
  );
  assert.equal(error, undefined, error?.description);
  assert.equal(outputs[0]?.[0]?.json.sessionId, session.sessionId);
  const { body } = rig.cloud.sidecar?.requests.at(-1) ?? assert.fail('nothing was sent');
  assert.deepEqual(body, { openAiCallId: ringing.id, sipHeaders: ringing.headers });
  await agent('call', 'end', { callId: byId(session.callId) });
});

test('answer: a call without a session is whose the fields say', async () => {
  const ringing = await ring();
  const { outputs, error } = await answer([ringing], { tenantBy: 'tenant', tenant: byId('andes') });
  assert.equal(error, undefined, error?.description);
  const taken = outputs[0]?.[0]?.json ?? {};
  assert.equal((taken.tenant as IDataObject).slug, 'andes');
  ringing.callerHangsUp();
  await until(
    () => agent('call', 'get', { callId: byId(taken.callId) }),
    ({ status }) => status !== 'in-progress',
  );
});

test('answer: who has left, and whose tenant is suspended, go to the second output', async () => {
  const gone = await ring(headersOf(await startSession()));
  gone.callerHangsUp();
  const left = await answer([gone]);
  assert.deepEqual([left.outputs[0]?.length, left.outputs[1]?.[0]?.json.outcome], [0, 'gone']);

  const ringing = await ring();
  const { outputs } = await answer([ringing], { tenantBy: 'tenant', tenant: byId('cerrada') });
  const { outcome, decision } = outputs[1]?.[0]?.json ?? {};
  assert.deepEqual([outcome, (decision as IDataObject).reason], ['declined', 'suspended']);
  assert.deepEqual(ringing.state, { name: 'rejected', statusCode: 603 });
});

test('answer: a forged session is rejected, and other items go on', async () => {
  const forged = await ring({ 'X-Session-Id': 'mine', 'X-Session-Token': 'mine' });
  const real = await ring(headersOf(await startSession()));
  const { outputs, error } = await answer([forged, real], {}, { continueOnFail: true });
  assert.equal(error, undefined);
  assert.deepEqual(
    outputs.map((items) =>
      items.map(({ json, pairedItem }) => [json.error ?? json.outcome, pairedItem]),
    ),
    [[['answered', { item: 1 }]], [['The session in the SIP headers is not valid', { item: 0 }]]],
  );
  assert.equal(forged.state.name, 'rejected');
  real.callerHangsUp();
});

test('answer: nobody’s call is told as such; no items, no request', async () => {
  const ringing = await ring();
  const { error } = await answer([ringing]);
  assert.match(error?.description ?? '', /calledNumber: is needed, or tenant/);
  const asked = rig.cloud.sidecar?.requests.length;
  const { outputs } = await answer([], { openAiCallId: 'rtc_1' });
  assert.deepEqual(outputs.flat(), []);
  assert.equal(rig.cloud.sidecar?.requests.length, asked);
});

test('a running call is dialled to OpenAI, announced with its session, and answered', async () => {
  const sid = await rig.runningCall();
  const session = await startSession();
  const { project } = rig.cloud.simulator.openai;
  const { arrived } = await announcement(project);
  await rig.one(
    { resource: 'liveAudio', operation: 'connect', callSid: call(sid) },
    { items: [{ json: session }] },
  );
  assert.match(String(rig.last().form.Twiml), /<Dial [^>]*answerOnBridge="true"><Sip>sip:proj_/);
  const announced = await arrived;
  const { outputs, error } = await run('session', 'answerSipCall', {}, { items: [announced] });
  assert.equal(error, undefined, error?.description);
  assert.equal(outputs[0]?.[0]?.json.callId, session.callId);
  assert.equal(project.calls.find(String(announced.json.callId)).state.name, 'active');
  await agent('call', 'end', { callId: byId(session.callId) });
});
