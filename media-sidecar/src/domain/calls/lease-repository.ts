import { sql } from 'kysely';
import type { SystemDb } from '../../db/database.ts';

/** A call that a process has. */
export interface LeasedCall {
  readonly callId: string;
  readonly tenantId: string;
  /** `rtc_…`, over SIP */
  readonly openAiCallId?: string;
}

/** Tells that these calls live. In the order of their ids, so that no two of it lock each other out. */
export async function renewLeases(tx: SystemDb, calls: readonly LeasedCall[]): Promise<void> {
  const rows = calls.map(({ callId, tenantId, openAiCallId = null }) => ({
    call_id: callId,
    tenant_id: tenantId,
    open_ai_call_id: openAiCallId,
  }));
  await sql`
    insert into app.call_leases (call_id, tenant_id, open_ai_call_id)
    select call_id, tenant_id, open_ai_call_id
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as leased (call_id uuid, tenant_id uuid, open_ai_call_id text)
    order by call_id
    on conflict (call_id) do update set live_at = now()`.execute(tx.db);
}

/** Nothing more is to be done about these calls. */
export async function endLeases(tx: SystemDb, callIds: readonly string[]): Promise<void> {
  await tx.db.deleteFrom('call_leases').where('call_id', 'in', callIds).execute();
}

/**
 * Takes over the calls of which nobody has told for so long, in ms. What somebody else takes over, or
 * tells of, at the same moment is left to him.
 * @param withSip also calls over SIP, which somebody has to hang up
 */
export async function takeLeases(
  tx: SystemDb,
  staleMs: number,
  withSip: boolean,
): Promise<(LeasedCall & { readonly begunAt: Date })[]> {
  const rows = await tx.db
    .updateTable('call_leases')
    .set({ live_at: sql<Date>`now()` })
    .where('call_id', 'in', (eb) =>
      eb
        .selectFrom('call_leases')
        .select('call_id')
        .where('live_at', '<=', sql<Date>`now() - make_interval(secs => ${staleMs / 1000})`)
        .$if(!withSip, (query) => query.where('open_ai_call_id', 'is', null))
        .forUpdate()
        .skipLocked(),
    )
    .returning(['call_id', 'tenant_id', 'open_ai_call_id', 'begun_at'])
    .execute();
  return rows.map((row) => ({
    callId: row.call_id,
    tenantId: row.tenant_id,
    ...(row.open_ai_call_id !== null && { openAiCallId: row.open_ai_call_id }),
    begunAt: row.begun_at,
  }));
}
