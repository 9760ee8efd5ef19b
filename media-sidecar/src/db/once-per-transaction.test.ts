import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantDb } from './database.ts';
import { oncePerTransaction } from './once-per-transaction.ts';

test('reads once in each transaction, also for two who ask at the same time', async () => {
  let reads = 0;
  const read = oncePerTransaction(() => Promise.resolve((reads += 1)));
  const [one, other] = [{}, {}] as TenantDb[];
  assert.ok(one && other);
  assert.deepEqual(await Promise.all([read(one), read(one), read(other)]), [1, 1, 2]);
  assert.equal(await read(one), 1);
});
