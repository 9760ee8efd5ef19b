import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import type { CallSubject, ToolOutcome } from '../call/ports.ts';
import { onEachDatabase } from '../db/testing/test-database.ts';
import { silentLogger } from '../kernel/logger.ts';
import { noMetrics } from '../kernel/metrics.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { StoredCallActions } from './call-actions.ts';
import { StoredCallRecorder } from './calls/call-recorder.ts';
import { builtInPrices } from './costs/price-table.ts';
import { EventPublisher } from './events/publisher.ts';
import { OrderedWrites } from './ordered-writes.ts';
import type { Tenant } from './tenants/schema.ts';
import { toProfile } from './tenants/schema.ts';
import {
  createClaimedSession,
  createTenant,
  newPhoneNumber,
  platform,
} from './testing/fixtures.ts';
import { FlakyDatabase, quickRetries } from './testing/flaky-database.ts';
import { KeptDeliveries } from './testing/outbox.ts';
import { subscribe, testDomain } from './testing/test-domain.ts';

// 2026-11-23 is a Monday; in Santiago it is 11 o'clock.
const nowMs = Date.UTC(2026, 10, 23, 14);
const monday = 'Monday 2026-11-23T11:00';

onEachDatabase('what agents do', (database) => {
  let tenant: Tenant;
  let clock: VirtualClock;
  let call: CallSubject;
  let actions: StoredCallActions;
  let recorder: StoredCallRecorder;
  let deliveries: KeptDeliveries;
  let flaky: FlakyDatabase;
  let lost: number;

  before(async () => {
    tenant = await createTenant(database(), { escalationNumber: newPhoneNumber() });
    await subscribe(database(), tenant, [
      'call.started',
      'call.escalated',
      'callback.requested',
      'contact.opted_out',
    ]);
  });
  beforeEach(async () => {
    clock = new VirtualClock(nowMs);
    lost = 0;
    deliveries = new KeptDeliveries();
    flaky = new FlakyDatabase(database());
    const logger = { ...silentLogger, error: () => void (lost += 1) };
    const writes = new OrderedWrites(
      { db: flaky, publisher: new EventPublisher(deliveries), metrics: noMetrics, logger },
      quickRetries,
    );
    actions = new StoredCallActions({ writes, clock, logger });
    recorder = new StoredCallRecorder({ writes, prices: builtInPrices, logger });
    const callId = await createClaimedSession(database(), tenant.id);
    call = { callId, tenant: toProfile(tenant), direction: 'inbound', from: newPhoneNumber() };
    recorder.callStarted({ callId, tenantId: tenant.id, startedAtMs: nowMs });
  });

  const schedule = (request: { at?: string; phoneNumber?: string; reason?: string }) =>
    actions.scheduleCallback(call, request);
  const result = (outcome: ToolOutcome): unknown => {
    assert.ok(outcome.ok);
    return outcome.result;
  };
  const callbacks = async () => {
    const page = { after: undefined, limit: 200 };
    const all = await testDomain(database()).callbacks.list(
      platform,
      { tenant: tenant.slug },
      page,
    );
    return all.filter(({ callId }) => callId === call.callId);
  };
  const told = () => deliveries.events(database());

  test('notes a callback at the time that the clock of the company shows', async () => {
    const outcome = await schedule({ at: '2026-11-24T09:30', reason: 'Prueba de manejo\0' });
    assert.deepEqual(result(outcome), {
      ok: true,
      phone_number: call.from,
      at: 'Tuesday 2026-11-24T09:30',
    });
    const [callback] = await callbacks();
    assert.deepEqual(
      [callback?.phoneNumber, callback?.dueAt, callback?.reason, callback?.status],
      [call.from, '2026-11-24T12:30:00.000Z', 'Prueba de manejo', 'open'],
    );
    const events = await told();
    assert.deepEqual(
      events.map(({ type }) => type),
      ['call.started', 'callback.requested'],
    );
    assert.deepEqual(events[1]?.data['callback'], callback);
    assert.deepEqual([...new Set(deliveries.subjects)], [call.callId]);
  });

  test('without a time it is as soon as possible', async () => {
    const outcome = await schedule({});
    assert.equal((result(outcome) as { at: string }).at, 'as soon as possible');
    assert.equal((await callbacks())[0]?.dueAt, '2026-11-23T14:00:00.000Z');
  });

  test('understands an offset, a space for the T, and a number in groups', async () => {
    await schedule({ at: '2026-11-24T09:30-05:00', phoneNumber: '+56 9 (1234) 5678' });
    await schedule({ at: '2026-11-25 10:00' });
    assert.deepEqual(
      (await callbacks()).map(({ dueAt, phoneNumber }) => [dueAt, phoneNumber]),
      [
        ['2026-11-24T14:30:00.000Z', '+56912345678'],
        ['2026-11-25T13:00:00.000Z', call.from],
      ],
    );
  });

  test('tells the model what is wrong with a time, and what time it is', async () => {
    const wrong: [string, string][] = [
      ['mañana a las tres', 'time-not-understood'],
      ['2026-11-24', 'time-not-understood'],
      ['2026-13-40T10:00', 'time-not-understood'],
      ['', 'time-not-understood'],
      ['2026-11-23T10:57', 'time-in-the-past'],
      ['1999-01-01T10:00', 'time-in-the-past'],
      ['2027-02-21T11:01', 'time-too-far-ahead'],
    ];
    for (const [at, error] of wrong) {
      assert.deepEqual(result(await schedule({ at })), { error, now: monday }, at);
    }
    assert.deepEqual(await callbacks(), []);
    for (const at of ['2026-11-23T10:59', '2027-02-21T11:00']) {
      assert.equal((result(await schedule({ at })) as { ok: boolean }).ok, true, at);
    }
  });

  test('refuses a number that is none, and knows when there is none', async () => {
    for (const phoneNumber of ['912345678', '+1', 'mi celular', '+56 9 1234 5678 9012']) {
      assert.deepEqual(result(await schedule({ phoneNumber })), { error: 'phone-number-invalid' });
    }
    const { from: _withheld, ...withheld } = call;
    call = withheld;
    assert.deepEqual(result(await schedule({})), { error: 'number-withheld' });
    assert.deepEqual(result(await actions.optOut(call, {})), { error: 'number-withheld' });
    assert.equal(
      (result(await schedule({ phoneNumber: '+56912345678' })) as { ok: boolean }).ok,
      true,
    );
  });

  test('who thinks better of it is called once, at the time that was said last', async () => {
    await schedule({ at: '2026-11-24T09:30', reason: 'a' });
    await schedule({ at: '2026-11-25T09:30', reason: 'b' });
    await schedule({ at: '2026-11-25T09:30', reason: 'b' });
    const [callback, ...more] = await callbacks();
    assert.deepEqual([callback?.dueAt, callback?.reason], ['2026-11-25T12:30:00.000Z', 'b']);
    assert.deepEqual(more, []);
    const types = await deliveries.eventTypes(database());
    assert.equal(types.filter((type) => type === 'callback.requested').length, 2, 'news only');

    await testDomain(database()).callbacks.update(platform, callback?.id ?? '', { status: 'done' });
    await schedule({ at: '2026-11-26T09:30' });
    assert.equal((await callbacks()).length, 2, 'what is done stays done');
  });

  test('tells nothing twice when the answer of the database was lost', async () => {
    await recorder.flush();
    flaky.loseNextAnswer();
    assert.equal((result(await schedule({})) as { ok: boolean }).ok, true);
    flaky.loseNextAnswer();
    assert.deepEqual(result(await actions.optOut(call, {})), { ok: true });
    flaky.loseNextAnswer();
    actions.escalated(call, {});
    await recorder.flush();
    assert.deepEqual(await deliveries.eventTypes(database()), [
      'call.started',
      'callback.requested',
      'contact.opted_out',
      'call.escalated',
    ]);
    assert.equal((await callbacks()).length, 1);
  });

  test('puts the other side on the list of those who are not called', async () => {
    const list = testDomain(database()).doNotCall;
    const outcome = await actions.optOut(call, { reason: 'no quiere llamadas' });
    assert.deepEqual(result(outcome), { ok: true });
    assert.equal(await list.isListed(tenant.id, call.from ?? ''), true);
    const [, event] = await told();
    assert.equal(event?.type, 'contact.opted_out');
    const { tenant: about, ...data } = event.data;
    assert.deepEqual((about as { slug: string }).slug, tenant.slug);
    assert.deepEqual(data, {
      phoneNumber: call.from,
      callId: call.callId,
      reason: 'no quiere llamadas',
    });
    await actions.optOut(call, {});
    assert.equal(deliveries.kept.length, 2, 'who is on the list already is no news');

    const to = newPhoneNumber();
    await actions.optOut({ ...call, direction: 'outbound', to }, {});
    assert.equal(await list.isListed(tenant.id, to), true);
  });

  test('tells of an escalation in its place among the events of the call', async () => {
    actions.escalated(call, { reason: 'pide una persona', summary: 'Quiere un SUV.' });
    recorder.callEnded({
      callId: call.callId,
      tenantId: tenant.id,
      endedAtMs: nowMs + 1000,
      reason: 'transferred',
      framesReceived: 0,
      framesLost: 0,
      framesSent: 0,
    });
    await recorder.flush();
    const [, event] = await told();
    assert.equal(event?.type, 'call.escalated');
    assert.deepEqual(event.data['escalation'], {
      reason: 'pide una persona',
      summary: 'Quiere un SUV.',
      phoneNumber: tenant.escalationNumber,
    });
    assert.equal((event.data['call'] as { id: string }).id, call.callId);
  });

  test('lets nobody on the phone wait for a database that is away', async () => {
    flaky.isAway = true;
    const waiting = schedule({});
    clock.advance(4999);
    const still = Symbol('still waiting');
    assert.equal(await Promise.race([waiting, Promise.resolve(still)]), still);
    clock.advance(1);
    assert.deepEqual(await waiting, { ok: false, reason: 'late' });
  });

  test('says that it failed when it can never be written', async () => {
    await recorder.flush();
    const nowhere = { ...call, callId: tenant.id };
    assert.deepEqual(await actions.scheduleCallback(nowhere, {}), { ok: false, reason: 'failed' });
    assert.equal(lost, 1);
  });
});
