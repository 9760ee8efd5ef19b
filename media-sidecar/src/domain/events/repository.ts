import type { TenantDb } from '../../db/database.ts';
import { sql } from 'kysely';
import { json } from '../../db/sql.ts';

export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  readonly createdAt: Date;
}

/** What an event is about; neither: the tenant itself. */
export type EventSubject =
  | { readonly callId: string; readonly transcriptionId?: never }
  | { readonly callId?: never; readonly transcriptionId: string }
  | { readonly callId?: never; readonly transcriptionId?: never };

export async function insertEvent(
  tx: TenantDb,
  event: EventSubject & { id: string; type: string; payload: unknown },
): Promise<void> {
  await tx.db
    .insertInto('events')
    .values({
      tenant_id: tx.tenantId,
      id: event.id,
      call_id: event.callId ?? null,
      transcription_id: event.transcriptionId ?? null,
      type: event.type,
      payload: json(event.payload),
    })
    .execute();
}

export async function findEvent(tx: TenantDb, id: string): Promise<StoredEvent | undefined> {
  const row = await tx.db.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirst();
  return row && { id: row.id, type: row.type, payload: row.payload, createdAt: row.created_at };
}

/** @returns how many */
export async function deleteEventsBefore(
  tx: TenantDb,
  before: Date,
  except: readonly string[],
): Promise<number> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('events')
    .where('created_at', '<', before)
    // One parameter, however many they are.
    .where('id', '!=', sql<string>`all(${except}::uuid[])`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
