import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { SystemDb, TenantDb } from '../../db/database.ts';
import type { CallbacksTable } from '../../db/schema.ts';
import type { Page, TimePosition } from '../paging.ts';
import type { Callback, CallbackStatus } from './schema.ts';

export type StoredCallback = Omit<Callback, 'tenant'>;

/**
 * Notes a callback. A call asks for one of each number: what it asks for last takes the place of what
 * it asked for before, as long as nobody has called.
 * @returns with it whether that changed anything
 */
export async function saveCallback(
  tx: TenantDb,
  wanted: Omit<StoredCallback, 'status'>,
): Promise<{ readonly callback: StoredCallback; readonly isNews: boolean }> {
  const { id, callId, phoneNumber, dueAt, reason, createdAt } = wanted;
  const before = await tx.db
    .selectFrom('callbacks')
    .selectAll()
    .where('call_id', '=', callId)
    .where('phone_number', '=', phoneNumber)
    .where('status', '=', 'open')
    .forUpdate()
    .executeTakeFirst();
  const changes = { due_at: new Date(dueAt), reason };
  if (before === undefined) {
    await tx.db
      .insertInto('callbacks')
      .values({
        tenant_id: tx.tenantId,
        id,
        call_id: callId,
        phone_number: phoneNumber,
        ...changes,
        status: 'open',
        created_at: new Date(createdAt),
      })
      .execute();
    return { callback: { ...wanted, status: 'open' }, isNews: true };
  }
  const callback = toCallback({ ...before, ...changes });
  const isNews = before.due_at.getTime() !== changes.due_at.getTime() || before.reason !== reason;
  if (isNews)
    await tx.db.updateTable('callbacks').set(changes).where('id', '=', before.id).execute();
  return { callback, isNews };
}

/** The earliest first. */
export async function listCallbacks(
  tx: TenantDb,
  status: CallbackStatus | undefined,
  page: Page<TimePosition>,
): Promise<StoredCallback[]> {
  let query = tx.db.selectFrom('callbacks').selectAll();
  if (status !== undefined) query = query.where('status', '=', status);
  if (page.after !== undefined) {
    const [dueAt, id] = page.after;
    query = query.where(sql<boolean>`(due_at, id) > (${new Date(dueAt)}, ${id}::uuid)`);
  }
  const rows = await query.orderBy('due_at').orderBy('id').limit(page.limit).execute();
  return rows.map(toCallback);
}

export async function tenantOfCallback(tx: SystemDb, id: string): Promise<string | undefined> {
  const row = await tx.db
    .selectFrom('callbacks')
    .select('tenant_id')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.tenant_id;
}

/** @returns undefined when there is no such callback */
export async function setCallbackStatus(
  tx: TenantDb,
  id: string,
  status: CallbackStatus,
): Promise<StoredCallback | undefined> {
  const row = await tx.db
    .updateTable('callbacks')
    .set({ status })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row && toCallback(row);
}

function toCallback(row: Selectable<CallbacksTable>): StoredCallback {
  return {
    id: row.id,
    callId: row.call_id,
    phoneNumber: row.phone_number,
    dueAt: row.due_at.toISOString(),
    reason: row.reason,
    status: row.status,
    createdAt: row.created_at.toISOString(),
  };
}
