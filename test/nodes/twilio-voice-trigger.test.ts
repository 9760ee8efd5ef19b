import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import type { IDataObject, INodeType, IWebhookResponseData } from 'n8n-workflow';

import { webhookContext, type WebhookOptions } from './contexts.ts';
import { instance } from './package.ts';
import { form, json, productionUrl, type Incoming } from './twilio-signature.ts';

const node = instance<INodeType>('nodes/TwilioVoice/TwilioVoiceTrigger.node');

/** Each test gets its own call: what one has seen must not be a repetition for another. */
const newCall = (more: Record<string, string> = {}) => ({
  CallSid: `CA${randomUUID().replaceAll('-', '')}`,
  AccountSid: 'AC00000000000000000000000000000001',
  From: '+56912345678',
  To: '+56221234567',
  CallStatus: 'ringing',
  Direction: 'inbound',
  CallerName: 'Ñandú & Co. "ä"',
  ...more,
});

async function receive(
  incoming: Incoming,
  parameters: IDataObject = {},
  more: Partial<WebhookOptions> = {},
) {
  const mock = webhookContext({ description: node.description, parameters, ...incoming, ...more });
  const result = (await node.webhook?.call(mock.context)) as IWebhookResponseData;
  const outputs = result.workflowData ?? [];
  return { ...mock, result, outputs, json: outputs.flat()[0]?.json };
}

test('hands an incoming call to the workflow, which answers', async () => {
  const call = newCall({ ForwardedFrom: '+56229999999' });
  const { result, json: item, response } = await receive(form('', call));
  assert.equal(result.noWebhookResponse, undefined);
  assert.equal(response.statusCode, undefined);
  const { timestamp, receivedAt, ...fields } = item as IDataObject;
  assert.ok(timestamp && timestamp === receivedAt);
  assert.deepEqual(fields, {
    event: 'incomingCall',
    callSid: call.CallSid,
    parentCallSid: null,
    accountSid: 'AC00000000000000000000000000000001',
    from: '+56912345678',
    to: '+56221234567',
    direction: 'inbound',
    callStatus: 'ringing',
    callerName: 'Ñandú & Co. "ä"',
    forwardedFrom: '+56229999999',
    sequenceNumber: null,
    tenant: null,
    tenantLookup: 'off',
    params: call,
  });
});

const genuine: Array<
  [rule: string, make: () => [Incoming, Partial<WebhookOptions>?, IDataObject?]]
> = [
  ['a query of its own', () => [form('?flow=a%20b&x=%C3%B1', newCall())]],
  [
    'a path that a proxy has stripped: the address is the configured one',
    () => [form('?a=1', newCall(), { originalUrl: '/voice?a=1' })],
  ],
  [
    'the standard port, which Twilio may sign',
    () => [form('', newCall(), { url: productionUrl.replace('.com/', '.com:443/') })],
  ],
  [
    'the test address during a test run',
    () => {
      const url = 'https://n8n.example.com/webhook-test/id/voice';
      return [form('', newCall(), { url }), { url }];
    },
  ],
  [
    'the origin that the builder configured',
    () => [
      form('', newCall(), { url: 'https://calls.example.org/webhook/id/voice' }),
      { url: 'http://127.0.0.1:5678/webhook/id/voice' },
      { options: { publicUrl: 'https://calls.example.org/' } },
    ],
  ],
  ['a JSON body with its hash in the query', () => [json('?a=1', newCall())]],
];

for (const [rule, make] of genuine) {
  test(`accepts a signature over ${rule}`, async () => {
    const [incoming, more, parameters] = make();
    const { json: item, response, logged } = await receive(incoming, parameters, more);
    assert.equal(response.statusCode, undefined);
    assert.equal(item?.event, 'incomingCall');
    assert.deepEqual(logged, []);
  });
}

