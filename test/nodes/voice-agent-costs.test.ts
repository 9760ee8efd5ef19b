import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { byId, nothing, run, sidecar } from './voice-agent-node.ts';

// What the Voice Agent node sends for tenants in the realtime pipeline, their budgets, costs and callbacks.

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
    callbackId: 'cb/1',
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
    callbackId: id,
  });
  await assert.rejects(
    run(of('cb1'), () => ({ statusCode: 404, body: { error: { code: 'callback-not-found' } } })),
    /has no such/,
  );
  await assert.rejects(run(of(''), nothing), /field Callback ID is empty/);
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
