import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantDb } from '../db/database.ts';
import { DomainError } from './errors.ts';
import { newId } from './identifiers.ts';
import { silentLogger } from '../kernel/logger.ts';
import { noMetrics } from '../kernel/metrics.ts';
import {
  BulkWork,
  OrderedWrites,
  type OrderedWrite,
  type OrderedWriteOptions,
} from './ordered-writes.ts';
import { silentPublisher } from './testing/outbox.ts';

const tenantId = newId();

/** A database that notes what is written in which transaction, and takes nothing of a bad one. */
function rig(options: OrderedWriteOptions = {}) {
  const transactions: string[][] = [];
  const open = new Map<TenantDb, string[]>();
  const withTenant = async <T>(_id: string, work: (tx: TenantDb) => Promise<T>): Promise<T> => {
    const tx = { scope: 'tenant', tenantId } as TenantDb;
    const written: string[] = [];
    open.set(tx, written);
    const result = await work(tx);
    transactions.push(written);
    return result;
  };
  const lost: string[] = [];
  const stored: string[] = [];
  const counted: (string | undefined)[] = [];
  const logged: string[] = [];
  const writes = new OrderedWrites(
    {
      db: { withTenant },
      publisher: silentPublisher,
      metrics: {
        ...noMetrics,
        count: (name, labels) => counted.push(`${name} ${labels?.['reason']}`),
      },
      logger: { ...silentLogger, error: (_fields, message) => logged.push(message) },
    },
    { firstDelayMs: 1, ...options },
  );
  const add = (name: string, more: Partial<OrderedWrite> = {}): boolean =>
    writes.add({
      subject: 'call',
      tenantId,
      work: (tx) => {
        open.get(tx)?.push(name);
        return Promise.resolve(undefined);
      },
      onStored: () => stored.push(name),
      onLost: () => lost.push(name),
      ...more,
    });
  const bulk = (kind: string) => {
    const storeAll = (tx: TenantDb, items: readonly string[]) => {
      open.get(tx)?.push(`${kind}: ${items.join(', ')}`);
      return Promise.resolve(undefined);
    };
    return (item: string, subject: string) =>
      add(item, { subject, patienceMs: 60_000, work: BulkWork.of(storeAll, item) });
  };
  return { transactions, lost, stored, counted, logged, writes, add, bulk };
}

