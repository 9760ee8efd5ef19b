import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { tenantFields } from './tenants.ts';
import { startVoiceAgent, until, type VoiceAgent } from './voice-agent.ts';

let agent: VoiceAgent;
before(async () => {
  agent = await startVoiceAgent();
});
after(() => agent[Symbol.asyncDispose]());

const byId = (value: unknown) => ({ __rl: true, mode: 'id', value });
const callSid = `CA${'7'.repeat(32)}`;

/** A conversation in which the caller asks to be called back. */
async function askForCallback(): Promise<string> {
  const { json } = await agent.done({
    resource: 'session',
    operation: 'start',
    calledNumber: '+56223334444',
    options: { callSid, from: '+56987654321', to: '+56223334444' },
  });
  agent.model.reply(
    {
      toolCalls: [
        {
          id: 'tool-1',
          name: 'schedule_callback',
          arguments: { reason: 'Precio de la camioneta' },
        },
      ],
      firstTokenMs: 0,
    },
    { text: ['Le llamaremos lo antes posible.'], firstTokenMs: 0 },
  );
  const stream = await agent.openStream(
    callSid,
    { sessionId: json.sessionId, token: json.token } as IDataObject,
    ['inbound'],
  );
  const heard = agent.stt.streams.length;
  await until(
    () => Promise.resolve(agent.stt.streams.length),
    (count) => count > 0 && count >= heard,
  );
  agent.stt.streams.at(-1)?.final('¿Me pueden llamar más tarde?');
  await until(
    async () => (await agent.api('GET', '/v1/callbacks?tenant=andes')).data as unknown[],
    (found) => found.length === 1,
  );
  await stream.stop();
  const callId = String(json.callId);
  await until(
    async () => (await agent.api('GET', `/v1/calls/${callId}`)).status,
    (status) => status === 'completed',
  );
  return callId;
}
describe('callback', () => {
  let callId: string;
  let callbackId: string;
  before(async () => {
    callId = await askForCallback();
  });

  test('Get Many lists whom an agent has promised a call', async () => {
    const { items, wire } = await agent.done({
      resource: 'callback',
      operation: 'getMany',
      tenant: byId('andes'),
      filters: { status: 'open' },
    });
    assert.deepEqual(wire, [
      {
        method: 'GET',
        path: '/v1/callbacks',
        status: 200,
        query: { tenant: 'andes', status: 'open', limit: '50' },
      },
    ]);
    assert.equal(items.length, 1);
    const callback = items[0]?.json ?? {};
    callbackId = String(callback.id);
    assert.deepEqual(
      [callback.phoneNumber, callback.reason, callback.status, callback.callId],
      ['+56987654321', 'Precio de la camioneta', 'open', callId],
    );
  });

  test('Update Status notes that somebody has called, for the item of an event too', async () => {
    const { json, wire } = await agent.done(
      { resource: 'callback', operation: 'updateStatus' },
      { items: [{ json: { callback: { id: callbackId } } }] },
    );
    assert.deepEqual(wire, [
      {
        method: 'PATCH',
        path: `/v1/callbacks/${callbackId}`,
        status: 200,
        body: { status: 'done' },
      },
    ]);
    assert.equal(json.status, 'done');
    const open = await agent.done(
      {
        resource: 'callback',
        operation: 'getMany',
        tenant: byId('andes'),
        returnAll: true,
        filters: { status: 'open' },
      },
      {},
    );
    assert.deepEqual(open.items, []);
  });

  test('Update Status tells that there is none, and goes on with the others', async () => {
    const { items, error } = await agent.run(
      {
        resource: 'callback',
        operation: 'updateStatus',
        callbackId: '={{ $json.id }}',
        status: 'cancelled',
      },
      { continueOnFail: true, items: [{ json: { id: 'none' } }, { json: { id: callbackId } }] },
    );
    assert.equal(error, undefined);
    assert.match(String(items[0]?.json.error), /has no such/);
    assert.deepEqual([items[1]?.json.status, items[1]?.pairedItem], ['cancelled', { item: 1 }]);
  });

  test('a tenant sees its own alone, and a platform key has to name one', async () => {
    const other = { ...tenantFields, slug: 'maipo', name: 'Clínica Maipo' };
    await agent.done({ resource: 'tenant', operation: 'upsert', ...other });
    const list = { resource: 'callback', operation: 'getMany' };
    const { items } = await agent.done(list, { key: await agent.keyOf('maipo') });
    assert.deepEqual(items, []);
    const { error } = await agent.run(list);
    assert.match(error?.message ?? '', /does not know which tenant/);
  });

  test('Get of a call tells what it has cost', async () => {
    const { json } = await agent.done({
      resource: 'call',
      operation: 'get',
      callId: byId(callId),
    });
    const { currency, microUsd, complete } = json.cost as IDataObject;
    assert.equal(currency, 'USD');
    assert.ok(Number.isInteger(microUsd));
    assert.equal(typeof complete, 'boolean');
    for (const turn of json.turns as IDataObject[]) assert.ok('costMicroUsd' in turn);
  });
});

