import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject, INodeType } from 'n8n-workflow';

import { executeNode, type Answer, type ExecuteOptions } from './contexts.ts';
import { instance } from './package.ts';

const node = instance<INodeType>('nodes/TwilioVoice/TwilioVoice.node');
const sid = `CA${'a'.repeat(32)}`;
const account = 'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001';

const call = {
  sid,
  from: '+56221234567',
  to: '+56912345678',
  direction: 'outbound-api',
  status: 'queued',
  date_created: 'Sat, 21 Nov 2026 12:00:00 +0000',
  start_time: null,
  duration: '42',
  queue_time: '1000',
};

const run = (parameters: IDataObject, answer: Answer, more: Partial<ExecuteOptions> = {}) =>
  executeNode(node, { parameters: { resource: 'call', ...parameters }, answer, ...more });

function formOf(body: unknown): Record<string, string[]> {
  const fields = new URLSearchParams(String(body));
  return Object.fromEntries([...new Set(fields.keys())].map((name) => [name, fields.getAll(name)]));
}

const make = {
  operation: 'make',
  from: { mode: 'number', value: '+56221234567' },
  to: '+56912345678',
};
const ok: Answer = () => ({ statusCode: 201, body: call });

test('make: says a text, escaped, in the nearest language that Twilio speaks', async () => {
  const { sent, items } = await run(
    { ...make, instructions: 'text', text: 'Tom & "Ana" <hola>', language: 'es-CL' },
    ok,
  );
  assert.equal(sent.length, 1);
  assert.equal(sent[0]?.method, 'POST');
  assert.equal(sent[0]?.url, `${account}/Calls.json`);
  assert.equal(sent[0]?.credential, 'twilioVoiceApi');
  assert.deepEqual(formOf(sent[0]?.body), {
    From: ['+56221234567'],
    To: ['+56912345678'],
    Twiml: [
      '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="es-MX">Tom &amp; &quot;Ana&quot; &lt;hola&gt;</Say></Response>',
    ],
  });
  assert.deepEqual(items, [
    {
      json: {
        callSid: sid,
        parentCallSid: null,
        from: '+56221234567',
        to: '+56912345678',
        direction: 'outbound-api',
        callStatus: 'queued',
        createdAt: '2026-11-21T12:00:00.000Z',
        startedAt: null,
        endedAt: null,
        durationMs: 42_000,
        queueTimeMs: 1000,
        answeredBy: null,
        callerName: null,
        forwardedFrom: null,
        price: null,
        priceUnit: null,
      },
      pairedItem: { item: 0 },
    },
  ]);
});

test('make: follows a URL and reports each chosen event to the status callback', async () => {
  const { sent } = await run(
    {
      ...make,
      instructions: 'url',
      url: 'https://n8n.example.com/webhook/id/voice',
      options: {
        timeout: 25,
        timeLimit: 600,
        statusCallback: 'https://n8n.example.com/webhook/id/voice?event=status',
        statusCallbackEvents: ['initiated', 'completed'],
      },
    },
    ok,
  );
  assert.deepEqual(formOf(sent[0]?.body), {
    From: ['+56221234567'],
    To: ['+56912345678'],
    Url: ['https://n8n.example.com/webhook/id/voice'],
    Method: ['POST'],
    Timeout: ['25'],
    TimeLimit: ['600'],
    StatusCallback: ['https://n8n.example.com/webhook/id/voice?event=status'],
    StatusCallbackMethod: ['POST'],
    StatusCallbackEvent: ['initiated', 'completed'],
  });
});

const withAgent = {
  ...make,
  instructions: 'agent',
  sessionId: 's1',
  token: 't1',
  streamUrl: 'wss://voice.example.com/twilio/media',
};
const session = { actionUrl: 'https://voice.example.com/twilio/stream-ended' };

/** Twilio with these numbers in the account. */
const accountOf =
  (...numbers: IDataObject[]): Answer =>
  (request) =>
    request.method === 'GET' ? { body: { incoming_phone_numbers: numbers } } : ok(request);
const own = {
  phone_number: '+56221234567',
  voice_fallback_url: 'https://n8n.example.com/webhook/id/voice?fallback=true',
  voice_fallback_method: 'POST',
};

test('make: connects to the session of an agent', async () => {
  const { sent } = await run(withAgent, accountOf(own), { items: [session] });
  const [document] = formOf(sent.at(-1)?.body).Twiml ?? [];
  assert.match(
    String(document),
    /<Connect action="https:\/\/voice\.example\.com\/twilio\/stream-ended"><Stream url="wss:\/\/voice\.example\.com\/twilio\/media">/,
  );
  assert.match(String(document), /<Parameter name="token" value="t1"\/>/);
});

