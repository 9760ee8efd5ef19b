import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Database } from '../../db/database.ts';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { EventPublisher } from '../events/publisher.ts';
import type { Tenant } from '../tenants/schema.ts';
import { callRecorder, createClaimedSession, createTenant, platform } from '../testing/fixtures.ts';
import { KeptDeliveries } from '../testing/outbox.ts';
import { subscribe, testDomain } from '../testing/test-domain.ts';
import { CallLeases } from './call-leases.ts';

const openAiCallId = 'rtc_1';
const everyMs = 10_000;
const leaseMs = 45_000;
const watchMs = 90_000;
const never = new Promise<never>(() => undefined);

onEachDatabase('calls that a process left behind', (database) => {
  let tenant: Tenant;
  let callId: string;
  let deliveries: KeptDeliveries;

  before(async () => {
    tenant = await createTenant(database());
    await subscribe(database(), tenant, ['call.started', 'call.completed', 'call.failed']);
  });
  beforeEach(async () => {
    callId = await createClaimedSession(database(), tenant.id);
    deliveries = new KeptDeliveries();
    await database().withSystem((tx) => tx.db.deleteFrom('call_leases').execute());
  });

  /** A process that has its own way to the database. */
  function startProcess(hangUp: 'cannot' | (() => Promise<void>) = () => Promise.resolve()) {
    const clock = new VirtualClock(Date.now());
    const recorder = callRecorder(database(), { publisher: new EventPublisher(deliveries) });
    const hungUp: string[][] = [];
    const network = { isDown: false };
    const withSystem: Database['withSystem'] = (work) =>
      network.isDown ? Promise.reject(new Error('away')) : database().withSystem(work);
    const leases = new CallLeases({
      db: { withSystem },
      recorder,
      hangUp:
        hangUp === 'cannot'
          ? undefined
          : (...ids) => {
              hungUp.push(ids);
              return hangUp();
            },
      clock,
      logger: silentLogger,
    });
    /** Looks as it does by itself. */
    const look = async (forMs = everyMs): Promise<void> => {
      for (let passedMs = 0; passedMs < forMs; passedMs += everyMs) {
        clock.advance(everyMs);
        await leases.check();
      }
    };
    return { clock, hungUp, leases, look, network, recorder };
  }

  /** One that has seen the database for long enough. */
  async function startWatcher(...more: Parameters<typeof startProcess>) {
    const watcher = startProcess(...more);
    await watcher.look(watchMs + everyMs);
    return watcher;
  }

  const ours = () => ({ callId, tenantId: tenant.id });
  const stored = () => testDomain(database()).calls.get(platform, callId);

  /** A process that answers a call over SIP, and dies some time later. */
  async function startCall() {
    const owner = startProcess();
    owner.recorder.callStarted({ ...ours(), startedAtMs: Date.now() });
    owner.leases.hold({ ...ours(), openAiCallId }, never);
    await owner.leases.check();
    await owner.recorder.flush();
    return owner;
  }

  async function age(byMs: number): Promise<void> {
    await database().withSystem((tx) =>
      tx.db
        .updateTable('call_leases')
        .set({ live_at: sql<Date>`live_at - make_interval(secs => ${byMs / 1000})` })
        .where('call_id', '=', callId)
        .execute(),
    );
  }

  async function isLeased(): Promise<boolean> {
    const rows = await database().withSystem((tx) =>
      tx.db.selectFrom('call_leases').select('call_id').where('call_id', '=', callId).execute(),
    );
    return rows.length > 0;
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    const patience = AbortSignal.timeout(20_000);
    while (!(await condition())) patience.throwIfAborted();
  }

  test('are ended once, whoever looks: the line is hung up, the record closed and told', async () => {
    const owner = await startCall();
    owner.recorder.usage({
      ...ours(),
      atMs: Date.now(),
      service: 'realtime',
      provider: 'openai',
      model: 'gpt-realtime-2.1',
      amounts: { 'audio-input-token': 1000 },
    });
    await owner.recorder.flush();
    const watchers = [await startWatcher(), await startWatcher()];
    assert.equal((await stored()).status, 'in-progress');

    await age(leaseMs);
    await Promise.all(watchers.map(({ look }) => look()));
    for (const { recorder } of watchers) await recorder.flush();
    assert.deepEqual(
      watchers.flatMap(({ hungUp }) => hungUp),
      [[openAiCallId, callId]],
    );
    const { status, endReason, cost } = await stored();
    assert.deepEqual([status, endReason], ['failed', 'connection-lost']);
    assert.ok(cost.microUsd > 0);
    for (const { look } of watchers) await look();
    assert.equal(await isLeased(), false);

    // It was not dead after all: what it tells of the end is not told again.
    const frames = { framesReceived: 0, framesLost: 0, framesSent: 0 };
    owner.recorder.callEnded({ ...ours(), endedAtMs: Date.now(), reason: 'drained', ...frames });
    await owner.recorder.flush();
    assert.equal((await stored()).endReason, 'connection-lost');
    assert.deepEqual(await deliveries.eventTypes(database()), ['call.started', 'call.failed']);
  });

  test('are not those of which their process goes on to tell', async () => {
    const owner = await startCall();
    const watcher = await startWatcher();
    for (let i = 0; i < 3; i += 1) {
      await age(leaseMs - 5000);
      await watcher.look();
      await owner.look();
    }
    assert.deepEqual(watcher.hungUp, []);
    assert.equal((await stored()).status, 'in-progress');
  });

  test('are not those of which nobody could tell, because the database was away', async () => {
    const owner = await startCall();
    const watcher = await startWatcher();
    for (const { network, look } of [watcher, owner]) {
      network.isDown = true;
      await look(60_000);
      network.isDown = false;
    }
    await age(60_000);
    await watcher.look(watchMs);
    assert.equal((await stored()).status, 'in-progress', 'its process may be a moment later');
    await owner.look();
    await watcher.look(watchMs);
    assert.deepEqual(watcher.hungUp, []);
  });

  test('are left alone by a process that has begun this moment', async () => {
    await startCall();
    await age(leaseMs);
    const beginner = startProcess();
    await beginner.look(watchMs);
    assert.deepEqual(beginner.hungUp, []);
    await beginner.look();
    assert.deepEqual(beginner.hungUp, [[openAiCallId, callId]]);
  });

  test('are left alone by a process that has hung: so may have theirs', async () => {
    const watcher = await startWatcher();
    await startCall();
    await age(leaseMs);
    watcher.clock.advance(2 * everyMs);
    await watcher.look();
    assert.deepEqual(watcher.hungUp, []);
  });

  test('have a record also when it was never begun', async () => {
    const owner = startProcess();
    owner.leases.hold(ours(), never);
    await until(isLeased);
    const watcher = await startWatcher();
    await age(leaseMs);
    await watcher.look();
    await watcher.recorder.flush();
    assert.deepEqual(watcher.hungUp, [], 'there is no line but that of a media stream');
    assert.equal((await stored()).endReason, 'connection-lost');
    assert.deepEqual(await deliveries.eventTypes(database()), ['call.started', 'call.failed']);
  });

  test('are left by a process that cannot hang up to one that can', async () => {
    await startCall();
    const [unable, able] = [await startWatcher('cannot'), await startWatcher()];
    await age(leaseMs);
    await unable.look();
    assert.equal(unable.leases.isHolding, false);
    await able.look();
    assert.deepEqual(able.hungUp, [[openAiCallId, callId]]);
  });

  test('are left behind again by a process that dies before they are hung up', async () => {
    await startCall();
    const first = await startWatcher(() => never);
    await age(leaseMs);
    await first.look();
    await first.recorder.flush();
    const second = await startWatcher();
    assert.equal(first.leases.isHolding, true);
    await age(leaseMs - 5000);
    await first.look();
    await second.look();
    assert.deepEqual(second.hungUp, [], 'the first one is at it');
    await age(leaseMs);
    await second.look();
    await second.recorder.flush();
    assert.deepEqual(second.hungUp, [[openAiCallId, callId]]);
    assert.deepEqual(await deliveries.eventTypes(database()), ['call.started', 'call.failed']);
  });

  test('are all there are for a process that is alone, but for its own', async () => {
    await startCall();
    const [left, own] = [callId, await createClaimedSession(database(), tenant.id)];
    const alone = startProcess();
    alone.recorder.callStarted({ callId: own, tenantId: tenant.id, startedAtMs: Date.now() });
    await alone.recorder.flush();
    alone.leases.hold({ callId: own, tenantId: tenant.id, openAiCallId: 'rtc_2' }, never);
    alone.leases.start({ isAlone: true });
    await until(async () => (await stored()).status === 'failed');
    await alone.leases.close();
    assert.deepEqual(alone.hungUp, [[openAiCallId, left]]);
    callId = own;
    assert.equal((await stored()).status, 'in-progress');
  });

  test('are not those that nobody has told of: they ring, or another version has them', async () => {
    const recorder = callRecorder(database());
    recorder.callStarted({ ...ours(), startedAtMs: Date.now() - 600_000 });
    await recorder.flush();
    const watcher = await startWatcher();
    await watcher.look(watchMs);
    assert.equal((await stored()).status, 'in-progress');
  });

  test('are not those that are over; the end of the process tells so', async () => {
    const owner = startProcess();
    const { promise: ended, reject: end } = Promise.withResolvers<void>();
    owner.leases.hold(ours(), ended);
    await until(isLeased);
    await owner.look();
    assert.deepEqual([owner.leases.isHolding, await isLeased()], [true, true]);
    end(new Error('it could not be answered'));
    await until(() => Promise.resolve(!owner.leases.isHolding));
    await owner.leases.close();
    assert.equal(await isLeased(), false);
  });
});

