import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import type { IDataObject } from 'n8n-workflow';

import { byId, node, nothing, run, sidecar } from './voice-agent-node.ts';

// What the Voice Agent node sends for a session in the realtime pipeline or over SIP.

// Session: Start

const start = { resource: 'session', operation: 'start', calledNumber: '+56221234567' };
const overSip = {
  sessionId: 's1',
  streamUrl: null,
  pipeline: 'realtime',
  sip: { uri: 'sip:proj_1@sip.api.openai.com?X-Session-Id=s1&X-Session-Token=t1' },
  decision: { action: 'connect', reason: 'open' },
};

test('session: over SIP the pipeline is realtime, whatever the tenant has', async () => {
  const { sent, outputs } = await run({ ...start, transport: 'sip' }, () => ({ body: overSip }));
  assert.deepEqual(sent[0]?.body, {
    calledNumber: '+56221234567',
    direction: 'inbound',
    pipeline: 'realtime',
    transport: 'sip',
  });
  assert.deepEqual(outputs[0]?.[0]?.json.sip, overSip.sip);
});

test('session: the pipeline of one call, over media streams', async () => {
  const { sent } = await run({ ...start, options: { pipeline: 'realtime' } }, () => ({
    body: overSip,
  }));
  assert.deepEqual(sent[0]?.body, {
    calledNumber: '+56221234567',
    direction: 'inbound',
    pipeline: 'realtime',
  });
});

test('session: the cascade over SIP is refused before anything is sent', async () => {
  const parameters = { ...start, transport: 'sip', options: { pipeline: 'cascade' } };
  await assert.rejects(run(parameters, nothing), /cascade pipeline has no SIP transport/);
});

test('session: a tenant whose month is spent is declined like any other', async () => {
  const decision = { action: 'decline', reason: 'budget', message: 'No podemos atenderle.' };
  const { outputs } = await run(start, () => ({ body: { sessionId: null, decision } }));
  assert.deepEqual(outputs[1]?.[0]?.json.decision, decision);
});

// Session: Answer SIP Call

const sipHeaders = [
  { name: 'From', value: '<sip:+56912345678@twilio.example.com>' },
  { name: 'X-Session-Id', value: 's1' },
  { name: 'X-Session-Token', value: 't1' },
];
const answer = {
  resource: 'session',
  operation: 'answerSipCall',
  openAiCallId: 'rtc_1',
  sipHeaders,
};
const answered = {
  outcome: 'answered',
  sessionId: 's1',
  callId: 'c1',
  tenant: { slug: 'andes' },
  decision: { action: 'connect', reason: 'open' },
};

test('SIP call: the headers say whose it is, and nothing else is sent', async () => {
  const { sent, outputs } = await run(answer, () => ({ body: answered }));
  assert.deepEqual(sent, [
    {
      credential: 'voiceSidecarApi',
      method: 'POST',
      url: `${sidecar}/v1/sip-calls`,
      body: { openAiCallId: 'rtc_1', sipHeaders },
    },
  ]);
  assert.deepEqual(outputs, [
    [{ json: { openAiCallId: 'rtc_1', ...answered }, pairedItem: { item: 0 } }],
    [],
  ]);
});

test('SIP call: the headers may be JSON text, or absent', async () => {
  const asText = await run({ ...answer, sipHeaders: JSON.stringify(sipHeaders) }, () => ({
    body: answered,
  }));
  assert.deepEqual((asText.sent[0]?.body as IDataObject).sipHeaders, sipHeaders);
  const none = await run({ ...answer, sipHeaders: '' }, () => ({ body: answered }));
  assert.deepEqual((none.sent[0]?.body as IDataObject).sipHeaders, []);
});

test('SIP call: without a session, the fields say whose it is and what is known', async () => {
  const { sent } = await run(
    {
      ...answer,
      sipHeaders: [],
      tenantBy: 'tenant',
      tenant: byId('andes'),
      options: {
        agent: 'contact-center',
        contactName: 'Ana',
        tools: 'consultar_concesionario',
        variables: { variable: [{ name: 'auto', value: 2019 }] },
      },
    },
    () => ({ body: answered }),
    { items: [{ from: '+56912345678' }] },
  );
  assert.deepEqual(sent[0]?.body, {
    openAiCallId: 'rtc_1',
    sipHeaders: [],
    tenant: 'andes',
    from: '+56912345678',
    agent: 'contact-center',
    contact: { name: 'Ana' },
    variables: { auto: '2019' },
    tools: ['consultar_concesionario'],
  });
  const called = await run(
    { ...answer, sipHeaders: [], tenantBy: 'calledNumber', calledNumber: '+56 2 2123 4567' },
    () => ({ body: answered }),
    // A caller whose number is withheld has an address, which is no phone number.
    { items: [{ from: 'sip:anonymous@anonymous.invalid' }] },
  );
  assert.deepEqual(called.sent[0]?.body, {
    openAiCallId: 'rtc_1',
    sipHeaders: [],
    calledNumber: '+56221234567',
  });
});

const namesOfASession: IDataObject[][] = [
  sipHeaders,
  [{ name: 'x-session-id ', value: 's1' }],
  [{ name: 'X-SESSION-TOKEN', value: 't1' }],
];
for (const headers of namesOfASession) {
  const names = headers.map(({ name }) => name).join(', ');
  for (const fields of [
    // What the default of the field makes of a call without a header for it.
    { tenantBy: 'calledNumber', calledNumber: '' },
    { tenantBy: 'tenant', tenant: byId('andes'), options: { agent: 'contact-center' } },
  ]) {
    test(`SIP call: with ${names} the fields of ${fields.tenantBy} are not sent`, async () => {
      const { sent, outputs } = await run(
        { ...answer, ...fields, sipHeaders: headers },
        () => ({ body: answered }),
        { items: [{ from: '+56912345678' }] },
      );
      assert.deepEqual(
        sent.map(({ body }) => body),
        [{ openAiCallId: 'rtc_1', sipHeaders: headers }],
      );
      assert.equal(outputs[0]?.[0]?.json.outcome, 'answered');
    });
  }
}