test('make: with an agent, a dead sidecar is answered by the fallback URL of the calling number', async () => {
  const { sent } = await run(withAgent, accountOf(own), { items: [session] });
  assert.deepEqual(sent[0], {
    credential: 'twilioVoiceApi',
    method: 'GET',
    url: `${account}/IncomingPhoneNumbers.json`,
    qs: { PhoneNumber: '+56221234567', PageSize: 1 },
  });
  assert.equal(sent.length, 2);
  const { FallbackUrl, FallbackMethod } = formOf(sent[1]?.body);
  assert.deepEqual(FallbackUrl, [own.voice_fallback_url]);
  assert.deepEqual(FallbackMethod, ['POST']);
});

test('make: the fallback URL of the builder comes first, and nothing is looked up', async () => {
  const fallbackUrl = 'https://n8n.example.com/own';
  const { sent } = await run({ ...withAgent, options: { fallbackUrl } }, ok, { items: [session] });
  assert.equal(sent.length, 1);
  const { FallbackUrl, FallbackMethod } = formOf(sent[0]?.body);
  assert.deepEqual([FallbackUrl, FallbackMethod], [[fallbackUrl], undefined]);
});

const withoutFallback: Array<[rule: string, numbers: IDataObject[]]> = [
  ['a verified caller ID, which is no number of the account', []],
  ['a number that only contains it', [{ ...own, phone_number: '+562212345678' }]],
  ['a number without a fallback URL', [{ ...own, voice_fallback_url: '' }]],
];
for (const [rule, numbers] of withoutFallback) {
  test(`make: with an agent, calls without a fallback URL from ${rule}`, async () => {
    const { sent, logged } = await run(withAgent, accountOf(...numbers), { items: [session] });
    assert.equal(sent[1]?.url, `${account}/Calls.json`);
    assert.equal(formOf(sent[1]?.body).FallbackUrl, undefined);
    assert.deepEqual(logged, []);
  });
}

test('make: with an agent, calls also where the number cannot be looked up, and logs it without the number', async () => {
  const { sent, items, logged } = await run(
    withAgent,
    (request) => (request.method === 'GET' ? { statusCode: 500 } : ok(request)),
    { items: [session] },
  );
  assert.equal(sent.length, 2);
  assert.equal(items[0]?.json.callSid, sid);
  assert.deepEqual(logged, ['The fallback URL of a calling number could not be looked up']);
});

test('make: with an agent, looks a number up once for all items', async () => {
  const items = [session, session, session];
  const { sent } = await run(withAgent, accountOf(own), { items });
  assert.deepEqual(
    sent.map(({ method }) => method),
    ['GET', 'POST', 'POST', 'POST'],
  );
  for (const { body } of sent.slice(1)) {
    assert.deepEqual(formOf(body).FallbackUrl, [own.voice_fallback_url]);
  }
});

test('make: with an agent, a client that calls a client has no number to look up', async () => {
  const clients = { from: { mode: 'number', value: 'client:bob' }, to: 'client:ana' };
  const { sent } = await run({ ...withAgent, ...clients }, ok, { items: [session] });
  assert.equal(sent.length, 1);
});

const bad: Array<[rule: string, parameters: IDataObject, message: RegExp]> = [
  ['a national number', { ...make, to: '912345678', text: 'x' }, /field To is not a phone number/],
  ['no caller', { ...make, from: { mode: 'list', value: '' }, text: 'x' }, /field From/],
  ['an empty text', { ...make, instructions: 'text', text: '  ' }, /field Text is empty/],
  ['TwiML that is none', { ...make, instructions: 'twiml', twiml: 'Hola' }, /holds no TwiML/],
  [
    'TwiML longer than the parameter',
    {
      ...make,
      instructions: 'twiml',
      twiml: `<Response><Say>${'a'.repeat(4000)}</Say></Response>`,
    },
    /Twilio takes 4000/,
  ],
  ['an address without scheme', { ...make, instructions: 'url', url: 'n8n/voice' }, /field URL/],
  ['a ring time of an hour', { ...make, text: 'x', options: { timeout: 3600 } }, /out of range/],
  ['half a second', { ...make, text: 'x', options: { timeLimit: 0.5 } }, /out of range/],
  [
    'a status callback that is none',
    { ...make, text: 'x', options: { statusCallback: 'ftp://x' } },
    /Status Callback URL is not an address/,
  ],
  ['a Call SID that is none', { operation: 'get', callSid: 'RE1' }, /not a Call SID/],
  ['no Call SID to hang up', { operation: 'hangUp', callSid: '' }, /not a Call SID/],
  ['a limit of nothing', { operation: 'getMany', limit: 0 }, /Limit must be at least 1/],
  [
    'a filter that is no date',
    { operation: 'getMany', filters: { startedAfter: 'ayer' } },
    /not a date/,
  ],
];

