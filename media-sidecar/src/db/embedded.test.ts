import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createTenant } from '../domain/testing/fixtures.ts';
import { silentLogger } from '../kernel/logger.ts';
import { Database } from './database.ts';
import { archiveDatabase } from './testing/database-archive.ts';

test('the embedded database keeps what it has in its folder, and in an archive of it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'embedded-test-'));
  try {
    const dataDir = join(dir, 'data');
    const first = await Database.open({ dataDir }, silentLogger);
    const tenant = await createTenant(first, {}, 'kept');
    await first.close();

    const archive = join(dir, 'archive.tar');
    await archiveDatabase(dataDir, archive);

    for (const files of [{ dataDir }, { archive }]) {
      const again = await Database.open(files, silentLogger);
      const rows = await again.withTenant(tenant.id, (tx) =>
        tx.db.selectFrom('tenants').select('slug').execute(),
      );
      await again.close();
      assert.deepEqual(rows, [{ slug: 'kept' }]);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('an archive is not unpacked over the files of a database', async () => {
  await assert.rejects(
    Database.open({ dataDir: 'some-folder', archive: 'archive.tar' }, silentLogger),
    { name: 'RangeError', message: /in memory/ },
  );
});

test('a database that cannot be reached fails to open', async () => {
  await assert.rejects(
    Database.open({ url: 'postgres://nobody@127.0.0.1:1/none' }, silentLogger),
    /ECONNREFUSED/,
  );
});
