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
  let open: string[] = [];
  const withTenant = async <T>(_id: string, work: (tx: TenantDb) => Promise<T>): Promise<T> => {
    open = [];
    const result = await work({ scope: 'tenant', tenantId } as TenantDb);
    transactions.push(open);
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
      work: () => {
        open.push(name);
        return Promise.resolve(undefined);
      },
      onStored: () => stored.push(name),
      onLost: () => lost.push(name),
      ...more,
    });
  return { transactions, lost, stored, writes, add };
}

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

test('subjects do not wait for each other', async () => {
  const { add, transactions, writes } = rig();
  add('turn', { patienceMs: 60_000 });
  await new Promise<void>((onStored) => add('other', { subject: 'another call', onStored }));
  assert.deepEqual(transactions, [['other']]);
  await writes.flush();
  assert.deepEqual(transactions, [['other'], ['turn']]);
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
      if (away >= 0) return Promise.reject(Object.assign(new Error('gone'), { code: '57P01' }));
      return Promise.resolve(undefined);
    },
  });
  await writes.flush();
  assert.deepEqual(transactions, [['turn']]);
  assert.deepEqual(lost, []);
});
