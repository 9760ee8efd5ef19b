import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { silentLogger } from '../kernel/logger.ts';
import { Database } from './database.ts';
import {
  onEachDatabaseBehindProxy,
  type DatabaseBehindProxy,
} from './testing/database-behind-proxy.ts';
import { newServerDatabase, testServerUrl } from './testing/test-database.ts';

describe('a database that vanishes without a word', () => {
  onEachDatabaseBehindProxy(isReachedAgain);
});

async function isReachedAgain(reached: DatabaseBehindProxy): Promise<void> {
  await using undo = new AsyncDisposableStack();
  undo.use(reached);
  const { proxy, options } = reached;
  undo.defer(() => proxy.cut());
  const warnings: string[] = [];
  const logger = {
    ...silentLogger,
    warn: (_fields: object, message: string) => void warnings.push(message),
  };
  const limits = { maxConnections: 1, heldConnectionTimeoutMs: 300 };
  const db = await Database.open({ ...options, ...limits }, logger);
  undo.defer(() => db.close());
  const answers = (): Promise<boolean> =>
    db.withSystem(async (tx) => {
      const { rows } = await sql<{ one: number }>`select 1 as one`.execute(tx.db);
      return rows[0]?.one === 1;
    });
  assert.ok(await answers());

  proxy.stall();
  await assert.rejects(answers(), /terminated|closed/);
  await proxy.mend();
  assert.ok(await answers());
  await assert.doesNotReject(db.ping());
  assert.deepEqual(warnings, ['database connection ended: its server does nothing for it']);
}

const serverUrl = testServerUrl();
if (serverUrl !== undefined) {
  describe('a server that has much to do', () => {
    /** A database of its own, with one connection, which is looked at all the time. */
    async function open(undo: AsyncDisposableStack): Promise<Database> {
      const { url, drop } = await newServerDatabase(serverUrl!);
      undo.defer(drop);
      const limits = { maxConnections: 1, heldConnectionTimeoutMs: 100 };
      const db = await Database.open({ url: url.href, ...limits }, silentLogger);
      undo.defer(() => db.close());
      return db;
    }

    test('may take its time for a statement', async () => {
      await using undo = new AsyncDisposableStack();
      const db = await open(undo);
      await db.withSystem((tx) => sql`select pg_sleep(1)`.execute(tx.db));
    });

    test('has a connection taken from it that it does nothing for', async () => {
      await using undo = new AsyncDisposableStack();
      const db = await open(undo);
      await assert.rejects(
        db.withSystem(async (tx) => {
          await sleep(1000);
          await sql`select 1`.execute(tx.db);
        }),
      );
      await assert.doesNotReject(db.ping());
    });

    test('does not hold up the end of the process', async () => {
      await using undo = new AsyncDisposableStack();
      const db = await open(undo);
      const asleep = assert.rejects(
        db.withSystem((tx) => sql`select pg_sleep(60)`.execute(tx.db)),
        /terminated|closed/,
      );
      await once(db.ownerPool, 'acquire');
      await db.close();
      await asleep;
    });

    test('is told signs of life while all its other connections wait for a lock', async () => {
      await using undo = new AsyncDisposableStack();
      const db = await open(undo);
      const locker = new pg.Client({ connectionString: db.ownerPool.options.connectionString });
      await locker.connect();
      undo.defer(() => locker.end());
      await locker.query('begin; lock table app.calls in access exclusive mode');
      const waiting = db.withSystem((tx) => tx.db.selectFrom('calls').selectAll().execute());
      await db.withSystemApart((tx) => tx.db.selectFrom('call_leases').selectAll().execute());
      await locker.query('rollback');
      assert.deepEqual(await waiting, []);
    });
  });
}
