import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import type { IDataObject, INodeType, IWebhookResponseData } from 'n8n-workflow';

import { authToken, form, productionUrl, type Incoming } from './twilio-signature.ts';
import { webhookContext, type WebhookOptions } from './contexts.ts';
import { built, instance } from './package.ts';

const node = instance<INodeType>('nodes/TwilioVoice/TwilioVoiceTrigger.node');
const everything = [
  'incomingCall',
  'callStatus',
  'messageRecorded',
  'recordingReady',
  'answeringMachine',
  'streamStatus',
];

const sid = (prefix: string) => `${prefix}${randomUUID().replaceAll('-', '')}`;

async function receive(
  incoming: Incoming,
  parameters: IDataObject = { events: everything },
  more: Partial<WebhookOptions> = {},
) {
  const mock = webhookContext({ description: node.description, parameters, ...incoming, ...more });
  const result = (await node.webhook?.call(mock.context)) as IWebhookResponseData;
  const outputs = result.workflowData;
  return { ...mock, result, outputs, json: outputs?.flat()[0]?.json };
}

/** On which of the outputs the one item is. */
const place = (outputs: unknown[][] | undefined) => outputs?.map(({ length }) => length).join('');

test('a recording is told with its state, once for each', async () => {
  const params = {
    CallSid: sid('CA'),
    RecordingSid: sid('RE'),
    RecordingUrl: 'https://api.twilio.com/RE1',
    RecordingStatus: 'completed',
    RecordingDuration: '12',
    RecordingChannels: '2',
    RecordingSource: 'StartCallRecordingAPI',
    RecordingTrack: 'both',
    RecordingStartTime: 'Sat, 21 Nov 2026 12:00:00 +0000',
    ErrorCode: '0',
  };
  const incoming = form('?event=recording', params);
  const { outputs, json, response, staticData } = await receive(incoming);
  assert.equal(place(outputs), '000100');
  assert.equal(response.statusCode, 204);
  assert.equal(json?.event, 'recordingReady');
  assert.equal(json?.recordingStatus, 'completed');
  assert.equal(json?.recordingDurationMs, 12_000);
  assert.equal(json?.channels, 2);
  assert.equal(json?.recordingSource, 'StartCallRecordingAPI');
  assert.equal(json?.recordingStartedAt, '2026-11-21T12:00:00.000Z');
  assert.equal(json?.tenantLookup, 'off');
  assert.equal((await receive(incoming, undefined, { staticData })).outputs, undefined);
  const begun = form('?event=recording', { ...params, RecordingStatus: 'in-progress' });
  assert.equal(place((await receive(begun, undefined, { staticData })).outputs), '000100');
});

test('a report that reaches the published workflow and a test run is told to both', async () => {
  const params = { CallSid: sid('CA'), CallStatus: 'completed', SequenceNumber: '1' };
  const incoming = form('?event=status', params);
  for (const mode of ['webhook', 'manual'] as const) {
    const staticData = {};
    assert.ok((await receive(incoming, undefined, { staticData, mode })).outputs, mode);
    const again = await receive(incoming, undefined, { staticData, mode });
    assert.equal(again.outputs, undefined, mode);
  }
});

test('an answering machine is told as what it is', async () => {
  const detected = (AnsweredBy: string) =>
    receive(
      form('?event=amd', { CallSid: sid('CA'), AnsweredBy, MachineDetectionDuration: '2345' }),
    );
  const machine = await detected('machine_end_beep');
  assert.equal(place(machine.outputs), '000010');
  assert.equal(machine.json?.event, 'answeringMachine');
  assert.equal(machine.json?.answeredBy, 'machine_end_beep');
  assert.equal(machine.json?.isMachine, true);
  assert.equal(machine.json?.detectionDurationMs, 2345);
  assert.equal((await detected('human')).json?.isMachine, false);
  assert.equal((await detected('unknown')).json?.isMachine, null);
});

