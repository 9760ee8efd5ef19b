import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createTenant } from '../domain/testing/fixtures.ts';
import { silentLogger } from '../kernel/logger.ts';
import { Database } from './database.ts';

test('the embedded database keeps what it has in its folder', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'embedded-test-'));
  try {
    const first = await Database.open({ dataDir }, silentLogger);
    const tenant = await createTenant(first, {}, 'kept');
    await first.close();

    const second = await Database.open({ dataDir }, silentLogger);
    const rows = await second.withTenant(tenant.id, (tx) =>
      tx.db.selectFrom('tenants').select('slug').execute(),
    );
    await second.close();
    assert.deepEqual(rows, [{ slug: 'kept' }]);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('a database that cannot be reached fails to open', async () => {
  await assert.rejects(
    Database.open({ url: 'postgres://nobody@127.0.0.1:1/none' }, silentLogger),
    /ECONNREFUSED/,
  );
});
