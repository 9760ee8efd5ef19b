import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantDb } from '../db/database.ts';
import { newId } from './identifiers.ts';
import { OrderedWrites, type OrderedWrite } from './ordered-writes.ts';
import { silentPublisher } from './testing/outbox.ts';

const tenantId = newId();

/** A database that notes what is written in which transaction, and takes nothing of a bad one. */
function rig() {
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
  const writes = new OrderedWrites(
    { db: { withTenant }, publisher: silentPublisher },
    { firstDelayMs: 1 },
  );
  const add = (name: string, more: Partial<OrderedWrite> = {}): void =>
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
  return { transactions, lost, stored, writes, add };
}

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
