import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { SystemDb, TenantDb } from '../../db/database.ts';
import type { PlatformDoNotCallTable } from '../../db/schema.ts';
import { containing, type Page } from '../paging.ts';
import type { DoNotCallPosition } from './schema.ts';

export interface StoredEntry {
  readonly phoneNumber: string;
  readonly reason: string | null;
  readonly source: string | null;
  readonly addedAt: Date;
}

/*
 * An entry belongs to a tenant, or to the platform, and then holds for every tenant. Which of the two
 * tables is meant follows from the transaction.
 */

/** @returns false when the number is there already: it stays as it was entered first */
export async function insertEntry(tx: TenantDb | SystemDb, entry: StoredEntry): Promise<boolean> {
  const row = {
    phone_number: entry.phoneNumber,
    reason: entry.reason,
    source: entry.source,
    created_at: entry.addedAt,
  };
  const { numInsertedOrUpdatedRows } = await (
    tx.scope === 'tenant'
      ? tx.db
          .insertInto('do_not_call')
          .values({ tenant_id: tx.tenantId, ...row })
          .onConflict((conflict) => conflict.columns(['tenant_id', 'phone_number']).doNothing())
      : tx.db
          .insertInto('platform_do_not_call')
          .values(row)
          .onConflict((conflict) => conflict.column('phone_number').doNothing())
  ).executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function findEntry(
  tx: TenantDb | SystemDb,
  phoneNumber: string,
): Promise<StoredEntry | undefined> {
  const row = await entriesOf(tx).where('phone_number', '=', phoneNumber).executeTakeFirst();
  return row && toEntry(row);
}

/** @returns whether there was one */
export async function deleteEntry(tx: TenantDb | SystemDb, phoneNumber: string): Promise<boolean> {
  const { numDeletedRows } = await (
    tx.scope === 'tenant'
      ? tx.db.deleteFrom('do_not_call').where('phone_number', '=', phoneNumber)
      : tx.db.deleteFrom('platform_do_not_call').where('phone_number', '=', phoneNumber)
  ).executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Newest first. */
export async function listEntries(
  tx: TenantDb | SystemDb,
  search: string | undefined,
  page: Page<DoNotCallPosition>,
): Promise<StoredEntry[]> {
  let query = entriesOf(tx);
  if (search !== undefined && search.trim() !== '') {
    query = query.where('phone_number', 'like', containing(search));
  }
  if (page.after !== undefined) {
    const [addedAt, phoneNumber] = page.after;
    query = query.where(
      sql<boolean>`(created_at, phone_number) < (${new Date(addedAt)}, ${phoneNumber})`,
    );
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('phone_number', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(toEntry);
}

/** Whether the platform lists a number. A tenant may ask, but not read the list. */
export async function isOnPlatformList(
  tx: TenantDb | SystemDb,
  phoneNumber: string,
): Promise<boolean> {
  const { rows } = await sql<{ listed: boolean }>`
    select app.is_on_platform_do_not_call(${phoneNumber}) as listed`.execute(tx.db);
  return rows[0]?.listed === true;
}

function entriesOf(tx: TenantDb | SystemDb) {
  return tx.db
    .selectFrom(tx.scope === 'tenant' ? 'do_not_call' : 'platform_do_not_call')
    .select(['phone_number', 'reason', 'source', 'created_at']);
}

function toEntry(row: Selectable<PlatformDoNotCallTable>): StoredEntry {
  return {
    phoneNumber: row.phone_number,
    reason: row.reason,
    source: row.source,
    addedAt: row.created_at,
  };
}