describe('telling which calls there are', () => {
  const about = { callId: 'call-1', tenantId: 'tenant-1' };

  function start() {
    const clock = new VirtualClock();
    const { promise: isWritten, resolve: written } = Promise.withResolvers<void>();
    let looks = 0;
    const leases = new CallLeases({
      db: {
        withSystem: () => {
          looks += 1;
          return never;
        },
      },
      recorder: { callStarted() {}, callEnded() {}, written: () => isWritten },
      hangUp: () => Promise.resolve(),
      clock,
      logger: silentLogger,
    });
    return { clock, leases, written, looks: () => looks };
  }

  test('goes on over another connection while a database hangs, and does not use up all of them', async () => {
    const { clock, leases, looks } = start();
    leases.start({ isAlone: false });
    await clock.advanceAsync(everyMs - 1);
    assert.equal(looks(), 0);
    await clock.advanceAsync(1);
    assert.equal(looks(), 1);
    await clock.advanceAsync(everyMs);
    assert.equal(looks(), 2);
    await clock.advanceAsync(10 * everyMs);
    assert.equal(looks(), 2);
  });

  test('goes on until the record of a call is written', async () => {
    const { clock, leases, written } = start();
    leases.hold(about, Promise.resolve());
    await clock.advanceAsync(0);
    assert.equal(leases.isHolding, true);
    written();
    await clock.advanceAsync(0);
    assert.equal(leases.isHolding, false);
  });

  test('does not hold up the end of the process when the database is away', async () => {
    const { clock, leases } = start();
    leases.start({ isAlone: false });
    let isClosed = false;
    void leases.close().then(() => (isClosed = true));
    await clock.advanceAsync(4999);
    assert.equal(isClosed, false);
    await clock.advanceAsync(1);
    assert.deepEqual([isClosed, clock.pendingTimers], [true, 0]);
  });
});