/** Until everything that is ready has run, of real time nothing. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const gone = Object.assign(new Error('gone'), { code: '57P01' });
const refused = Object.assign(new Error('a broken rule'), { code: '23505' });

test('patient writes about a subject share a transaction, in their order', async () => {
  const { add, transactions, stored, writes } = rig();
  for (const name of ['turn', 'usage', 'turn 2']) add(name, { patienceMs: 60_000 });
  await Promise.resolve();
  assert.deepEqual(transactions, []);
  await writes.flush();
  assert.deepEqual(transactions, [['turn', 'usage', 'turn 2']]);
  assert.deepEqual(stored, ['turn', 'usage', 'turn 2']);
});

test('a write that somebody waits for takes the patient ones before it along at once', async () => {
  const { add, transactions } = rig();
  add('turn', { patienceMs: 60_000 });
  await new Promise<void>((onStored) => add('end', { onStored }));
  assert.deepEqual(transactions, [['turn', 'end']]);
});

test('the least patient write takes the others along when its time has come', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { add, transactions } = rig();
  add('usage', { patienceMs: 10_000 });
  const stored = new Promise<void>((onStored) => add('turn', { patienceMs: 1000, onStored }));
  add('usage 2', { patienceMs: 10_000 });
  await Promise.resolve();
  t.mock.timers.tick(999);
  assert.deepEqual(transactions, []);
  t.mock.timers.tick(1);
  await stored;
  assert.deepEqual(transactions, [['usage', 'turn', 'usage 2']]);
});

test('what waits about the tenant’s other subjects goes along, another tenant’s does not', async () => {
  const { add, transactions, stored, writes } = rig();
  add('turn', { subject: 'call 1', patienceMs: 60_000 });
  add('usage', { subject: 'call 1', patienceMs: 60_000 });
  add('turn of 2', { subject: 'call 2', patienceMs: 60_000 });
  add('stranger', { subject: 'call 3', tenantId: newId(), patienceMs: 60_000 });
  await new Promise<void>((onStored) => add('end of 4', { subject: 'call 4', onStored }));
  assert.deepEqual(transactions, [['end of 4', 'turn', 'usage', 'turn of 2']]);
  await writes.flush();
  assert.deepEqual(transactions.slice(1), [['stranger']]);
  assert.deepEqual(stored, ['turn', 'usage', 'turn of 2', 'stranger']);
});

test('work of one kind is done in one go for all subjects, each subject’s in its order', async () => {
  const { add, bulk, stored, transactions } = rig();
  const turn = bulk('turns');
  const usage = bulk('usages');
  turn('a1', 'a');
  turn('a2', 'a');
  usage('a3', 'a');
  turn('a4', 'a');
  usage('b1', 'b');
  turn('b2', 'b');
  turn('c1', 'c');
  add('end of c', { subject: 'c', patienceMs: 60_000 });
  turn('c2', 'c');
  await new Promise<void>((onStored) => add('end of d', { subject: 'd', onStored }));
  assert.deepEqual(transactions, [
    ['end of d', 'turns: a1, a2, c1', 'usages: a3, b1', 'turns: a4, b2', 'end of c', 'turns: c2'],
  ]);
  assert.deepEqual(stored, ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1', 'end of c', 'c2']);
});

test('no statement gets more than it can take', async () => {
  const { add, bulk, transactions } = rig();
  const turn = bulk('turns');
  for (let i = 0; i < 1001; i += 1) turn('x', i % 2 === 0 ? 'a' : 'b');
  await new Promise<void>((onStored) => add('end', { subject: 'c', onStored }));
  assert.deepEqual(
    transactions[0]?.map((line) => line.split(',').length),
    [1, 500, 500, 1],
  );
});

test('what comes for a subject that was taken along is stored after it', async () => {
  const { add, transactions, writes } = rig();
  const { promise: written, resolve: write } = Promise.withResolvers<undefined>();
  add('turn', { subject: 'call 1', patienceMs: 60_000 });
  add('slow', { subject: 'call 2', work: () => written });
  await Promise.resolve();
  add('turn 2', { subject: 'call 1' });
  await Promise.resolve();
  assert.deepEqual(transactions, []);
  write(undefined);
  await writes.flush();
  assert.deepEqual(transactions, [['turn'], ['turn 2']]);
});

test('subjects that were to be stored together do not wait for the one that cannot be', async () => {
  const { add, transactions, writes } = rig();
  const { promise: back, resolve: comesBack } = Promise.withResolvers<undefined>();
  let tries = 0;
  const away = (): Promise<undefined> => {
    tries += 1;
    return tries < 3 ? Promise.reject(gone) : back;
  };
  add('turn', { subject: 'call 1', patienceMs: 60_000 });
  const stored = new Promise<void>((onStored) =>
    add('turn of 2', { subject: 'call 2', patienceMs: 60_000, onStored }),
  );
  add('bad', { subject: 'call 3', work: away });
  await stored;
  assert.deepEqual(transactions, [['turn'], ['turn of 2']]);
  comesBack(undefined);
  await writes.flush();
});

test('one that can never be stored is lost alone, and takes no other subject with it', async () => {
  const { add, lost, stored, writes } = rig();
  add('turn', { subject: 'call 1', patienceMs: 60_000 });
  add('bad', { subject: 'call 2', work: () => Promise.reject(refused) });
  await writes.flush();
  assert.deepEqual([lost, stored], [['bad'], ['turn']]);
});

test('one that can never be stored is lost alone', async () => {
  const { add, lost, transactions, writes } = rig();
  add('turn', { patienceMs: 60_000 });
  add('bad', { patienceMs: 60_000, work: () => Promise.reject(refused) });
  add('turn 2', { patienceMs: 60_000 });
  await writes.flush();
  assert.deepEqual(transactions, [['turn'], ['turn 2']]);
  assert.deepEqual(lost, ['bad']);
});

test('a flush waits for nothing, neither for what comes while it stores', async () => {
  const { add, transactions, writes } = rig();
  add('turn', {
    patienceMs: 60_000,
    onStored: () => add('turn 2', { patienceMs: 60_000 }),
  });
  await writes.flush();
  assert.equal(transactions.length, 2);
});

test('all are tried again together while the database is away', async () => {
  const { add, lost, transactions, writes } = rig();
  let away = 2;
  add('turn', { patienceMs: 60_000 });
  add('usage', {
    patienceMs: 60_000,
    work: () => {
      away -= 1;
      if (away >= 0) return Promise.reject(gone);
      return Promise.resolve(undefined);
    },
  });
  await writes.flush();
  assert.deepEqual(transactions, [['turn']]);
  assert.deepEqual(lost, []);
});

test('a write is tried for as long as the database is away, and those behind it stay behind', async (t) => {
  const { add, lost, stored, transactions, writes } = rig({ firstDelayMs: 100 });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let isAway = true;
  let tries = 0;
  add('start', {
    work: () => {
      tries += 1;
      return isAway ? Promise.reject(gone) : Promise.resolve(undefined);
    },
  });
  add('turn');
  // Two hours: no retry is further away than ten seconds.
  for (let passed = 0; passed < 720; passed += 1) {
    await settled();
    t.mock.timers.tick(10_000);
  }
  add('end');
  assert.ok(tries > 700, `${String(tries)} tries`);
  assert.deepEqual([transactions, lost], [[], []]);
  isAway = false;
  await settled();
  t.mock.timers.tick(10_000);
  await writes.written('call');
  assert.deepEqual(stored, ['start', 'turn', 'end']);
});

test('a connection that breaks is a database that is away, a mistake is not', async () => {
  const { add, lost, stored, writes } = rig();
  const failsOnce = (error: Error): OrderedWrite['work'] => {
    let hasFailed = false;
    return () => {
      if (hasFailed) return Promise.resolve(undefined);
      hasFailed = true;
      return Promise.reject(error);
    };
  };
  const coded = (code: string, error: Error = new Error(code)) => Object.assign(error, { code });
  const transient = [
    ...['EPIPE', 'EAI_AGAIN', '08006', '25006', '40P01', '53300', '57P03', 'XX000'].map((code) =>
      coded(code),
    ),
    new Error('Connection terminated unexpectedly'),
  ];
  const lasting = [
    ...['0A000', '22001', '23503', '42703', '54000', 'P0001'].map((code) => coded(code)),
    coded('ERR_INVALID_ARG_TYPE', new TypeError('a connection is no text')),
    new DomainError('conflict', 'number-taken', 'the connection has another number'),
  ];
  for (const error of [...transient, ...lasting]) {
    add(error.message, { subject: error.message, work: failsOnce(error) });
  }
  await writes.flush();
  assert.deepEqual(stored.toSorted(), transient.map(({ message }) => message).toSorted());
  assert.deepEqual(lost.toSorted(), lasting.map(({ message }) => message).toSorted());
});

test('a flush waits no longer than it may; what is left then is lost, once each, and not written', async (t) => {
  const { add, lost, stored, counted, transactions, writes } = rig();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let isAway = true;
  const work = (): Promise<undefined> =>
    isAway ? Promise.reject(gone) : Promise.resolve(undefined);
  add('turn', { subject: 'call 1', work });
  await settled();
  add('end', { subject: 'call 1' });
  const flushed = writes.flush();
  add('patient', { subject: 'call 2', patienceMs: 60_000, work });
  await settled();
  t.mock.timers.tick(10_000);
  await flushed;
  assert.deepEqual(lost, ['turn', 'end', 'patient']);
  assert.deepEqual(
    counted,
    Array.from({ length: 3 }, () => 'records_lost shutdown'),
  );

  isAway = false;
  add('afterwards', { subject: 'call 1' });
  await settled();
  t.mock.timers.tick(60_000);
  await writes.written('call 1');
  await writes.written('call 2');
  assert.deepEqual([transactions, stored], [[['afterwards']], ['afterwards']]);
  assert.equal(lost.length, 3);
});

test('a flush does not wait for a database that never answers', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { add, lost, stored, writes } = rig({ flushWithinMs: 500 });
  const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
  add('turn', { work: () => answered });
  const flushed = writes.flush();
  await settled();
  t.mock.timers.tick(500);
  await flushed;
  assert.deepEqual(lost, ['turn']);
  answer(undefined);
  await writes.written('call');
  assert.deepEqual([lost, stored], [['turn'], []]);
});

test('what waits is bounded: more is lost at once, counted, and told once', async () => {
  const { add, counted, logged, lost, stored, transactions, writes } = rig({ maxHeld: 2 });
  const fill = (): boolean[] =>
    ['turn', 'turn 2', 'turn 3', 'turn 4'].map((name) => add(name, { patienceMs: 60_000 }));
  assert.deepEqual(fill(), [true, true, false, false]);
  const work = () => Promise.resolve({ result: 1, events: [] });
  await assert.rejects(writes.run({ subject: 'call', tenantId, work }), /too many/);
  assert.equal(logged.length, 1);
  assert.deepEqual(
    counted,
    Array.from({ length: 3 }, () => 'records_lost full'),
  );
  await writes.flush();
  assert.deepEqual([transactions, stored, lost], [[['turn', 'turn 2']], ['turn', 'turn 2'], []]);

  assert.deepEqual(fill(), [true, true, false, false]);
  assert.equal(logged.length, 2, 'it is told again, as all was well between');
  await writes.flush();
});

test('what can never be stored is counted', async () => {
  const { add, counted, writes } = rig();
  add('bad', { work: () => Promise.reject(refused) });
  await writes.flush();
  assert.deepEqual(counted, ['records_lost refused']);
});