for (const [rule, parameters, message] of bad) {
  test(`refuses ${rule} before anything is sent, and tells the cure`, async () => {
    let requests = 0;
    await assert.rejects(
      run(parameters, () => {
        requests += 1;
        return {};
      }),
      (error: Error & { description?: string; context?: IDataObject }) => {
        assert.match(error.message, message);
        assert.ok((error.description ?? '').length > 20);
        assert.equal(error.context?.itemIndex, 0);
        return true;
      },
    );
    assert.equal(requests, 0);
  });
}

test('get: reads one call', async () => {
  const { sent, items } = await run({ operation: 'get', callSid: sid }, () => ({ body: call }));
  assert.deepEqual(sent, [
    { credential: 'twilioVoiceApi', method: 'GET', url: `${account}/Calls/${sid}.json` },
  ]);
  assert.equal(items[0]?.json.callSid, sid);
});

test('get many: filters, and follows the pages until the limit', async () => {
  const { sent, items } = await run(
    {
      operation: 'getMany',
      limit: 3,
      filters: {
        status: 'completed',
        to: '+56221234567',
        startedAfter: '2026-11-21T09:00:00-03:00',
      },
    },
    ({ url }) => ({
      body: {
        calls: [call, call],
        next_page_uri: url.includes('Page=1') ? null : '/2010-04-01/Accounts/AC/Calls.json?Page=1',
      },
    }),
  );
  assert.deepEqual(sent[0]?.qs, {
    To: '+56221234567',
    Status: 'completed',
    'StartTime>': '2026-11-21T12:00:00Z',
    PageSize: 3,
  });
  assert.equal(sent[1]?.url, 'https://api.twilio.com/2010-04-01/Accounts/AC/Calls.json?Page=1');
  assert.equal(sent[1]?.qs, undefined);
  assert.equal(sent.length, 2);
  assert.equal(items.length, 3);
});

test('hang up: completes the call', async () => {
  const { sent } = await run({ operation: 'hangUp', callSid: sid }, () => ({ body: call }));
  assert.equal(sent[0]?.url, `${account}/Calls/${sid}.json`);
  assert.deepEqual(formOf(sent[0]?.body), { Status: ['completed'] });
});

test('update: redirects by TwiML or by URL, never by both', async () => {
  const twiml = '<Response><Hangup/></Response>';
  const byTwiml = await run(
    { operation: 'update', callSid: sid, instructions: 'twiml', twiml },
    ok,
  );
  assert.deepEqual(formOf(byTwiml.sent[0]?.body), { Twiml: [twiml] });
  const url = 'https://example.com/t';
  const byUrl = await run({ operation: 'update', callSid: sid, instructions: 'url', url }, ok);
  assert.deepEqual(formOf(byUrl.sent[0]?.body), { Url: [url], Method: ['POST'] });
});

const refusals: Array<[code: number, status: number, message: RegExp, cure: RegExp]> = [
  [20003, 401, /refused the credentials/, /Auth Token/],
  [20404, 404, /does not know this SID/, /Check the SID/],
  [20429, 429, /Too many requests/, /Retry On Fail/],
  [21210, 400, /"From" may not be used/, /field From/],
  [21211, 400, /"To" is not a valid/, /field To/],
  [21215, 400, /may not call the country/, /Geo permissions/],
  [21217, 400, /"To" cannot be called/, /field To/],
  [21219, 400, /trial account/, /[Vv]erify the number of the field To/],
  [29999, 400, /Twilio refused the request: no/, /29999/],
];

for (const [code, statusCode, message, cure] of refusals) {
  test(`tells what Twilio's error ${code} means and what to change`, async () => {
    await assert.rejects(
      run({ ...make, text: 'x' }, () => ({ statusCode, body: { code, message: 'no' } })),
      (error: Error & { description?: string; httpCode?: string }) => {
        assert.match(error.message, message);
        assert.match(error.description ?? '', cure);
        assert.equal(error.httpCode, String(statusCode));
        return true;
      },
    );
  });
}

test('says that Twilio did not answer when it did not', async () => {
  const error = new Error('connect ECONNREFUSED 127.0.0.1:1');
  await assert.rejects(
    run({ operation: 'get', callSid: sid }, () => ({ error })),
    /Twilio did not answer/,
  );
});

test('goes on with the other items where the builder wants it', async () => {
  const { items } = await run(
    { operation: 'get', callSid: sid },
    () => ({ statusCode: 404, body: { code: 20404, message: 'gone' } }),
    { items: [{}, {}], continueOnFail: true },
  );
  assert.equal(items.length, 2);
  assert.match(String(items[1]?.json.error), /does not know this SID/);
  assert.deepEqual(items[1]?.pairedItem, { item: 1 });
});
