import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import type { TurnRecord } from '../../call/ports.ts';
import type { Database, TenantDb } from '../../db/database.ts';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { EventPublisher } from '../events/publisher.ts';
import { findEvent } from '../events/repository.ts';
import type { Delivery } from '../events/schema.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { Tenant } from '../tenants/schema.ts';
import { Tenants } from '../tenants/tenants.ts';
import {
  callRecorder,
  createClaimedSession,
  createTenant,
  notLive,
  platform,
} from '../testing/fixtures.ts';
import { Sealer } from '../webhooks/sealer.ts';
import type { StoredCallRecorder } from './call-recorder.ts';
import { Calls } from './calls.ts';

/** What a transaction meets: `before` it anything was sent, or `after` it was committed. */
type Fault = { readonly when: 'before' | 'after'; readonly error: Error };

const lostConnection = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const shuttingDown = Object.assign(new Error('shutting down'), { code: '57P01' });

onEachDatabase('the recorder of calls', (database) => {
  let tenant: Tenant;
  let callId: string;
  let faults: Fault[];
  let delivered: Delivery[];
  let subjects: string[];
  let failures: number;
  let attempts: number;
  let recorder: StoredCallRecorder;

  const flaky: Pick<Database, 'withTenant'> = {
    async withTenant<T>(tenantId: string, work: (tx: TenantDb) => Promise<T>): Promise<T> {
      attempts += 1;
      const fault = faults.shift();
      if (fault?.when === 'before') throw fault.error;
      const result = await database().withTenant(tenantId, work);
      if (fault !== undefined) throw fault.error;
      return result;
    },
  };

  before(async () => {
    tenant = await createTenant(database());
    await new Subscriptions({
      db: database(),
      tenants: new Tenants(database()),
      sealer: new Sealer(Buffer.alloc(32)),
      policy: { allowLoopback: true },
    }).create(platform, {
      url: 'http://127.0.0.1/',
      events: ['call.started', 'call.turn', 'call.completed', 'call.failed'],
      tenant: tenant.slug,
    });
  });
  beforeEach(async () => {
    callId = await createClaimedSession(database(), tenant.id);
    [faults, delivered, subjects, failures, attempts] = [[], [], [], 0, 0];
    const publisher = new EventPublisher({
      enqueue: (_tx, subject, deliveries) => {
        delivered.push(...deliveries);
        subjects.push(...deliveries.map(() => subject));
        return Promise.resolve();
      },
      wake() {},
    });
    const logger = { ...silentLogger, error: () => void (failures += 1) };
    recorder = callRecorder(flaky, {
      publisher,
      logger,
      writes: { firstDelayMs: 1, maxDelayMs: 2, maxRetries: 5 },
    });
  });

  const start = (): void =>
    recorder.callStarted({ callId, tenantId: tenant.id, startedAtMs: 1000 });
  const turn = (index: number, more: Partial<TurnRecord> = {}): void =>
    recorder.turn({
      callId,
      tenantId: tenant.id,
      index,
      role: 'caller',
      text: `frase ${String(index)}`,
      interrupted: false,
      startedAtMs: 2000,
      endedAtMs: 3000,
      delays: {},
      ...more,
    });
  const end = (): void =>
    recorder.callEnded({
      callId,
      tenantId: tenant.id,
      endedAtMs: 9000,
      reason: 'agent-hung-up',
      framesReceived: 1,
      framesLost: 0,
      framesSent: 1,
    });
  const stored = () =>
    new Calls(database(), new Tenants(database()), notLive).get(platform, callId);
  const told = async (): Promise<(string | undefined)[]> =>
    Promise.all(
      delivered.map(async ({ eventId }) => {
        const event = await database().withTenant(tenant.id, (tx) => findEvent(tx, eventId));
        return event?.type;
      }),
    );

  test('returns at once and stores in order, together with the events', async () => {
    start();
    for (let index = 0; index < 5; index += 1) turn(index);
    end();
    assert.equal(delivered.length, 0, 'nothing was waited for');
    await recorder.flush();
    const call = await stored();
    assert.equal(call.status, 'completed');
    assert.deepEqual(
      call.turns.map(({ text }) => text),
      ['frase 0', 'frase 1', 'frase 2', 'frase 3', 'frase 4'],
    );
    assert.deepEqual(await told(), [
      'call.started',
      ...Array.from({ length: 5 }, () => 'call.turn'),
      'call.completed',
    ]);
  });

  test('keeps the order while the database is away', async () => {
    faults = [lostConnection, shuttingDown, lostConnection].map((error) => ({
      when: 'before',
      error,
    }));
    start();
    turn(0);
    end();
    await recorder.flush();
    assert.deepEqual(await told(), ['call.started', 'call.turn', 'call.completed']);
    assert.equal(failures, 0);
  });

  test('tells nothing twice when a commit succeeded although its answer was lost', async () => {
    faults = [{ when: 'after', error: lostConnection }];
    start();
    await recorder.flush();
    faults = [{ when: 'after', error: lostConnection }];
    turn(0);
    await recorder.flush();
    faults = [{ when: 'after', error: lostConnection }];
    end();
    await recorder.flush();
    assert.equal(attempts, 6);
    assert.deepEqual(await told(), ['call.started', 'call.turn', 'call.completed']);
  });

  test('gives a write up when it can never succeed, and goes on with the next', async () => {
    start();
    turn(-1);
    turn(0);
    end();
    await recorder.flush();
    assert.equal(failures, 1);
    assert.equal(attempts, 5, 'the start; all others together, and then each by itself');
    assert.deepEqual(
      (await stored()).turns.map(({ index }) => index),
      [0],
    );
    assert.equal((await stored()).status, 'completed');
  });

  test('gives a write up when the database stays away', async () => {
    start();
    await recorder.flush();
    // Both together as often as one is tried, and then the first of them as often again.
    faults = Array.from({ length: 12 }, () => ({ when: 'before', error: lostConnection }));
    turn(0);
    turn(1);
    await recorder.flush();
    assert.equal(failures, 1);
    assert.deepEqual(
      (await stored()).turns.map(({ index }) => index),
      [1],
    );
  });

  test('a call ends once', async () => {
    start();
    end();
    recorder.callEnded({
      callId,
      tenantId: tenant.id,
      endedAtMs: 99_000,
      reason: 'connection-lost',
      framesReceived: 0,
      framesLost: 0,
      framesSent: 0,
    });
    await recorder.flush();
    assert.equal((await stored()).endReason, 'agent-hung-up');
    assert.deepEqual(await told(), ['call.started', 'call.completed']);
  });

  test('another call does not wait for one whose database is away', async () => {
    const other = await createClaimedSession(database(), tenant.id);
    faults = [{ when: 'before', error: lostConnection }];
    start();
    recorder.callStarted({ callId: other, tenantId: tenant.id, startedAtMs: 1000 });
    await recorder.flush();
    assert.deepEqual(subjects, [other, callId]);
  });
});
