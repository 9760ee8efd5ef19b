import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import type { IDataObject, INodeType } from 'n8n-workflow';

import { credentials, hookContext } from './contexts.ts';
import { instance } from './package.ts';
import { deliver, secret, type Delivery } from './signed-webhook.ts';

const node = instance<INodeType>('nodes/OpenAiRealtime/OpenAiRealtimeTrigger.node');
credentials.voiceOpenAiApi = { apiKey: 'sk-tests', webhookSecret: secret };

const incoming = {
  object: 'event',
  id: 'evt_1',
  type: 'realtime.call.incoming',
  created_at: 1795262400,
  data: {
    call_id: 'rtc_1',
    sip_media_security: 'srtp',
    sip_headers: [
      { name: 'From', value: '"Ana" <sip:+56912345678@twilio.example.com>;tag=1' },
      { name: 'To', value: '<sip:proj_1@sip.api.openai.com;transport=tls>' },
      { name: 'X-Tenant', value: 'automotora-andes' },
      { name: 'x-session', value: 's1' },
    ],
  },
};

async function receive(message: unknown, delivery: Delivery = {}, staticData: IDataObject = {}) {
  const originalUrl = '/webhook/id/openai';
  const received = await deliver(node, message, delivery, {
    parameters: {},
    staticData,
    originalUrl,
  });
  return { ...received, status: received.response.statusCode };
}

test('an incoming call starts the workflow with who calls and what the headers say', async () => {
  const { json, status } = await receive(incoming, { id: 'wh_1' });
  assert.equal(status, 204);
  assert.deepEqual(json, {
    event: 'realtime.call.incoming',
    callId: 'rtc_1',
    from: '+56912345678',
    to: 'sip:proj_1@sip.api.openai.com;transport=tls',
    customHeaders: { 'x-tenant': 'automotora-andes', 'x-session': 's1' },
    createdAt: '2026-11-21T12:00:00.000Z',
    eventId: 'evt_1',
    webhookId: 'wh_1',
    mediaSecurity: 'srtp',
    sipHeaders: incoming.data.sip_headers,
  });
});

test('a call without headers has no caller', async () => {
  const { json } = await receive({ ...incoming, data: { call_id: 'rtc_1' } });
  assert.deepEqual([json?.from, json?.to, json?.sipHeaders], [null, null, []]);
});

test('a repeated delivery runs once', async () => {
  const staticData = {};
  const id = randomUUID();
  assert.ok((await receive(incoming, { id }, staticData)).json);
  const again = await receive(incoming, { id }, staticData);
  assert.deepEqual([again.status, again.json], [204, undefined]);
});

test('a test run beside the published workflow gets the delivery as well, once', async () => {
  const id = randomUUID();
  for (const mode of ['webhook', 'manual'] as const) {
    const staticData = {};
    assert.ok((await receive(incoming, { id, mode }, staticData)).json, mode);
    assert.equal((await receive(incoming, { id, mode }, staticData)).json, undefined, mode);
  }
});

test('other kinds of webhooks are acknowledged and do no harm', async () => {
  for (const message of [
    { type: 'live.transport.incoming', data: { type: 'sip', session_id: 'live_1' } },
    { type: 'response.completed', data: { id: 'resp_1' } },
    { type: 'a.kind.of.tomorrow' },
    { type: 'realtime.call.incoming', data: {} },
    {},
  ]) {
    const { status, json } = await receive(message);
    assert.deepEqual([status, json], [204, undefined]);
  }
});

test('a forged, old, early, unsigned or changed webhook is refused', async () => {
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const deliveries: Delivery[] = [
    { secret: `whsec_${Buffer.from('the secret of somebody else ....').toString('base64')}` },
    { at: minutes(-6) },
    { at: minutes(6) },
    { headers: { 'webhook-signature': '' } },
    { headers: { 'webhook-id': 'another' } },
    { rawBody: JSON.stringify({ ...incoming, data: { call_id: 'rtc_2' } }) },
  ];
  for (const delivery of deliveries) {
    const { status, json } = await receive(incoming, delivery);
    assert.deepEqual([status, json], [403, undefined]);
  }
});

test('a signed body that is no object is a bad request', async () => {
  assert.equal((await receive(null)).status, 400);
});

test('a delivery signed with any of several secrets is taken, with another one refused', async () => {
  const secretOf = (name: string) =>
    `whsec_${Buffer.from(`the secret of webhook ${name}`).toString('base64')}`;
  const [a, b, stranger] = ['A', 'B', 'C'].map(secretOf);
  for (const separator of [' ', ',', ', ', '\n']) {
    credentials.voiceOpenAiApi = {
      apiKey: 'sk-tests',
      webhookSecret: `${a}${separator}${b}${separator}`,
    };
    for (const known of [a, b]) {
      assert.equal((await receive(incoming, { secret: known })).status, 204);
    }
    const forged = await receive(incoming, { secret: stranger });
    assert.deepEqual([forged.status, forged.json], [403, undefined]);
  }
  credentials.voiceOpenAiApi = { apiKey: 'sk-tests', webhookSecret: secret };
});

test('publishing without a webhook secret says where to find it', async () => {
  const { checkExists } = node.webhookMethods?.default ?? {};
  const hook = hookContext({ description: node.description, parameters: {} });
  assert.equal(await checkExists?.call(hook.context), true);
  credentials.voiceOpenAiApi = { apiKey: 'sk-tests', webhookSecret: '' };
  await assert.rejects(async () => checkExists?.call(hook.context), /no Webhook Secret/);
  credentials.voiceOpenAiApi = { apiKey: 'sk-tests', webhookSecret: secret };
});
