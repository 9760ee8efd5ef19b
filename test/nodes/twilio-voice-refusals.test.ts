import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { Answer } from './contexts.ts';
import {
  accountWith,
  conference,
  from,
  make,
  named,
  number,
  onCall,
  participant,
  run,
  setWebhooks,
  sid,
  start,
} from './twilio-voice-node.ts';

test('make: pauses between batches', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const items = Array.from({ length: 5 }, () => ({}));
  const batching = { batch: { batchSize: 2, batchIntervalMs: 60_000 } };
  let placed = 0;
  const waited = Promise.withResolvers<void>();
  const running = run(
    { ...make, options: { batching } },
    () => {
      if (++placed === 2) waited.resolve();
      return { statusCode: 201, body: { sid: sid('CA') } };
    },
    { items },
  );
  await waited.promise;
  for (const expected of [2, 4]) {
    await settled();
    assert.equal(placed, expected);
    context.mock.timers.tick(59_999);
    await settled();
    assert.equal(placed, expected);
    context.mock.timers.tick(1);
  }
  await running;
  assert.equal(placed, 5);
});

/** Lets everything go on that waits for no timer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

for (const [what, parameters, message] of [
  [
    'a Twilio client as caller of a phone',
    { ...make, from: { mode: 'number', value: 'client:ana' } },
    /cannot call a phone number/,
  ],
  ['a SIP address without a host', { ...make, to: 'sip:ana' }, /field To is not a phone number/],
  [
    'detection together with digits',
    { ...make, machineDetection: 'sync', options: { sendDigits: '1' } },
    /detects no answering machine/,
  ],
  [
    'detection in the background without an address',
    { ...make, machineDetection: 'async' },
    /Detection Callback URL is empty/,
  ],
  [
    'a detection time out of range',
    { ...make, machineDetection: 'sync', detectionOptions: { speechThresholdMs: 10 } },
    /Speech of a Machine From is out of range/,
  ],
  ['letters as digits', { ...make, options: { sendDigits: 'uno' } }, /cannot be sent as tones/],
  ['33 digits', { ...make, options: { sendDigits: '1'.repeat(33) } }, /cannot be sent as tones/],
  [
    'a recording callback that is none',
    { ...make, record: true, recordingOptions: { callbackUrl: 'x' } },
    /Callback URL is not an address/,
  ],
  [
    'a batch of none',
    { ...make, options: { batching: { batch: { batchSize: 0 } } } },
    /Batching is out of range/,
  ],
  [
    'a conference SID that is none',
    { ...conference, operation: 'end', conferenceSid: named('ventas') },
    /not a Conference SID/,
  ],
  [
    'a conference without a name',
    { resource: 'conference', operation: 'addParticipant', from, to: '+56912345678' },
    /Conference Name or SID is empty/,
  ],
  [
    'a coach of nobody',
    {
      resource: 'conference',
      operation: 'addParticipant',
      conference: 'x',
      from,
      to: '+56912345678',
      options: { callSidToCoach: 'ana' },
    },
    /Coach This Call SID/,
  ],
  [
    'a participant without a name',
    { ...conference, operation: 'remove', participant: named('') },
    /Participant is empty/,
  ],
  [
    'nobody to be coached',
    { ...participant, operation: 'coach', callSidToCoach: '' },
    /not a Call SID/,
  ],
  [
    'a recording SID that is none',
    { resource: 'recording', operation: 'get', recordingSid: named('../Calls') },
    /not a Recording SID/,
  ],
  [
    'a limit of none',
    { resource: 'recording', operation: 'getMany', limit: 0 },
    /Limit must be at least 1/,
  ],
  [
    'a date that is none',
    { resource: 'recording', operation: 'getMany', filters: { createdAfter: 'yesterday' } },
    /is not a date/,
  ],
  ['no webhook', { ...setWebhooks, webhooks: {} }, /No webhook is given/],
  [
    'a number to look up that is none',
    { resource: 'number', operation: 'lookUp', phoneNumber: 'hola' },
    /is not a phone number/,
  ],
  [
    'a national number without its country',
    { resource: 'number', operation: 'lookUp', phoneNumber: '912345678' },
    /is not a phone number/,
  ],
  [
    'a country that is none',
    {
      resource: 'number',
      operation: 'lookUp',
      phoneNumber: '1',
      options: { countryCode: 'Chile' },
    },
    /is not a country/,
  ],
  [
    'a WebSocket with a query',
    { ...start, destination: 'webSocket', webSocketUrl: 'wss://x.example.com/a?b=1' },
    /does not work/,
  ],
  [
    'a parameter without a name',
    {
      ...start,
      destination: 'webSocket',
      webSocketUrl: 'wss://x.example.com',
      parameters: { parameter: [{ name: '', value: '1' }] },
    },
    /has no name/,
  ],
  [
    'a parameter that is too long',
    {
      ...start,
      destination: 'webSocket',
      webSocketUrl: 'wss://x.example.com',
      parameters: { parameter: [{ name: 'a', value: 'b'.repeat(500) }] },
    },
    /is too long/,
  ],
  [
    'a transcription without its ID',
    { resource: 'liveAudio', operation: 'stop', ...onCall, transcriptionId: '' },
    /Transcription ID is empty/,
  ],
  [
    'tones that are none',
    { resource: 'liveAudio', operation: 'sendDigits', ...onCall, digits: '' },
    /cannot be sent as tones/,
  ],
  [
    'a continuation that is no TwiML',
    {
      resource: 'call',
      operation: 'speak',
      ...onCall,
      text: 'x',
      afterwards: 'twiml',
      afterwardsTwiml: 'hola',
    },
    /holds no TwiML/,
  ],
  [
    'a continuation that is no address',
    {
      resource: 'call',
      operation: 'speak',
      ...onCall,
      text: 'x',
      afterwards: 'url',
      afterwardsUrl: 'x',
    },
    /is not an address/,
  ],
  [
    'a text that is too long for TwiML',
    { resource: 'call', operation: 'speak', ...onCall, text: 'x'.repeat(4000) },
    /Twilio takes 4000/,
  ],
] as Array<[string, IDataObject, RegExp]>)
  test(`refuses ${what} before anything is sent`, async () => {
    let requests = 0;
    const answer: Answer = () => {
      requests += 1;
      return { body: {} };
    };
    await assert.rejects(run(parameters, answer), message);
    assert.equal(requests, 0);
  });

test('number: refuses one that is not there, and one of a SIP trunk', async () => {
  const webhooks = { voiceUrl: 'https://n8n.example.com/v' };
  await assert.rejects(
    run({ ...setWebhooks, webhooks }, () => ({ body: { incoming_phone_numbers: [] } })),
    /account has no number/,
  );
  await assert.rejects(
    run({ ...setWebhooks, webhooks }, accountWith({ ...number, trunk_sid: sid('TK') })),
    /belongs to a SIP trunk/,
  );
});

const refusals: Array<[what: string, reply: ReturnType<Answer>, message: RegExp, cure: RegExp]> = [
  [
    'blocked',
    { statusCode: 400, body: { code: 21216, message: 'x' } },
    /blocks calls/,
    /Trust Hub/,
  ],
  ['full', { statusCode: 429, body: { code: 10004, message: 'x' } }, /no room/, /Batching/],
  [
    'expired credentials',
    { statusCode: 401, body: { code: 20003 } },
    /refused the credentials/,
    /changed or revoked/,
  ],
  [
    '429 with a time',
    { statusCode: 429, headers: { 'retry-after': '3' }, body: { code: 20429, message: 'x' } },
    /Too many/,
    /wait 3 seconds/,
  ],
  ['429 without one', { statusCode: 429, body: '' }, /Too many/, /Retry On Fail/],
  [
    'a page of a proxy',
    { statusCode: 503, body: '<html>sorry</html>' },
    /not available \(HTTP 503\)/,
    /Try again/,
  ],
  [
    'a page with 200',
    { body: '<html>log in</html>' },
    /no JSON/,
    /page of HTML.*look before you repeat it/,
  ],
  ['a reply that was cut', { body: '{"sid":"CA' }, /no JSON/, /cut off/],
  [
    'a broken connection',
    { error: new Error('aborted') },
    /did not answer/,
    /aborted\..*look before you repeat it/,
  ],
];

for (const [what, reply, message, cure] of refusals)
  test(`tells ${what} in words that help`, async () => {
    await assert.rejects(
      run(make, () => reply),
      (error: Error & { description: string; context: IDataObject }) => {
        assert.match(error.message, message);
        assert.match(error.description, cure);
        assert.equal(error.context.itemIndex, 0);
        return true;
      },
    );
  });
