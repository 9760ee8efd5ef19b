import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import OpenAI from 'openai';
import { start } from '../testing/service.ts';
import { ManualClock } from './testing/manual-clock.ts';

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const call = { from: '+56912345678', to: 'proj_1', headers: { 'X-Tenant': 'andes' } };

/** Where the project's webhooks go; answers with the given statuses, then with 204. */
async function receiver(t: TestContext, statuses: number[] = []) {
  const received: { headers: Record<string, string>; body: string }[] = [];
  const arrivals: (() => void)[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(statuses.shift() ?? 204).end();
      for (const arrived of arrivals.splice(0)) arrived();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    received,
    url: `http://127.0.0.1:${String(port)}/`,
    next: () => new Promise<void>((resolve) => void arrivals.push(resolve)),
  };
}

test('an incoming call is told by a webhook that the real client accepts', async (t) => {
  const { client, project } = await start(t);
  const { received, url } = await receiver(t);
  project.webhooks.set([{ url, secret: SECRET }]);
  const { id } = await project.incomingCall(call);
  const [webhook] = received;
  assert.ok(webhook);
  const event = await client.webhooks.unwrap(webhook.body, webhook.headers, SECRET);
  assert.equal(event.type, 'realtime.call.incoming');
  const data = event.data as { call_id: string; sip_headers: { name: string; value: string }[] };
  assert.equal(data.call_id, id);
  assert.ok(data.sip_headers.some(({ name, value }) => name === 'X-Tenant' && value === 'andes'));
});

test('what is not acknowledged is sent again with the same webhook-id', async (t) => {
  const { project } = await start(t);
  const { received, url, next } = await receiver(t, [500]);
  project.webhooks.set([{ url, secret: SECRET }]);
  await project.incomingCall(call);
  await next();
  assert.equal(received.length, 2);
  assert.equal(received[0]?.headers['webhook-id'], received[1]?.headers['webhook-id']);
  assert.deepEqual(
    project.webhooks.attempts.map(({ status }) => status),
    [500],
    'the second is answered, not yet counted',
  );
});

test('a call is accepted once, referred or hung up, and gone afterwards', async (t) => {
  const { client, project } = await start(t);
  const accepted = await project.incomingCall(call);
  const session = { type: 'realtime', model: 'gpt-realtime-2.1', instructions: 'Hola' } as const;
  await client.realtime.calls.accept(accepted.id, session);
  assert.deepEqual(accepted.state, { name: 'active', session });
  await assert.rejects(client.realtime.calls.accept(accepted.id, session), { status: 404 });
  await client.realtime.calls.refer(accepted.id, { target_uri: 'tel:+56221234567' });
  assert.deepEqual(accepted.state, { name: 'referred', targetUri: 'tel:+56221234567' });
  await assert.rejects(client.realtime.calls.hangup(accepted.id), { status: 404 });

  const ended = await project.incomingCall(call);
  await client.realtime.calls.accept(ended.id, session);
  await client.realtime.calls.hangup(ended.id);
  assert.deepEqual(ended.state, { name: 'ended', by: 'application' });
});

test('a call is rejected with the SIP status that was asked for, 603 by default', async (t) => {
  const { client, project } = await start(t);
  const busy = await project.incomingCall(call);
  await client.realtime.calls.reject(busy.id, { status_code: 486 });
  assert.deepEqual(busy.state, { name: 'rejected', statusCode: 486 });
  const declined = await project.incomingCall(call);
  await client.realtime.calls.reject(declined.id);
  assert.deepEqual(declined.state, { name: 'rejected', statusCode: 603 });
});

test('a caller who has left is a 404', async (t) => {
  const { client, project } = await start(t);
  const left = await project.incomingCall(call);
  left.callerHangsUp();
  await assert.rejects(client.realtime.calls.accept(left.id, { type: 'realtime' }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, 'call_id_not_found');
    return true;
  });
});

