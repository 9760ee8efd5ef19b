import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { UsageRecord } from '../../call/ports.ts';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import type { StoredCallRecorder } from '../calls/call-recorder.ts';
import { EventPublisher } from '../events/publisher.ts';
import type { Tenant, TenantInput } from '../tenants/schema.ts';
import { callRecorder, createClaimedSession, createTenant, platform } from '../testing/fixtures.ts';
import { FlakyDatabase, quickRetries } from '../testing/flaky-database.ts';
import { KeptDeliveries } from '../testing/outbox.ts';
import { subscribe, testDomain } from '../testing/test-domain.ts';
import { Budgets } from './budgets.ts';
import { PriceTable } from './price-table.ts';

/** A micro-USD for each token, a third of one (nearly) for each second. */
const prices = new PriceTable({
  validFrom: '2026-11-01',
  source: 'a test',
  currency: 'USD',
  prices: [
    { provider: 'openai', model: 'm', unit: 'text-input-token', microUsdPerMillion: 1_000_000 },
    { provider: 'google', model: 's', unit: 'second', microUsdPerMillion: 333_333 },
  ],
});

// 2026-11-23; in Santiago it is 11 o'clock.
const nowMs = Date.UTC(2026, 10, 23, 14);

onEachDatabase('costs', (database) => {
  let tenant: Tenant;
  let callId: string;
  let clock: VirtualClock;
  let recorder: StoredCallRecorder;
  let publisher: EventPublisher;
  let deliveries: KeptDeliveries;
  let flaky: FlakyDatabase;

  beforeEach(() => prepare({}));
  async function prepare(more: Partial<TenantInput>): Promise<void> {
    clock = new VirtualClock(nowMs);
    tenant = await createTenant(database(), more);
    callId = await createClaimedSession(database(), tenant.id);
    await subscribe(database(), tenant, ['budget.warning', 'budget.exceeded']);
    deliveries = new KeptDeliveries();
    publisher = new EventPublisher(deliveries);
    flaky = new FlakyDatabase(database());
    recorder = callRecorder(flaky, { publisher, prices, writes: quickRetries });
    recorder.callStarted({ callId, tenantId: tenant.id, startedAtMs: nowMs });
  }

  const tokens = (amount: number, more: Partial<UsageRecord> = {}): void =>
    recorder.usage({
      callId,
      tenantId: tenant.id,
      atMs: nowMs,
      service: 'realtime',
      provider: 'openai',
      model: 'm',
      amounts: { 'text-input-token': amount },
      ...more,
    });
  const seconds = (amount: number, more: Partial<UsageRecord> = {}): void =>
    tokens(0, {
      service: 'speech-to-text',
      provider: 'google',
      model: 's',
      amounts: { second: amount },
      ...more,
    });
  const costs = () => testDomain(database(), { clock }, { prices }).costs;
  const report = async (query: object = {}) => {
    await recorder.flush();
    return costs().report(platform, { tenant: tenant.slug, ...query });
  };
  const call = async () => {
    await recorder.flush();
    return testDomain(database()).calls.get(platform, callId);
  };
  const told = async (): Promise<[string, unknown][]> =>
    (await deliveries.events(database())).map(({ type, data }) => [type, data['budget']]);

  test('a call costs what was used in it, rounded once', async () => {
    seconds(1);
    seconds(1);
    seconds(1, { turnIndex: 0 });
    // Three times 0.333333 is 0.999999: each of them rounded would be nothing.
    assert.deepEqual((await call()).cost, { currency: 'USD', microUsd: 1, complete: true });
    tokens(41);
    assert.equal((await call()).cost.microUsd, 42);
  });

  test('a turn costs what was used for it', async () => {
    const turn = { interrupted: false, startedAtMs: nowMs, endedAtMs: nowMs, delays: {} };
    const about = { callId, tenantId: tenant.id };
    for (const index of [0, 1, 2]) {
      recorder.turn({ ...about, ...turn, index, role: 'agent', text: 'hola' });
    }
    tokens(30, { turnIndex: 0 });
    tokens(12, { turnIndex: 0 });
    tokens(5);
    tokens(9, { turnIndex: 2, model: 'unheard-of' });
    const { turns, cost } = await call();
    assert.deepEqual(
      turns.map(({ costMicroUsd }) => costMicroUsd),
      [42, null, null],
    );
    assert.deepEqual(cost, { currency: 'USD', microUsd: 47, complete: false });
  });

  test('what has no price is told apart, and makes a call incomplete', async () => {
    tokens(7);
    tokens(100, { model: 'unheard-of' });
    tokens(11, { model: 'unheard-of' });
    const { microUsd, byService, unpriced } = await report();
    assert.equal(microUsd, 7);
    assert.deepEqual(byService, [
      {
        service: 'realtime',
        provider: 'openai',
        model: 'm',
        unit: 'text-input-token',
        quantity: 7,
        microUsd: 7,
      },
    ]);
    assert.deepEqual(unpriced, [
      { provider: 'openai', model: 'unheard-of', unit: 'text-input-token', quantity: 111 },
    ]);
    assert.equal((await call()).cost.complete, false);
  });

  test('a report is of whole days in the time zone of the tenant', async () => {
    // Santiago is three hours behind in November.
    const midnightMs = Date.UTC(2026, 10, 20, 3);
    tokens(1, { atMs: midnightMs - 1 });
    tokens(10, { atMs: midnightMs });
    tokens(100, { atMs: midnightMs + 86_400_000 - 1 });
    tokens(1000, { atMs: midnightMs + 86_400_000 });
    const day = await report({ from: '2026-11-20', to: '2026-11-20' });
    assert.equal(day.microUsd, 110);
    assert.equal(day.calls, 0);
    const month = await report();
    assert.deepEqual(
      [month.from, month.to, month.microUsd, month.calls],
      ['2026-11-01', '2026-11-30', 1111, 1],
    );
    assert.equal((await report({ from: '2026-11-21' })).microUsd, 1000);
    const other = await createTenant(database());
    assert.equal((await costs().report(platform, { tenant: other.slug })).microUsd, 0);
  });

  test('refuses days that are no period', async () => {
    const refuse = (query: object) =>
      assert.rejects(report(query), { code: 'invalid-request', field: 'to' });
    await refuse({ from: '2026-11-21', to: '2026-11-20' });
    await refuse({ from: '2025-01-01', to: '2026-11-20' });
    await assert.rejects(costs().report(platform, {}), { code: 'tenant-required' });
  });

  test('counts once what was stored although the answer of the database was lost', async () => {
    await recorder.flush();
    flaky.loseNextAnswer();
    tokens(42);
    const { microUsd } = await report();
    assert.deepEqual([microUsd, (await call()).cost.microUsd], [42, 42]);
    assert.deepEqual(flaky.faults, [], 'an answer was lost');
    assert.equal(await spent(), '42.000000000000');
  });

  async function spent(): Promise<string | undefined> {
    const row = await database().withTenant(tenant.id, (tx) =>
      tx.db.selectFrom('monthly_spending').select('micro_usd').executeTakeFirst(),
    );
    return row?.micro_usd;
  }

  test('warns once a month, and says once that the budget is exceeded', async () => {
    await prepare({ budget: { monthlyMicroUsd: 100, warnAtPercent: 80 } });
    tokens(79);
    await recorder.flush();
    assert.deepEqual(await told(), []);
    tokens(1);
    await recorder.flush();
    tokens(5);
    await recorder.flush();
    const limits = { monthlyMicroUsd: 100, warnAtPercent: 80 };
    const warning = ['budget.warning', { ...limits, spentMicroUsd: 80, state: 'warned' }];
    assert.deepEqual(await told(), [warning]);
    assert.equal(deliveries.subjects[0], tenant.id, 'in order for the tenant');
    tokens(15);
    await recorder.flush();
    tokens(15);
    await recorder.flush();
    const exceeded = ['budget.exceeded', { ...limits, spentMicroUsd: 100, state: 'exceeded' }];
    assert.deepEqual(await told(), [warning, exceeded]);

    tokens(1000, { atMs: nowMs + 30 * 86_400_000 });
    await recorder.flush();
    assert.deepEqual(
      (await deliveries.eventTypes(database())).slice(2),
      ['budget.warning', 'budget.exceeded'],
      'the next month begins anew',
    );
  });

  test('what is stored together is added up, and told of each month', async () => {
    await prepare({ budget: { monthlyMicroUsd: 100, warnAtPercent: 80 } });
    tokens(79);
    tokens(6);
    tokens(90, { atMs: nowMs + 30 * 86_400_000 });
    await recorder.flush();
    const data = { monthlyMicroUsd: 100, warnAtPercent: 80, state: 'warned' };
    assert.deepEqual(await told(), [
      ['budget.warning', { ...data, spentMicroUsd: 85 }],
      ['budget.warning', { ...data, spentMicroUsd: 90 }],
    ]);
  });

  test('of calls that spend at the same moment one tells', async () => {
    await prepare({ budget: { monthlyMicroUsd: 100, warnAtPercent: 50 } });
    await recorder.flush();
    const others = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const id = await createClaimedSession(database(), tenant.id);
        recorder.callStarted({ callId: id, tenantId: tenant.id, startedAtMs: nowMs });
        return id;
      }),
    );
    for (const id of others) tokens(20, { callId: id });
    await recorder.flush();
    assert.deepEqual(await deliveries.eventTypes(database()), [
      'budget.warning',
      'budget.exceeded',
    ]);
    assert.equal(await spent(), '160.000000000000');
  });

  test('a budget that is lowered below what was spent is told when it is looked at', async () => {
    tokens(90);
    await recorder.flush();
    const budgets = new Budgets({ db: database(), publisher, clock });
    assert.equal(await budgets.stateOf(tenant), null);
    const limited = { ...tenant, budget: { monthlyMicroUsd: 90, warnAtPercent: 100 } };
    const exceeded = {
      monthlyMicroUsd: 90,
      warnAtPercent: 100,
      spentMicroUsd: 90,
      state: 'exceeded',
    };
    assert.deepEqual(await budgets.stateOf(limited), exceeded);
    await budgets.stateOf(limited);
    assert.deepEqual(await told(), [
      ['budget.warning', exceeded],
      ['budget.exceeded', exceeded],
    ]);
    // Half an hour before midnight in Santiago, when it is December in London already.
    clock.advance(Date.UTC(2026, 11, 1, 2, 30) - nowMs);
    assert.equal((await budgets.stateOf(limited))?.state, 'exceeded');
    clock.advance(3_600_000);
    assert.equal((await budgets.stateOf(limited))?.state, 'ok');
  });

  test('a usage of a call that is not there is lost alone', async () => {
    tokens(5, { callId: tenant.id });
    tokens(7);
    assert.equal((await report()).microUsd, 7);
    assert.equal(await spent(), '7.000000000000');
  });
});
