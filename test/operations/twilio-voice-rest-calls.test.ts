import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ownNumber } from './cloud.ts';
import { call, customer, TwilioRig } from './twilio-voice-rest.ts';

let rig: TwilioRig;
before(async () => {
  rig = await TwilioRig.start();
});
after(() => rig[Symbol.asyncDispose]());

const from = { __rl: true, mode: 'list', value: ownNumber };
const make = { resource: 'call', operation: 'make', from, to: customer };

test('make: says a text, with everything that can be asked of Twilio', async () => {
  rig.cloud.simulator.telephone(customer, { does: 'no-answer' });
  const { json } = await rig.one({
    ...make,
    text: 'Hola',
    machineDetection: 'async',
    detectionCallback: 'https://n8n.example.com/webhook/v/voice?event=amd',
    detectionOptions: {
      mode: 'DetectMessageEnd',
      timeout: 20,
      silenceTimeoutMs: 4000,
      speechThresholdMs: 2000,
      speechEndThresholdMs: 1000,
    },
    record: true,
    recordingOptions: {
      channels: 'dual',
      callbackUrl: 'https://n8n.example.com/webhook/v/voice?event=recording',
      callbackEvents: ['in-progress', 'completed'],
    },
    options: { timeout: 5, timeLimit: 600, fallbackUrl: 'https://n8n.example.com/f' },
  });
  assert.deepEqual(rig.last(), {
    request: 'POST /Calls.json',
    query: {},
    form: {
      From: ownNumber,
      To: customer,
      Twiml:
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="es-MX">Hola</Say></Response>',
      Timeout: '5',
      TimeLimit: '600',
      FallbackUrl: 'https://n8n.example.com/f',
      MachineDetection: 'DetectMessageEnd',
      MachineDetectionTimeout: '20',
      MachineDetectionSpeechThreshold: '2000',
      MachineDetectionSpeechEndThreshold: '1000',
      MachineDetectionSilenceTimeout: '4000',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: 'https://n8n.example.com/webhook/v/voice?event=amd',
      AsyncAmdStatusCallbackMethod: 'POST',
      Record: 'true',
      RecordingChannels: 'dual',
      RecordingStatusCallback: 'https://n8n.example.com/webhook/v/voice?event=recording',
      RecordingStatusCallbackMethod: 'POST',
      RecordingStatusCallbackEvent: ['in-progress', 'completed'],
    },
  });
  assert.match(String(json.callSid), /^CA[0-9a-f]{32}$/);
  assert.equal(json.to, customer);
  assert.match(String(json.callStatus), /^(queued|ringing)$/);
});

test('make: calls a SIP address', async () => {
  const sip = 'sip:ana@example.com';
  const telephone = rig.cloud.simulator.telephone(sip, {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'wait-for-speech', matching: /hola/i, timeoutMs: 20_000 },
      { do: 'wait-for-end', timeoutMs: 20_000 },
    ],
  });
  const report = telephone.nextReport();
  const { json } = await rig.one({ ...make, to: sip, text: 'Hola' });
  assert.equal(json.to, sip);
  assert.deepEqual((await report).failures, []);
});

test('get and hang up: read a running call and end it', async () => {
  const sid = await rig.runningCall();
  const got = await rig.one({ resource: 'call', operation: 'get', callSid: call(sid) });
  assert.equal(rig.last().request, `GET /Calls/${sid}.json`);
  assert.equal(got.json.callStatus, 'in-progress');
  const ended = rig.endOf(sid);
  // The default of the field takes the call from the item.
  const { json } = await rig.one(
    { resource: 'call', operation: 'hangUp' },
    { items: [{ json: { callSid: sid } }] },
  );
  assert.deepEqual(rig.last(), {
    request: `POST /Calls/${sid}.json`,
    query: {},
    form: { Status: 'completed' },
  });
  await ended;
  assert.equal(json.callSid, sid);
});

test('get many: filters, and reads page by page', async () => {
  const { items, error } = await rig.run({
    resource: 'call',
    operation: 'getMany',
    returnAll: true,
    filters: {
      to: customer,
      from: ownNumber,
      status: 'completed',
      startedAfter: '2026-01-01T00:00:00-03:00',
      startedBefore: '2100-01-01T00:00:00Z',
    },
  });
  assert.equal(error, undefined);
  assert.ok(items.length >= 1);
  assert.ok(items.every(({ json }) => json.callStatus === 'completed'));
  assert.deepEqual(rig.last().query, {
    From: ownNumber,
    To: customer,
    Status: 'completed',
    'StartTime>': '2026-01-01T03:00:00Z',
    'StartTime<': '2100-01-01T00:00:00Z',
    PageSize: '1000',
  });
});

test('redirect: gives a running call a text and a limit', async () => {
  const sid = await rig.runningCall(undefined, {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'wait-for-speech', matching: /hasta luego/i, timeoutMs: 20_000 },
      { do: 'wait-for-end', timeoutMs: 20_000 },
    ],
  });
  const ended = rig.endOf(sid);
  await rig.one({
    resource: 'call',
    operation: 'update',
    callSid: call(sid),
    instructions: 'text',
    text: 'Hasta luego',
    options: { timeLimit: 300 },
  });
  assert.deepEqual(rig.last().form, {
    Twiml:
      '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="es-MX">Hasta luego</Say><Hangup/></Response>',
    TimeLimit: '300',
  });
  await ended;
});

test('say or play: the person on the line hears it, then the call goes on as chosen', async () => {
  const sid = await rig.runningCall(undefined, {
    does: 'answer',
    afterMs: 0,
    script: [
      { do: 'wait-for-speech', matching: /aviso importante/i, timeoutMs: 20_000 },
      { do: 'wait-for-speech', matching: /gracias/i, timeoutMs: 20_000 },
      { do: 'wait-for-end', timeoutMs: 20_000 },
    ],
  });
  const ended = rig.endOf(sid);
  await rig.one({
    resource: 'call',
    operation: 'speak',
    callSid: call(sid),
    text: 'Aviso importante',
    afterwards: 'twiml',
    afterwardsTwiml: '<Response><Say language="es-MX">Gracias</Say></Response>',
  });
  assert.equal(
    rig.last().form.Twiml,
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="es-MX">Aviso importante</Say><Say language="es-MX">Gracias</Say></Response>',
  );
  await ended;
});