test('a call that there is not is found out late, where that is asked for', async (t) => {
  const clock = new ManualClock();
  const { client, faults, post, project } = await start(t, { clock });
  faults.set({ openAiRealtime: { notFoundDelayMs: 5500 } });
  const left = await project.incomingCall(call);
  left.callerHangsUp();
  const answered: string[] = [];
  const asked = (
    [
      [left.id, 'accept', { type: 'realtime' }],
      [left.id, 'reject', {}],
      ['rtc_unknown', 'refer', { target_uri: 'tel:+56221234567' }],
      ['rtc_unknown', 'hangup', {}],
    ] as const
  ).map(async ([id, action, body]) => {
    const { status } = await post(`/realtime/calls/${id}/${action}`, body);
    answered.push(`${action} ${status}`);
  });
  const waiting = await project.incomingCall(call);
  await client.realtime.calls.accept(waiting.id, { type: 'realtime' });
  await clock.advance(5499);
  assert.deepEqual(answered, []);
  await clock.advance(1);
  await Promise.all(asked);
  assert.deepEqual(answered.toSorted(), ['accept 404', 'hangup 404', 'refer 404', 'reject 404']);
});

const turn = <T extends object>(turn_detection: T) => ({
  type: 'realtime' as const,
  audio: { input: { turn_detection } },
});
const tuning = { threshold: 0.7, prefix_padding_ms: 200, silence_duration_ms: 700 };

test('the tuning of server_vad is taken over SIP, unless its refusal is asked for', async (t) => {
  const { client, faults, post, project } = await start(t);
  const tuned = turn({ type: 'server_vad' as const, ...tuning });
  const taken = await project.incomingCall(call);
  await client.realtime.calls.accept(taken.id, tuned);
  assert.deepEqual(taken.state, { name: 'active', session: tuned });
  faults.set({ openAiRealtime: { refusesSipTuning: true } });
  const refused = await project.incomingCall(call);
  for (const [name, value] of Object.entries(tuning)) {
    const one = turn({ type: 'server_vad', [name]: value });
    const { status, body } = await post(`/realtime/calls/${refused.id}/accept`, one);
    const param = `session.audio.input.turn_detection.${name}`;
    assert.deepEqual(
      [status, body.error?.param, body.error?.code],
      [400, param, 'unknown_parameter'],
    );
  }
  const plain = turn({ type: 'server_vad' as const, create_response: false });
  await client.realtime.calls.accept(refused.id, plain);
});

test('a session with what the API does not know is refused by name', async (t) => {
  const { post, project } = await start(t);
  const { id } = await project.incomingCall(call);
  const refused = async (session: object) => {
    const { status, body } = await post(`/realtime/calls/${id}/accept`, session);
    return [status, body.error?.param, body.error?.code];
  };
  assert.deepEqual(await refused({ type: 'realtime', prompt: { id: 'pmpt_1' } }), [
    400,
    'session.prompt',
    'unknown_parameter',
  ]);
  assert.deepEqual(await refused({ type: 'realtime', model: 'gpt-4o-realtime-preview' }), [
    404,
    'session.model',
    'model_not_found',
  ]);
  assert.deepEqual(await refused({ type: 'realtime', model: 'gpt-realtime', reasoning: {} }), [
    400,
    'session.reasoning',
    'unsupported_parameter',
  ]);
  for (const [name, value] of Object.entries(tuning)) {
    assert.deepEqual(await refused(turn({ type: 'semantic_vad', [name]: value })), [
      400,
      `session.audio.input.turn_detection.${name}`,
      'unknown_parameter',
    ]);
  }
  assert.deepEqual(
    await refused({
      type: 'realtime',
      audio: { input: { format: { type: 'audio/pcmu', rate: 8000 } } },
    }),
    [400, 'session.audio.input.format.rate', 'unknown_parameter'],
  );
});

test('a client secret is for a while, and for a session', async (t) => {
  const { client } = await start(t);
  const before = Math.floor(Date.now() / 1000);
  const secret = await client.realtime.clientSecrets.create({
    expires_after: { anchor: 'created_at', seconds: 60 },
    session: { type: 'realtime', audio: { output: { voice: 'cedar' } } },
  });
  assert.match(secret.value, /^ek_/);
  assert.ok(secret.expires_at >= before + 60 && secret.expires_at <= before + 62);
  assert.equal(secret.session.type, 'realtime');
  await assert.rejects(client.realtime.clientSecrets.create({ expires_after: { seconds: 9 } }), {
    status: 400,
    param: 'expires_after.seconds',
  });
});
