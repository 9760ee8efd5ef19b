import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import type { IDataObject, INodeExecutionData, INodeType } from 'n8n-workflow';

import { executeContext, hookContext, type Answer, type ExecuteOptions } from './contexts.ts';
import { instance } from './package.ts';

// What the Voice Agent node sends for the realtime pipeline, calls over SIP, callbacks and costs.

const node = instance<INodeType>('nodes/VoiceAgent/VoiceAgent.node');
const sidecar = 'http://127.0.0.1:8100';

async function run(
  parameters: IDataObject,
  answer: Answer = () => ({ body: {} }),
  more: Partial<ExecuteOptions> = {},
) {
  const mock = executeContext({ description: node.description, parameters, answer, ...more });
  const outputs = (await node.execute?.call(mock.context)) as INodeExecutionData[][];
  return { ...mock, outputs };
}

const byId = (value: string) => ({ mode: 'id', value });

/** Fails for anything that is sent. */
const nothing: Answer = ({ url }) => assert.fail(`${url} was asked`);

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
    { ...answer, tenantBy: 'calledNumber', calledNumber: '+56 2 2123 4567' },
    () => ({ body: answered }),
    // A caller whose number is withheld has an address, which is no phone number.
    { items: [{ from: 'sip:anonymous@anonymous.invalid' }] },
  );
  assert.deepEqual(called.sent[0]?.body, {
    openAiCallId: 'rtc_1',
    sipHeaders,
    calledNumber: '+56221234567',
  });
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

test('SIP call: no items, no request', async () => {
  const { outputs } = await run(answer, nothing, { items: [] });
  assert.deepEqual(outputs, [[], []]);
});

