import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { silentLogger } from '../kernel/logger.ts';
import { startEmbeddedDatabase } from './embedded.ts';
import { migrate } from './migrate.ts';
import { assertRuntimeRoles, runtimeRoles } from './runtime-roles.ts';

test('the owner of a database who is no superuser can migrate it, and work under the roles', async () => {
  // PGlite is PostgreSQL 17: there the roles that one makes have to be granted to oneself.
  const embedded = await startEmbeddedDatabase({});
  const pool = new pg.Pool(embedded.poolConfig);
  const client = await pool.connect();
  try {
    await client.query(`create role operator login createrole;
                        alter database postgres owner to operator;
                        set session authorization operator`);
    await migrate(client, silentLogger);
    await assertRuntimeRoles(client);
    for (const role of runtimeRoles) {
      await client.query(`set role ${role}`);
      const { rows } = await client.query(`select app.tenant_of_phone_number('+56221234567')`);
      assert.deepEqual(rows, [{ tenant_of_phone_number: null }]);
    }
  } finally {
    client.release();
    await pool.end();
    await embedded.close();
  }
});
