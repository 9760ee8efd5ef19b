import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { callRecorder, createClaimedSession } from '../../domain/testing/fixtures.ts';
import type { Api, TestTenant } from '../testing/api-fixture.ts';
import { refused, startApi, tenantBody, tenantWithKey } from '../testing/api-fixture.ts';

onEachDatabase('costs over HTTP', (database) => {
  let api: Api;
  let a: TestTenant;
  let b: TestTenant;
  let callId: string;

  before(async () => {
    const db = database();
    api = await startApi(db);
    a = await tenantWithKey(api, 'andes');
    b = await tenantWithKey(api, 'barcelona');
    callId = await createClaimedSession(db, a.id);
    const recorder = callRecorder(db);
    const about = { callId, tenantId: a.id };
    const atMs = Date.UTC(2026, 10, 23, 14);
    recorder.callStarted({ ...about, startedAtMs: atMs });
    recorder.usage({
      ...about,
      atMs,
      service: 'realtime',
      provider: 'openai',
      model: 'gpt-realtime-2.1',
      amounts: { 'audio-output-token': 1000 },
    });
    await recorder.flush();
  });

  const costs = (query: string, key?: string) =>
    api.call('GET', `/v1/costs?${query}`, undefined, key);
  const november = 'from=2026-11-01&to=2026-11-30';

  test('tells a tenant what its calls cost, and the platform of each tenant', async () => {
    const expected = {
      tenant: { id: a.id, slug: 'andes', name: 'Automotora Andes' },
      from: '2026-11-01',
      to: '2026-11-30',
      currency: 'USD',
      microUsd: 64_000,
      calls: 1,
      byService: [
        {
          service: 'realtime',
          provider: 'openai',
          model: 'gpt-realtime-2.1',
          unit: 'audio-output-token',
          quantity: 1000,
          microUsd: 64_000,
        },
      ],
      unpriced: [],
      budget: null,
    };
    assert.deepEqual((await costs(november, a.key)).json, expected);
    assert.deepEqual((await costs(`tenant=andes&${november}`)).json, expected);
    assert.equal((await costs(november, b.key)).json['microUsd'], 0);
    refused(await costs(november), 400, 'tenant-required', 'tenant');
    refused(await costs('tenant=andes', b.key), 404, 'tenant-not-found', 'tenant');
    refused(await api.call('GET', '/v1/costs', undefined, null), 401, 'unauthenticated');
  });

  test('shows what a call cost with the call, to whoever may see the call', async () => {
    const cost = { currency: 'USD', microUsd: 64_000, complete: true };
    for (const key of [a.key, undefined]) {
      const one = await api.call('GET', `/v1/calls/${callId}`, undefined, key);
      assert.deepEqual(one.json['cost'], cost);
      const list = await api.call('GET', '/v1/calls?tenant=andes', undefined, key);
      assert.deepEqual((list.json['data'] as { cost: unknown }[])[0]?.cost, cost);
    }
  });

  test('refuses days that are none', async () => {
    const bad = { 'from=yesterday': 'from', 'to=2026-02-30': 'to', [`${november}x`]: 'to' };
    for (const [query, field] of Object.entries(bad)) {
      refused(await costs(query, a.key), 400, 'invalid-request', field);
    }
    refused(await costs('from=2026-12-02&to=2026-12-01', a.key), 400, 'invalid-request', 'to');
    refused(await costs('surprise=1', a.key), 400, 'invalid-request');
  });

  test('tells how the month stands against the budget', async () => {
    const budget = { monthlyMicroUsd: 5_000_000 };
    await api.call('PUT', '/v1/tenants/andes', tenantBody({ budget }));
    const { json } = await costs(november, a.key);
    const { spentMicroUsd, ...rest } = json['budget'] as Record<string, unknown>;
    assert.deepEqual(rest, { ...budget, warnAtPercent: 80, state: 'ok' });
    assert.equal(typeof spentMicroUsd, 'number');
  });

  test('shows the prices in force, with their date and source', async () => {
    const { json } = await api.call('GET', '/v1/prices', undefined, a.key);
    assert.match(String(json['validFrom']), /^\d{4}-\d{2}-\d{2}$/);
    assert.ok(String(json['source']).length > 0);
    const prices = json['prices'] as { model: string; unit: string; microUsdPerMillion: number }[];
    const audio = prices.find(
      ({ model, unit }) => model === 'gpt-realtime-2.1' && unit === 'audio-input-token',
    );
    assert.equal(audio?.microUsdPerMillion, 32_000_000);
    refused(await api.call('GET', '/v1/prices', undefined, null), 401, 'unauthenticated');
  });
});