const forged: Array<[rule: string, make: () => Incoming]> = [
  [
    'no signature',
    () => ({
      ...form('', newCall()),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  ],
  ['the token of another account', () => form('', newCall(), { token: 'another token' })],
  ['a changed field', () => ({ ...form('', newCall()), rawBody: 'CallSid=CA1&To=%2B1' })],
  [
    'an added field',
    () => {
      const incoming = form('', newCall());
      return { ...incoming, rawBody: `${incoming.rawBody}&RecordingUrl=x` };
    },
  ],
  [
    'an added query',
    () => ({ ...form('', newCall()), originalUrl: '/webhook/id/voice?fallback=true' }),
  ],
  [
    'another address',
    () =>
      form('', newCall(), {
        url: 'https://evil.example.com/webhook/id/voice',
        originalUrl: '/webhook/id/voice',
      }),
  ],
  [
    'a JSON body that was swapped',
    () => ({ ...json('', newCall()), rawBody: '{"CallSid":"CA2"}' }),
  ],
  [
    'a JSON body without its hash',
    () => {
      const { headers } = form('', {});
      return {
        headers: { ...headers, 'content-type': 'application/json' },
        rawBody: JSON.stringify(newCall()),
        originalUrl: '/webhook/id/voice',
      };
    },
  ],
  [
    'a form that calls itself JSON',
    () => {
      const incoming = form('', newCall());
      return { ...incoming, headers: { ...incoming.headers, 'content-type': 'application/json' } };
    },
  ],
];

for (const [rule, make] of forged) {
  test(`refuses ${rule} with 403 and runs nothing`, async () => {
    const { result, outputs, response, sent, logged } = await receive(make(), {
      resolveTenant: true,
    });
    assert.equal(response.statusCode, 403);
    assert.equal(response.body, '');
    assert.deepEqual(result, { noWebhookResponse: true });
    assert.equal(outputs.length, 0);
    assert.equal(sent.length, 0);
    // The whole line: nothing of what was sent.
    assert.deepEqual(logged, ['A request without a valid signature of Twilio was refused']);
  });
}

test('refuses everything while the credential has no Auth Token', async () => {
  const incoming = form('', newCall(), { token: '' });
  const mock = webhookContext({ description: node.description, parameters: {}, ...incoming });
  const context = Object.assign({}, mock.context, {
    getCredentials: async () => ({ authToken: '' }),
  });
  await node.webhook?.call(context as never);
  assert.equal(mock.response.statusCode, 403);
});

test('finds the tenant of the called number', async () => {
  const { json: item, sent } = await receive(
    form('', newCall()),
    { resolveTenant: true },
    {
      answer: () => ({ body: { tenant: { slug: 'automotora-andes' } } }),
    },
  );
  assert.deepEqual(sent, [
    {
      credential: 'voiceSidecarApi',
      method: 'GET',
      url: 'http://127.0.0.1:8100/v1/tenants/resolve',
      qs: { number: '+56221234567' },
    },
  ]);
  assert.deepEqual(item?.tenant, { slug: 'automotora-andes' });
  assert.equal(item?.tenantLookup, 'found');
});

test('answers the fallback by itself, in the chosen language, without the workflow', async () => {
  const { outputs, response, sent } = await receive(
    form('?fallback=true', newCall({ ErrorCode: '11200' })),
    { resolveTenant: true, options: { fallbackLanguage: 'es-ES', recordMaxLength: 60 } },
  );
  assert.equal(outputs.length, 0);
  assert.equal(sent.length, 0);
  assert.equal(response.statusCode, 200);
  assert.equal(response.type, 'text/xml');
  assert.match(response.body, /<Say language="es-ES">Lo sentimos.*le llamaremos/);
  assert.match(
    response.body,
    /<Record maxLength="60" playBeep="true" action="https:\/\/n8n\.example\.com\/webhook\/id\/voice\?event=recorded"\/>/,
  );
});

test('thanks for a message instead of recording it again', async () => {
  // A Record without an action asks the document's own address: the ordinary one, or the fallback.
  for (const query of ['', '?fallback=true', '?event=recorded']) {
    const recording = {
      RecordingSid: `RE${randomUUID()}`,
      RecordingUrl: 'https://x',
      RecordingDuration: '7',
    };
    const { outputs, response } = await receive(form(query, newCall(recording)));
    assert.match(response.body, /<Say language="es-MX">Muchas gracias.*<Hangup\/>/);
    assert.doesNotMatch(response.body, /<Record/);
    assert.equal(outputs.length, 0);
  }
});

test('puts each chosen event on its own output', async () => {
  const parameters = { events: ['messageRecorded', 'incomingCall', 'callStatus'] };
  const call = await receive(form('', newCall()), parameters);
  assert.deepEqual(
    call.outputs.map(({ length }) => length),
    [1, 0, 0],
  );
  const status = await receive(form('?event=status', newCall({ SequenceNumber: '1' })), parameters);
  assert.deepEqual(
    status.outputs.map(({ length }) => length),
    [0, 1, 0],
  );
  const recording = {
    RecordingSid: `RE${randomUUID()}`,
    RecordingUrl: 'https://x',
    RecordingDuration: '7',
  };
  const message = await receive(form('?event=recorded', newCall(recording)), parameters);
  assert.deepEqual(
    message.outputs.map(({ length }) => length),
    [0, 0, 1],
  );
  assert.equal(message.json?.recordingDurationMs, 7000);
});

const onStatus = { events: ['callStatus'] };

test('acknowledges a status at once and tells what it says', async () => {
  const call = newCall({
    CallStatus: 'completed',
    Direction: 'outbound-api',
    SequenceNumber: '3',
    CallDuration: '61',
    SipResponseCode: '200',
    Timestamp: 'Sat, 21 Nov 2026 12:00:00 +0000',
    CallbackSource: 'call-progress-events',
  });
  const {
    json: item,
    response,
    result,
    sent,
  } = await receive(
    form('', call),
    { ...onStatus, resolveTenant: true },
    { answer: () => ({ body: { tenant: { slug: 'a' } } }) },
  );
  assert.equal(response.statusCode, 204);
  assert.equal(result.noWebhookResponse, true);
  assert.equal(item?.event, 'callStatus');
  assert.equal(item?.durationMs, 61_000);
  assert.equal(item?.timestamp, '2026-11-21T12:00:00.000Z');
  assert.equal(item?.sequenceNumber, 3);
  assert.equal(item?.late, false);
  // We are the caller, so it is our number that says whose call it is.
  assert.deepEqual(sent[0]?.qs, { number: '+56912345678' });
});

test('handles a repeated status once, also after a restart', async () => {
  const status = form('?event=status', newCall({ SequenceNumber: '1' }));
  const first = await receive(status, onStatus);
  assert.equal(first.outputs.length, 1);
  const again = await receive(status, onStatus, { staticData: first.staticData });
  assert.equal(again.response.statusCode, 204);
  assert.equal(again.outputs.length, 0);
  assert.equal((first.staticData.seen as string[]).length, 1);
});

test('marks a status that was overtaken, or drops it', async () => {
  const call = newCall();
  const at = (SequenceNumber: string) => form('?event=status', { ...call, SequenceNumber });
  const { staticData } = await receive(at('2'), onStatus);
  const late = await receive(at('1'), onStatus, { staticData });
  assert.equal(late.json?.late, true);
  const dropped = await receive(
    at('0'),
    { ...onStatus, options: { lateEvents: 'drop' } },
    { staticData },
  );
  assert.equal(dropped.outputs.length, 0);
  const next = await receive(at('3'), onStatus, { staticData });
  assert.equal(next.json?.late, false);
});

test('keeps what it remembers bounded', async () => {
  const staticData: IDataObject = {};
  for (let index = 0; index < 600; index++) {
    await receive(form('?event=status', newCall({ SequenceNumber: '0' })), onStatus, {
      staticData,
    });
  }
  assert.equal((staticData.seen as string[]).length, 500);
  assert.equal(Object.keys(staticData.highest as object).length, 300);
});

test('answers at once where the builder wants no workflow in between', async () => {
  const parameters = {
    responseMode: 'onReceived',
    staticText: 'Le llamamos <luego>.',
    staticLanguage: 'es-ES',
  };
  const { response, outputs, result } = await receive(form('', newCall()), parameters);
  assert.equal(
    response.body,
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="es-ES">Le llamamos &lt;luego&gt;.</Say><Hangup/></Response>',
  );
  assert.equal(result.noWebhookResponse, true);
  assert.equal(outputs.length, 1);
  const record = await receive(form('', newCall()), {
    responseMode: 'onReceived',
    staticAnswer: 'record',
  });
  assert.match(record.response.body, /<Record /);
  const staticTwiml = '<Response><Reject/></Response>';
  const own = await receive(form('', newCall()), {
    responseMode: 'onReceived',
    staticAnswer: 'twiml',
    staticTwiml,
  });
  assert.equal(own.response.body, staticTwiml);
});

test('fails on a static answer that is no TwiML, so that Twilio asks the fallback', async () => {
  const parameters = { responseMode: 'onReceived', staticAnswer: 'twiml', staticTwiml: 'Hola' };
  await assert.rejects(receive(form('', newCall()), parameters), /holds no TwiML/);
});
