import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { Database, type TenantDb } from '../../db/database.ts';
import {
  onEachDatabaseBehindProxy,
  type DatabaseBehindProxy,
} from '../../db/testing/database-behind-proxy.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { EventPublisher } from '../events/publisher.ts';
import { callRecorder, createClaimedSession, createTenant, platform } from '../testing/fixtures.ts';
import { quickRetries } from '../testing/flaky-database.ts';
import { KeptDeliveries } from '../testing/outbox.ts';
import { subscribe, testDomain } from '../testing/test-domain.ts';

describe('a database that goes away in the middle of a call', () => {
  onEachDatabaseBehindProxy(survives);
});

async function survives(reached: DatabaseBehindProxy): Promise<void> {
  await using undo = new AsyncDisposableStack();
  undo.use(reached);
  const { proxy, options } = reached;
  undo.defer(() => proxy.cut());
  const db = await Database.open(options, silentLogger);
  undo.defer(() => db.close());
  const tenant = await createTenant(db);
  await subscribe(db, tenant, ['call.started', 'call.turn', 'call.completed']);
  const callId = await createClaimedSession(db, tenant.id);
  const about = { callId, tenantId: tenant.id };

  const { promise: isInTransaction, resolve: inTransaction } = Promise.withResolvers<void>();
  const { promise: isCut, resolve: cut } = Promise.withResolvers<void>();
  const { promise: wasRefused, resolve: refused } = Promise.withResolvers<void>();
  let attempts = 0;
  /** Holds the first transaction until the database has gone, and counts what is tried then. */
  const watched = async <T>(id: string, work: (tx: TenantDb) => Promise<T>): Promise<T> => {
    attempts += 1;
    if (attempts === 5) refused();
    return db.withTenant(id, async (tx) => {
      inTransaction();
      await isCut;
      return work(tx);
    });
  };
  const deliveries = new KeptDeliveries();
  let lost = 0;
  const recorder = callRecorder(
    { withTenant: watched },
    {
      publisher: new EventPublisher(deliveries),
      logger: { ...silentLogger, error: () => void (lost += 1) },
      writes: quickRetries,
    },
  );
  const turn = (index: number): void =>
    recorder.turn({
      ...about,
      index,
      role: 'caller',
      text: `frase ${String(index)}`,
      interrupted: false,
      startedAtMs: 2000,
      endedAtMs: 3000,
      delays: {},
    });

  recorder.callStarted({ ...about, startedAtMs: 1000 });
  await isInTransaction;
  await proxy.cut();
  cut();
  turn(0);
  turn(1);
  await wasRefused;
  recorder.callEnded({
    ...about,
    endedAtMs: 9000,
    reason: 'caller-hung-up',
    framesReceived: 1,
    framesLost: 0,
    framesSent: 1,
  });
  await proxy.mend();
  await recorder.written(callId);

  const call = await testDomain(db).calls.get(platform, callId);
  assert.deepEqual([call.status, lost], ['completed', 0]);
  assert.deepEqual(
    call.turns.map(({ text }) => text),
    ['frase 0', 'frase 1'],
  );
  assert.deepEqual(await deliveries.eventTypes(db), [
    'call.started',
    'call.turn',
    'call.turn',
    'call.completed',
  ]);
}