const unanswerable: Array<[rule: string, parameters: IDataObject, message: RegExp]> = [
  ['a Call SID of Twilio', { ...answer, openAiCallId: 'CA1' }, /"CA1" is not a Call ID of OpenAI/],
  ['no call', { ...answer, openAiCallId: ' ' }, /OpenAI Call ID is empty/],
  ['headers that are none', { ...answer, sipHeaders: '{"From": "x"}' }, /no list of headers/],
  ['headers that are no JSON', { ...answer, sipHeaders: 'X-Session-Id: s1' }, /no list of headers/],
  ['no tenant', { ...answer, tenantBy: 'tenant' }, /field Tenant is empty/],
  [
    'a national number',
    { ...answer, tenantBy: 'calledNumber', calledNumber: '221234567' },
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

// Tenant

const tenant = {
  resource: 'tenant',
  operation: 'upsert',
  slug: 'andes',
  name: 'Automotora Andes',
  greeting: 'Hola',
  closedMessage: 'Estamos cerrados.',
};
const update = { resource: 'tenant', operation: 'update', tenant: byId('andes') };
const bodyOf = async (parameters: IDataObject) =>
  (await run(parameters)).sent[0]?.body as IDataObject;

test('tenant: what is not chosen for speech to speech is not sent', async () => {
  const body = await bodyOf(tenant);
  for (const name of ['pipeline', 'realtime', 'budget']) assert.ok(!(name in body), name);
});

test('tenant: the realtime pipeline with semantic turn detection', async () => {
  const body = await bodyOf({
    ...tenant,
    options: { pipeline: 'realtime' },
    realtime: {
      model: 'gpt-realtime-2.1-mini',
      voice: 'cedar',
      speed: 1.1,
      turnDetection: 'semantic_vad',
      eagerness: 'low',
      noiseReduction: 'far_field',
      transcriptionModel: 'gpt-transcribe',
      reasoningEffort: 'minimal',
    },
  });
  assert.equal(body.pipeline, 'realtime');
  assert.deepEqual(body.realtime, {
    model: 'gpt-realtime-2.1-mini',
    voice: 'cedar',
    speed: 1.1,
    turnDetection: { type: 'semantic_vad', eagerness: 'low' },
    noiseReduction: 'far_field',
    transcriptionModel: 'gpt-transcribe',
    reasoningEffort: 'minimal',
  });
});

test('tenant: turn detection by silence, and no noise reduction', async () => {
  const body = await bodyOf({
    ...update,
    realtime: {
      turnDetection: 'server_vad',
      threshold: 0.6,
      prefixPaddingMs: 200,
      silenceDurationMs: 700,
      noiseReduction: 'none',
    },
  });
  assert.deepEqual(body, {
    realtime: {
      turnDetection: {
        type: 'server_vad',
        threshold: 0.6,
        prefixPaddingMs: 200,
        silenceDurationMs: 700,
      },
      noiseReduction: null,
    },
  });
});

test('tenant: the budget is dollars on the canvas and millionths at the wire', async () => {
  const budget = async (fields: IDataObject) =>
    (await bodyOf({ ...update, updateFields: fields })).budget;
  assert.deepEqual(await budget({ monthlyBudgetUsd: 19.99 }), { monthlyMicroUsd: 19_990_000 });
  assert.deepEqual(await budget({ monthlyBudgetUsd: '0.07', warnAtPercent: 90 }), {
    monthlyMicroUsd: 70_000,
    warnAtPercent: 90,
  });
  assert.equal(await budget({ monthlyBudgetUsd: 0 }), null);
});

const impossible: Array<[rule: string, fields: IDataObject, message: RegExp]> = [
  ['a negative budget', { updateFields: { monthlyBudgetUsd: -1 } }, /"-1" .* no amount of money/],
  ['a budget that is none', { updateFields: { monthlyBudgetUsd: 'mucho' } }, /"mucho" .* money/],
  ['a warning without a budget', { updateFields: { warnAtPercent: 90 } }, /needs a budget/],
  ['nothing', { realtime: {} }, /nothing to update/],
];
for (const [rule, fields, message] of impossible) {
  test(`tenant: refuses ${rule} before anything is sent`, async () => {
    await assert.rejects(run({ ...update, ...fields }, nothing), message);
  });
}

// Callbacks

test('callbacks: filters by tenant and status', async () => {
  const { sent, outputs } = await run(
    {
      resource: 'callback',
      operation: 'getMany',
      tenant: byId('andes'),
      limit: 1,
      filters: { status: 'open' },
    },
    () => ({ body: { data: [{ id: 'cb1' }], nextCursor: 'n' } }),
  );
  assert.deepEqual(sent, [
    {
      credential: 'voiceSidecarApi',
      method: 'GET',
      url: `${sidecar}/v1/callbacks`,
      qs: { tenant: 'andes', status: 'open', limit: 1 },
    },
  ]);
  assert.deepEqual(
    outputs[0]?.map(({ json }) => json),
    [{ id: 'cb1' }],
  );
});

test('callback: its status is updated', async () => {
  const { sent } = await run({
    resource: 'callback',
    operation: 'updateStatus',
    callbackId: byId('cb/1'),
    status: 'cancelled',
  });
  assert.deepEqual(
    [sent[0]?.method, sent[0]?.url, sent[0]?.body],
    ['PATCH', `${sidecar}/v1/callbacks/cb%2F1`, { status: 'cancelled' }],
  );
});

test('callback: an unknown one, and none, are told as such', async () => {
  const of = (id: string) => ({
    resource: 'callback',
    operation: 'updateStatus',
    callbackId: byId(id),
  });
  await assert.rejects(
    run(of('cb1'), () => ({ statusCode: 404, body: { error: { code: 'callback-not-found' } } })),
    /has no such/,
  );
  await assert.rejects(run(of(''), nothing), /field Callback is empty/);
});

test('lists the open callbacks for the selector: who, when and why', async () => {
  const data = [
    { id: 'cb1', phoneNumber: '+56912345678', dueAt: '2026-11-21T15:00:00.000Z', reason: 'Precio' },
    { id: 'cb2', phoneNumber: '+56987654321', dueAt: null, reason: null },
  ];
  const mock = hookContext({
    description: node.description,
    parameters: {},
    answer: () => ({ body: { data } }),
  });
  const found = await node.methods?.listSearch?.searchCallbacks?.call(mock.context, 'precio');
  assert.deepEqual(found?.results, [
    { name: '+56912345678 · 2026-11-21 15:00 UTC · Precio', value: 'cb1' },
  ]);
  assert.equal(mock.sent[0]?.qs?.status, 'open');
});

// Costs

const cost = { resource: 'cost', operation: 'get', tenant: byId('andes') };
const costs = {
  tenant: { slug: 'andes' },
  from: '2026-11-01',
  to: '2026-11-21',
  currency: 'USD',
  microUsd: 1_250_000,
  calls: 7,
  byService: [{ service: 'realtime', unit: 'audio-input-token', quantity: 9, microUsd: 288 }],
  unpriced: [],
  budget: {
    monthlyMicroUsd: 50_000_000,
    warnAtPercent: 80,
    spentMicroUsd: 1_250_000,
    state: 'ok',
  },
};

test('costs: of this month, with the dollars beside the millionths', async () => {
  const { sent, outputs } = await run(cost, () => ({ body: costs }));
  assert.deepEqual(
    [sent[0]?.method, sent[0]?.url, sent[0]?.qs],
    ['GET', `${sidecar}/v1/costs`, { tenant: 'andes' }],
  );
  assert.deepEqual(outputs[0]?.[0]?.json, {
    ...costs,
    usd: 1.25,
    byService: [{ ...costs.byService[0], usd: 0.000288 }],
    budget: { ...costs.budget, monthlyUsd: 50, spentUsd: 1.25 },
  });
});

test('costs: a tenant without a budget has none', async () => {
  const { outputs } = await run(cost, () => ({ body: { ...costs, budget: null } }));
  assert.equal(outputs[0]?.[0]?.json.budget, null);
});

test('costs: between two days, as they are written', async () => {
  const { sent } = await run(
    { ...cost, period: 'days', from: '2026-10-01T00:00:00.000-03:00', to: '2026-10-31' },
    () => ({ body: costs }),
  );
  assert.deepEqual(sent[0]?.qs, { tenant: 'andes', from: '2026-10-01', to: '2026-10-31' });
  for (const day of ['', 'ayer', '2026-02-31', '2026-13-01', '20261001']) {
    const parameters = { ...cost, period: 'days', from: day, to: '2026-10-31' };
    await assert.rejects(run(parameters, nothing), /in the field From is not a day/, day);
  }
});

test('prices: the table in force', async () => {
  const table = { validFrom: '2026-11-01', source: 'built-in', currency: 'USD', prices: [] };
  const { sent, outputs } = await run({ resource: 'cost', operation: 'getPrices' }, () => ({
    body: table,
  }));
  assert.equal(sent[0]?.url, `${sidecar}/v1/prices`);
  assert.deepEqual(outputs[0]?.[0]?.json, table);
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