test('a stream is told with what went wrong', async () => {
  const params = {
    CallSid: sid('CA'),
    StreamSid: sid('MZ'),
    StreamName: 'copy',
    StreamEvent: 'stream-error',
    StreamError: 'StreamError 31920',
    Timestamp: '2026-11-21T12:00:00.000Z',
  };
  const { outputs, json } = await receive(form('?event=stream', params));
  assert.equal(place(outputs), '000001');
  assert.equal(json?.streamEvent, 'stream-error');
  assert.equal(json?.streamError, 'StreamError 31920');
  assert.equal(json?.streamSid, params.StreamSid);
  assert.equal(json?.timestamp, '2026-11-21T12:00:00.000Z');
});

test('what comes without a number is not looked up', async () => {
  const incoming = form('?event=amd', { CallSid: sid('CA'), AnsweredBy: 'human' });
  const { sent, json } = await receive(incoming, { events: everything, resolveTenant: true });
  assert.deepEqual(sent, []);
  assert.equal(json?.tenantLookup, 'no-number');
});

test('a status that tells of a recording is a status, not a message', async () => {
  const status = form('?event=status', {
    CallSid: sid('CA'),
    CallStatus: 'completed',
    SequenceNumber: '2',
    RecordingUrl: 'https://api.twilio.com/RE1',
    RecordingSid: 'RE1',
  });
  assert.equal(place((await receive(status)).outputs), '010000');
});

test('acknowledges what was not chosen, and runs nothing', async () => {
  for (const query of ['recording', 'amd', 'stream', 'status']) {
    const { response, outputs } = await receive(
      form(`?event=${query}`, {
        CallSid: sid('CA'),
        RecordingSid: sid('RE'),
        StreamSid: sid('MZ'),
      }),
      { events: ['incomingCall'] },
    );
    assert.equal(response.statusCode, 204);
    assert.equal(outputs, undefined);
  }
});

const incomingCall = (To: string) =>
  form('', {
    CallSid: sid('CA'),
    From: '+56912345678',
    To,
    CallStatus: 'ringing',
    Direction: 'inbound',
  });

test('takes the chosen numbers only, and rejects calls to others', async () => {
  const parameters = { options: { onlyNumbers: ['+56221234567', '+56322234567'] } };
  const own = await receive(incomingCall('+56221234567'), parameters);
  assert.equal(own.json?.event, 'incomingCall');
  const other = await receive(incomingCall('+56229999999'), parameters);
  assert.equal(other.outputs, undefined);
  assert.match(other.response.body, /<Reject/);
  const asText = { options: { onlyNumbers: '+56 22 123 4567, +56322234567' } };
  assert.ok((await receive(incomingCall('+56221234567'), asText)).outputs);
  const all = { options: { onlyNumbers: ['*'] } };
  assert.ok((await receive(incomingCall('+56229999999'), all)).outputs);
});

test('of the status of an outbound call, the own number is the caller', async () => {
  const status = (From: string) =>
    form('?event=status', {
      CallSid: sid('CA'),
      From,
      To: '+56911111111',
      Direction: 'outbound-api',
      CallStatus: 'completed',
      SequenceNumber: '1',
    });
  const parameters = { events: everything, options: { onlyNumbers: ['+56221234567'] } };
  assert.equal(place((await receive(status('+56221234567'), parameters)).outputs), '010000');
  assert.equal((await receive(status('+56229999999'), parameters)).outputs, undefined);
});

test('takes the chosen tenants only, and all while the sidecar does not answer', async () => {
  const parameters = { resolveTenant: true, options: { onlyTenants: ['automotora-andes'] } };
  const call = (slug: string) =>
    receive(incomingCall('+56221234567'), parameters, {
      answer: () => ({ body: { tenant: { slug } } }),
    });
  assert.ok((await call('automotora-andes')).outputs);
  const other = await call('automotora-sur');
  assert.equal(other.outputs, undefined);
  assert.match(other.response.body, /<Reject/);
  const dead = await receive(incomingCall('+56221234567'), parameters, {
    answer: () => ({ error: new Error('ECONNREFUSED') }),
  });
  assert.ok(dead.outputs);
});