test('SIP call: without a session an empty number is refused, whatever other headers there are', async () => {
  const fields = { tenantBy: 'calledNumber', calledNumber: '' };
  const headers = [{ name: 'X-Session', value: 's1' }];
  await assert.rejects(
    run({ ...answer, ...fields, sipHeaders: headers }, nothing),
    /field Called Number is empty/,
  );
});

for (const outcome of ['declined', 'gone', 'duplicate']) {
  test(`SIP call: ${outcome} leaves by the second output, and says so`, async () => {
    const { outputs } = await run(answer, () => ({ body: { ...answered, outcome } }));
    assert.deepEqual(outputs[0], []);
    assert.equal(outputs[1]?.[0]?.json.outcome, outcome);
  });
}

test('SIP call: each of many leaves by its own output, in order', async () => {
  const outcomes = ['gone', 'answered', 'declined', 'answered'];
  let next = 0;
  const { outputs } = await run(
    answer,
    () => ({ body: { ...answered, outcome: outcomes[next++] } }),
    { items: [{}, {}, {}, {}] },
  );
  const itemsOf = (output: number) => outputs[output]?.map(({ pairedItem }) => pairedItem);
  assert.deepEqual(itemsOf(0), [{ item: 1 }, { item: 3 }]);
  assert.deepEqual(itemsOf(1), [{ item: 0 }, { item: 2 }]);
});

test('SIP call: as a tool, every outcome leaves by the only output', async () => {
  const { outputs } = await run(answer, () => ({ body: { ...answered, outcome: 'gone' } }), {
    asTool: true,
  });
  assert.equal(outputs[0]?.length, 1);
});

test('SIP call: one that cannot be answered leaves by the second output, and the others go on', async () => {
  let next = 0;
  const { outputs } = await run(
    answer,
    () => (next++ === 0 ? { statusCode: 503 } : { body: answered }),
    { items: [{}, {}], continueOnFail: true },
  );
  assert.deepEqual(
    outputs.map((items) => items.map(({ pairedItem }) => pairedItem)),
    [[{ item: 1 }], [{ item: 0 }]],
  );
  assert.match(String(outputs[1]?.[0]?.json.error), /takes no work/);
});

test('SIP call: no items, no request', async () => {
  const { outputs } = await run(answer, nothing, { items: [] });
  assert.deepEqual(outputs, [[], []]);
});

const unanswerable: Array<[rule: string, parameters: IDataObject, message: RegExp]> = [
  ['a Call SID of Twilio', { ...answer, openAiCallId: 'CA1' }, /"CA1" is not a Call ID of OpenAI/],
  ['no call', { ...answer, openAiCallId: ' ' }, /OpenAI Call ID is empty/],
  ['headers that are none', { ...answer, sipHeaders: '{"From": "x"}' }, /no list of headers/],
  ['headers that are no JSON', { ...answer, sipHeaders: 'X-Session-Id: s1' }, /no list of headers/],
  ['no tenant', { ...answer, sipHeaders: [], tenantBy: 'tenant' }, /field Tenant is empty/],
  [
    'a national number',
    { ...answer, sipHeaders: [], tenantBy: 'calledNumber', calledNumber: '221234567' },
    /field Called Number/,
  ],
];
for (const [rule, parameters, message] of unanswerable) {
  test(`SIP call: refuses ${rule} before anything is sent`, async () => {
    await assert.rejects(run(parameters, nothing), message);
  });
}

const refusals: Array<[status: number, code: string, message: RegExp, cure: RegExp]> = [
  [401, 'invalid-session', /session in the SIP headers is not valid/, /has expired/],
  [409, 'sip-not-configured', /takes no calls over SIP/, /OPENAI_PROJECT_ID/],
  [404, 'tenant-not-found', /No tenant has this number/, /Check the called number/],
  [429, 'rate-limited', /Too many requests/, /Retry On Fail/],
  [503, 'draining', /takes no work/, /Try again/],
];
for (const [statusCode, code, message, cure] of refusals) {
  test(`SIP call: tells what the sidecar's ${statusCode} ${code} means`, async () => {
    await assert.rejects(
      run(answer, () => ({ statusCode, body: { error: { code, message: 'no' } } })),
      (thrown: Error & { description?: string }) => {
        assert.match(thrown.message, message);
        assert.match(thrown.description ?? '', cure);
        return true;
      },
    );
  });
}

test('SIP call: a page of HTML is nobody to talk to, and neither is another service', async () => {
  await assert.rejects(
    run(answer, () => ({ body: '<html>' })),
    /no JSON/,
  );
  await assert.rejects(
    run(answer, () => ({ body: { hello: 'there' } })),
    /has no outcome/,
  );
});

test('the panel names the two outputs of each operation of a session', () => {
  const [, code = ''] = /^=\{\{(.*)\}\}$/.exec(String(node.description.outputs)) ?? [];
  const outputs = (resource: string, operation: string) => {
    const found = runInNewContext(code, { $parameter: { resource, operation } }) as IDataObject[];
    return [...found].map(({ displayName }) => displayName);
  };
  assert.deepEqual(outputs('session', 'start'), ['Connect', 'Declined']);
  assert.deepEqual(outputs('session', 'answerSipCall'), ['Answered', 'Not Answered']);
  assert.deepEqual(outputs('call', 'get'), [undefined]);
});