describe('cost', () => {
  test('Get tells what a tenant has spent this month, and what is left', async () => {
    await agent.done({
      resource: 'tenant',
      operation: 'update',
      tenant: byId('andes'),
      updateFields: { monthlyBudgetUsd: 25, warnAtPercent: 60 },
    });
    const { json, wire } = await agent.done({
      resource: 'cost',
      operation: 'get',
      tenant: byId('andes'),
    });
    assert.deepEqual(wire, [
      { method: 'GET', path: '/v1/costs', status: 200, query: { tenant: 'andes' } },
    ]);
    assert.equal((json.tenant as IDataObject).slug, 'andes');
    assert.equal(json.calls, 1);
    assert.equal(json.usd, Number(json.microUsd) / 1_000_000);
    assert.ok((json.byService as IDataObject[]).length + (json.unpriced as unknown[]).length > 0);
    for (const { usd, microUsd } of json.byService as IDataObject[])
      assert.equal(usd, Number(microUsd) / 1_000_000);
    const { monthlyUsd, warnAtPercent, state } = json.budget as IDataObject;
    assert.deepEqual([monthlyUsd, warnAtPercent, state], [25, 60, 'ok']);
  });

  test('Get takes two days, by default those of the last month', async () => {
    const between = { resource: 'cost', operation: 'get', tenant: byId('andes'), period: 'days' };
    const last = await agent.done(between);
    const { from, to } = last.wire[0]?.query as { from: string; to: string };
    assert.match(from, /^\d{4}-\d{2}-01$/);
    assert.equal(to.slice(0, 8), from.slice(0, 8));
    assert.deepEqual([last.json.calls, last.json.usd, last.json.from], [0, 0, from]);
    const { error } = await agent.run({ ...between, from: '2026-10-31', to: '2026-10-01' });
    assert.ok(error, 'the days are in the wrong order');
  });

  test('Get Prices shows the table in force', async () => {
    const { json, wire } = await agent.done({ resource: 'cost', operation: 'getPrices' });
    assert.deepEqual(wire, [{ method: 'GET', path: '/v1/prices', status: 200 }]);
    assert.match(String(json.validFrom), /^\d{4}-\d{2}-\d{2}$/);
    const models = (json.prices as IDataObject[]).map(({ model }) => model);
    assert.ok(models.includes('gpt-realtime-2.1'), models.join(', '));
  });
});

describe('tenant', () => {
  test('has a pipeline, its settings and a budget', async () => {
    const { json, wire } = await agent.done({
      resource: 'tenant',
      operation: 'upsert',
      slug: 'austral',
      ...tenantFields,
      options: { pipeline: 'realtime', monthlyBudgetUsd: 12.5 },
      realtime: {
        model: 'gpt-realtime-2.1-mini',
        voice: 'cedar',
        turnDetection: 'server_vad',
        silenceDurationMs: 700,
        noiseReduction: 'none',
      },
    });
    const realtime = {
      model: 'gpt-realtime-2.1-mini',
      voice: 'cedar',
      turnDetection: { type: 'server_vad', silenceDurationMs: 700 },
      noiseReduction: null,
    };
    const body = wire[0]?.body as IDataObject;
    assert.deepEqual(
      [body.pipeline, body.realtime, body.budget],
      ['realtime', realtime, { monthlyMicroUsd: 12_500_000 }],
    );
    assert.deepEqual(
      [json.pipeline, json.realtime, json.budget],
      ['realtime', realtime, { monthlyMicroUsd: 12_500_000, warnAtPercent: 80 }],
    );
  });

  test('Update replaces the settings that are given, and takes the budget away', async () => {
    const { json } = await agent.done({
      resource: 'tenant',
      operation: 'update',
      tenant: byId('austral'),
      updateFields: { monthlyBudgetUsd: 0 },
      realtime: { speed: 1.2 },
    });
    assert.deepEqual(
      [json.pipeline, json.realtime, json.budget],
      ['realtime', { speed: 1.2 }, null],
    );
    const { error } = await agent.run({
      resource: 'tenant',
      operation: 'update',
      tenant: byId('austral'),
      realtime: { model: '={{ "gpt-4o-realtime-preview" }}' },
    });
    assert.match(error?.description ?? '', /retired.*gpt-realtime-2\.1/);
  });
});
