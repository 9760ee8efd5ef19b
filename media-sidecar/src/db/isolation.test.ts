import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type { PoolClient } from 'pg';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { assertRuntimeRoles } from './runtime-roles.ts';
import { sqlState } from './sql.ts';
import { catalogueViolations, platformTables } from './testing/catalogue.ts';
import { asRole, insertRow, sampleRows } from './testing/sample-rows.ts';
import type { SampleRows } from './testing/sample-rows.ts';
import { onEachDatabase } from './testing/test-database.ts';

/** Tables whose rows nobody may change, not even their tenant. */
const appendOnly = ['consents'];

const tableNames = Object.keys(sampleRows(randomUUID()));

onEachDatabase('tenant isolation', (database) => {
  const a = randomUUID();
  const b = randomUUID();
  const rowsOf: Record<string, SampleRows> = { [a]: sampleRows(a), [b]: sampleRows(b) };

  before(async () => {
    for (const [tenantId, rows] of Object.entries(rowsOf)) {
      await withClient(database(), (client) =>
        asRole(client, 'voice_tenant', tenantId, 'commit', async () => {
          for (const [table, row] of Object.entries(rows)) await insertRow(client, table, row);
        }),
      );
    }
  });

  test('the catalogue keeps every rule', async () => {
    assert.deepEqual(await catalogueViolations(database().ownerPool), []);
  });

  test('there are sample rows for every tenant table', async () => {
    const { rows } = await database().ownerPool.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'app' and c.relkind = 'r' and c.relname <> all ($1) order by 1`,
      [[...platformTables]],
    );
    assert.deepEqual(
      rows.map(({ name }) => name),
      [...tableNames].sort(),
    );
  });

  for (const table of tableNames) {
    describe(table, () => {
      const within = <T>(tenantId: string | undefined, work: (client: PoolClient) => Promise<T>) =>
        withClient(database(), (client) =>
          asRole(client, 'voice_tenant', tenantId, 'rollback', () => work(client)),
        );

      test('shows a tenant its own row and no other', async () => {
        const { rows } = await within(a, (client) =>
          client.query<{ tenant_id: string }>(`select tenant_id from app.${table}`),
        );
        assert.deepEqual(rows, [{ tenant_id: a }]);
      });

      test('shows nothing without a tenant', async () => {
        const { rows } = await within(undefined, (client) =>
          client.query(`select 1 from app.${table}`),
        );
        assert.equal(rows.length, 0);
      });

      test("lets no tenant change or remove another's row", async () => {
        for (const statement of [
          `update app.${table} set tenant_id = tenant_id where tenant_id = $1`,
          `delete from app.${table} where tenant_id = $1`,
        ]) {
          const outcome = within(a, (client) => client.query(statement, [b]));
          if (appendOnly.includes(table)) {
            await assert.rejects(outcome, (error) => sqlState(error) === '42501');
          } else {
            assert.equal((await outcome).rowCount, 0);
          }
        }
      });

      test('lets no tenant write a row for another', async () => {
        const foreign = { ...sampleRows(b)[table], ...(table === 'tenants' && { slug: 'taken' }) };
        await assert.rejects(
          within(a, (client) => insertRow(client, table, foreign)),
          (error) => sqlState(error) === '42501',
        );
      });

      test('lets no tenant give its row away', async () => {
        await assert.rejects(
          within(a, (client) => client.query(`update app.${table} set tenant_id = $1`, [b])),
          (error) => sqlState(error) === '42501',
        );
      });

      test('lets the platform write nothing', async () => {
        await assert.rejects(
          withClient(database(), (client) =>
            asRole(client, 'voice_system', undefined, 'rollback', () =>
              client.query(`update app.${table} set tenant_id = tenant_id`),
            ),
          ),
          (error) => sqlState(error) === '42501',
        );
      });
    });
  }

  test("a turn cannot be hung on another tenant's call", async () => {
    const turn = { ...rowsOf[a]?.['call_turns'], call_id: rowsOf[b]?.['calls']?.['id'] };
    await assert.rejects(
      withClient(database(), (client) =>
        asRole(client, 'voice_tenant', a, 'rollback', () => insertRow(client, 'call_turns', turn)),
      ),
      (error) => sqlState(error) === '23503',
    );
  });

  test('interleaved transactions of two tenants do not mix, also after one failed', async () => {
    const idsOf = (tenantId: string) =>
      database().withTenant(tenantId, (tx) =>
        tx.db.selectFrom('calls').select('tenant_id').execute(),
      );
    const failing = (tenantId: string) =>
      assert.rejects(
        database().withTenant(tenantId, (tx) => sql`select 1/0`.execute(tx.db)),
        (error) => sqlState(error) === '22012',
      );
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const tenantId = index % 2 === 0 ? a : b;
        if (index % 5 === 0) await failing(tenantId);
        assert.deepEqual(await idsOf(tenantId), [{ tenant_id: tenantId }]);
      }),
    );
  });

  test('a connection carries no tenant and no role over to its next user', async () => {
    await database().withTenant(a, (tx) => tx.db.selectFrom('calls').select('id').execute());
    const { rows } = await database().ownerPool.query<{ role: string; tenant: string | null }>(
      `select current_setting('role') as role,
              nullif(current_setting('app.tenant_id', true), '') as tenant`,
    );
    assert.deepEqual(rows, [{ role: 'none', tenant: null }]);
  });

  test('a tenant id that is no UUID never reaches the database', () => {
    assert.throws(() => database().withTenant("' or true --", () => Promise.resolve()), RangeError);
  });

  describe('the catalogue check notices', () => {
    const mutations: Record<string, readonly [string, RegExp]> = {
      'a dropped policy': ['drop policy tenant_isolation on app.calls', /calls has 0 policies/],
      'a table without protection': [
        'create table app.leak (tenant_id uuid, note text)',
        /leak has no row level security/,
      ],
      'a table that is not forced': [
        'alter table app.calls no force row level security',
        /calls does not force/,
      ],
      'a policy that lets everybody in': [
        'create policy open on app.calls using (true)',
        /calls.open is a policy for other roles/,
      ],
      'a second policy for tenants': [
        'create policy more on app.calls to voice_tenant using (true)',
        /calls has 2 policies/,
      ],
      'a unique that reaches across tenants': [
        'create unique index leaky on app.calls (call_sid)',
        /unique leaky/,
      ],
      'a foreign key that reaches across tenants': [
        `alter table app.calls add constraint leaky foreign key (tenant_id, id)
           references app.calls (tenant_id, id);
         alter table app.phone_numbers add constraint reach foreign key (phone_number)
           references app.phone_numbers (phone_number)`,
        /foreign key reach does not begin/,
      ],
      'a view': ['create view app.peek as select * from app.calls', /peek is no ordinary table/],
      'a grant too many': ['grant insert on app.calls to voice_system', /voice_system may INSERT/],
      'a function with its owner’s rights': [
        'create function app.sneak() returns int language sql security definer as $$ select 1 $$',
        /sneak runs with its owner's rights/,
      ],
    };
    for (const [what, [statement, expected]] of Object.entries(mutations)) {
      test(what, async () => {
        await withClient(database(), async (client) => {
          await client.query('begin');
          try {
            await client.query(statement);
            const violations = await catalogueViolations(client);
            assert.match(violations.join('\n'), expected);
          } finally {
            await client.query('rollback');
          }
        });
      });
    }
  });

  test('refuses to run when a runtime role could get around row level security', async () => {
    await withClient(database(), async (client) => {
      await assertRuntimeRoles(client);
      await client.query('begin');
      try {
        await client.query('alter role voice_tenant bypassrls');
        await assert.rejects(assertRuntimeRoles(client), /voice_tenant could get around/);
      } finally {
        await client.query('rollback');
      }
    });
  });

  test('the resolver finds the tenant of a phone number, and nothing for others', async () => {
    const resolve = (number: unknown) =>
      database().withTenant(a, (tx) =>
        sql<{ id: string | null }>`select app.tenant_of_phone_number(${number}) as id`.execute(
          tx.db,
        ),
      );
    const known = await resolve(rowsOf[b]?.['phone_numbers']?.['phone_number']);
    const unknown = await resolve('+34910000000');
    assert.deepEqual([known.rows[0]?.id, unknown.rows[0]?.id], [b, null]);
  });
});

async function withClient<T>(
  database: Database,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await database.ownerPool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}
