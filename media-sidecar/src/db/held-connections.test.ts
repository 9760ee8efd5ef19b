import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { sql } from 'kysely';
import { silentLogger } from '../kernel/logger.ts';
import { Database } from './database.ts';
import {
  onEachDatabaseBehindProxy,
  type DatabaseBehindProxy,
} from './testing/database-behind-proxy.ts';

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
  assert.deepEqual(warnings, ['database connection ended: nothing came of it']);
}