test('a static answer is for wanted calls only', async () => {
  const parameters = {
    responseMode: 'onReceived',
    staticText: 'Hola',
    options: { onlyNumbers: ['+56221234567'] },
  };
  assert.match((await receive(incomingCall('+56221234567'), parameters)).response.body, /Hola/);
  assert.match((await receive(incomingCall('+56229999999'), parameters)).response.body, /<Reject/);
});

test('greets at once, and runs the workflow with the request that follows', async () => {
  const parameters = {
    responseMode: 'conversation',
    options: { greeting: 'Bienvenido & hola.', greetingLanguage: 'es-CL' },
  };
  const first = await receive(incomingCall('+56221234567'), parameters);
  assert.equal(first.outputs, undefined);
  assert.equal(first.result.noWebhookResponse, true);
  assert.equal(
    first.response.body,
    `<?xml version="1.0" encoding="UTF-8"?><Response><Say language="es-MX">Bienvenido &amp; hola.</Say><Redirect method="POST">${productionUrl}?event=greeted</Redirect></Response>`,
  );
  const call = { CallSid: sid('CA'), To: '+56221234567', CallStatus: 'in-progress' };
  const second = await receive(form('?event=greeted', call), parameters);
  assert.equal(second.json?.event, 'incomingCall');
  assert.equal(second.response.statusCode, undefined);
});

interface Transfer {
  dialVerb(
    transfer: object,
    place: object,
  ): { attributes: { action: string }; content: Array<{ attributes: { url: string } }> };
}

test('answers the steps of a transfer by itself, before it looks for a recording', async () => {
  const { dialVerb } = built<Transfer>('nodes/TwilioVoice/transfer/answers');
  const dial = dialVerb(
    {
      targets: ['+56933334444'],
      dial: { timeoutSeconds: 20 },
      whisper: { text: 'Cliente molesto', language: 'es-MX', key: '1' },
      fallback: { kind: 'hangUp' },
    },
    { address: productionUrl, authToken },
  );
  const call = { CallSid: sid('CA'), RecordingUrl: 'https://x' };
  const whisper = new URL(dial.content[0]?.attributes.url ?? '');
  const spoken = await receive(form(whisper.search, call));
  assert.match(spoken.response.body, /<Gather[^>]*numDigits="1".*Cliente molesto/);
  assert.equal(spoken.outputs, undefined);
  const done = await receive(
    form(new URL(dial.attributes.action).search, { ...call, DialBridged: 'true' }),
  );
  assert.match(done.response.body, /<Hangup\/>/);
  assert.equal(done.outputs, undefined);
});

const waiting = 'https://n8n.example.com/webhook-waiting/42/call?signature=abc&event=result&step=1';

test('a waiting execution that was not saved yet is tried again after a second', async () => {
  const failed = (ErrorUrl: string) =>
    receive(form('?fallback=true', { CallSid: sid('CA'), ErrorCode: '11200', ErrorUrl }));
  const { response, outputs } = await failed(`${waiting}#rc=5&rp=all`);
  assert.equal(outputs, undefined);
  assert.equal(
    response.body,
    `<?xml version="1.0" encoding="UTF-8"?><Response><Pause length="1"/><Redirect method="POST">${waiting.replaceAll('&', '&amp;')}&amp;retry=1#rc=5&amp;rp=all</Redirect></Response>`,
  );
  assert.match((await failed(`${waiting}&retry=3`)).response.body, /retry=4/);
});

test('apologises where trying again is of no use', async () => {
  for (const ErrorUrl of [
    '',
    'no address',
    productionUrl,
    `${waiting}&retry=8`,
    `${waiting}&retry=x`,
    'https://n8n.example.com/webhook-waiting/42/call?event=result',
  ]) {
    const call = { CallSid: sid('CA'), ErrorCode: '11200', ErrorUrl };
    const { response } = await receive(form('?fallback=true', call));
    assert.match(response.body, /<Record /, ErrorUrl);
  }
});
