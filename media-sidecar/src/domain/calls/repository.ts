import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { CallEndReason, CallEnding, TurnRecord } from '../../call/ports.ts';
import type { SystemDb, TenantDb } from '../../db/database.ts';
import type { CallTurnsTable, CallsTable } from '../../db/schema.ts';
import { json } from '../../db/sql.ts';
import { jsonObjectSchema, type JsonObject } from '../json.ts';
import { isBehind, type Page, type TimePosition } from '../paging.ts';
import type { Call, CallFilter, CallStatus, Escalation, Turn } from './schema.ts';
import { escalationSchema, turnSchema } from './schema.ts';

type Reader = TenantDb | SystemDb;

/** Reasons with which a conversation broke, rather than came to its end. */
const broken: ReadonlySet<CallEndReason> = new Set([
  'provider-failure',
  'connection-lost',
  'drained',
]);

function statusAfter(reason: CallEndReason): Exclude<CallStatus, 'in-progress'> {
  return broken.has(reason) ? 'failed' : 'completed';
}

export async function listCalls(
  tx: Reader,
  filter: Omit<CallFilter, 'tenant'>,
  page: Page<TimePosition>,
): Promise<Call[]> {
  let query = selectCalls(tx);
  if (filter.callSid !== undefined) query = query.where('calls.call_sid', '=', filter.callSid);
  if (filter.from !== undefined) query = query.where('from_number', '=', filter.from);
  if (filter.to !== undefined) query = query.where('to_number', '=', filter.to);
  if (filter.status !== undefined) query = query.where('calls.status', '=', filter.status);
  if (filter.direction !== undefined) query = query.where('direction', '=', filter.direction);
  if (filter.startedAfter !== undefined) {
    query = query.where('started_at', '>', new Date(filter.startedAfter));
  }
  if (filter.startedBefore !== undefined) {
    query = query.where('started_at', '<', new Date(filter.startedBefore));
  }
  if (page.after !== undefined)
    query = query.where(isBehind(page.after, 'calls.started_at', 'calls.id'));
  const rows = await query
    .orderBy('started_at', 'desc')
    .orderBy('calls.id', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(toCall);
}

/** @param by our id, or Twilio's: the newest conversation of that phone call */
export async function findCall(
  tx: Reader,
  by: { readonly id: string } | { readonly callSid: string },
): Promise<Call | undefined> {
  const query = selectCalls(tx);
  const row = await (
    'id' in by
      ? query.where('calls.id', '=', by.id)
      : query.where('calls.call_sid', '=', by.callSid)
  )
    .orderBy('started_at', 'desc')
    .orderBy('calls.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && toCall(row);
}

export async function turnsOf(tx: Reader, callId: string): Promise<Turn[]> {
  const rows = await selectTurns(tx)
    .where('call_turns.call_id', '=', callId)
    .orderBy('call_turns.turn_index')
    .execute();
  return rows.map(toTurn);
}

export async function findTurn(
  tx: Reader,
  callId: string,
  index: number,
): Promise<Turn | undefined> {
  const row = await selectTurns(tx)
    .where('call_turns.call_id', '=', callId)
    .where('call_turns.turn_index', '=', index)
    .executeTakeFirst();
  return row && toTurn(row);
}

/** Opens the record of a call from its session. @returns false when it is open already */
export async function startCall(tx: TenantDb, callId: string, startedAt: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.db
    .insertInto('calls')
    .columns([
      'tenant_id',
      'id',
      'call_sid',
      'direction',
      'from_number',
      'to_number',
      'agent',
      'pipeline',
      'status',
      'started_at',
    ])
    .expression((eb) =>
      eb
        .selectFrom('sessions')
        .select([
          'tenant_id',
          'call_id',
          'call_sid',
          'direction',
          'from_number',
          'to_number',
          'agent',
          'pipeline',
          sql<'in-progress'>`'in-progress'`.as('status'),
          sql<Date>`${startedAt}::timestamptz`.as('started_at'),
        ])
        .where('call_id', '=', callId),
    )
    .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/**
 * In one statement, because all calls of a tenant talk at once.
 * @returns those that were not stored already, in their order
 */
export async function insertTurns(
  tx: TenantDb,
  turns: readonly TurnRecord[],
): Promise<TurnRecord[]> {
  const rows = turns.map((turn) => ({
    call_id: turn.callId,
    turn_index: turn.index,
    role: turn.role,
    text: storable(turn.text),
    generated_text: turn.generatedText === undefined ? null : storable(turn.generatedText),
    interrupted: turn.interrupted,
    started_at: new Date(turn.startedAtMs),
    ended_at: new Date(turn.endedAtMs),
    delays: turn.delays,
  }));
  const inserted = await sql<{ readonly call_id: string; readonly turn_index: number }>`
    insert into app.call_turns
      (tenant_id, call_id, turn_index, role, text, generated_text, interrupted, started_at, ended_at, delays)
    select ${tx.tenantId}::uuid, turn.*
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as turn (call_id uuid, turn_index int, role text, text text, generated_text text,
               interrupted boolean, started_at timestamptz, ended_at timestamptz, delays jsonb)
    on conflict (tenant_id, call_id, turn_index) do nothing
    returning call_id, turn_index`.execute(tx.db);
  const isNew = new Set(inserted.rows.map((row) => `${row.call_id} ${row.turn_index}`));
  return turns.filter(({ callId, index }) => isNew.has(`${callId} ${index}`));
}

/** @returns false when the call has ended already */
export async function endCall(tx: TenantDb, ending: CallEnding): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('calls')
    .set({
      status: statusAfter(ending.reason),
      end_reason: ending.reason,
      ended_at: new Date(ending.endedAtMs),
      frames_received: ending.framesReceived,
      frames_lost: ending.framesLost,
      frames_sent: ending.framesSent,
    })
    .where('id', '=', ending.callId)
    .where('status', '=', 'in-progress')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Replaces what workflows keep with a call. @returns false when there is no such call */
export async function saveCallData(
  tx: TenantDb,
  callId: string,
  data: { readonly metadata: JsonObject; readonly analysis: JsonObject | null },
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('calls')
    .set({
      metadata: json<unknown>(data.metadata),
      analysis: data.analysis === null ? null : json<unknown>(data.analysis),
    })
    .where('id', '=', callId)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Notes that somebody else is to take over.
 * @param id names this request, so that it is recognised when it is written again
 * @returns false when it is noted already, or the call is not there
 */
export async function saveEscalation(
  tx: TenantDb,
  callId: string,
  id: string,
  escalation: Escalation,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('calls')
    .set({ escalation: json<unknown>({ id, ...escalation }) })
    .where('id', '=', callId)
    .where(sql<boolean>`escalation->>'id' is distinct from ${id}`)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Why somebody else was to take the call over, if that was so. */
export async function findEscalation(
  tx: TenantDb,
  callId: string,
): Promise<Escalation | undefined> {
  const row = await tx.db
    .selectFrom('calls')
    .select('escalation')
    .where('id', '=', callId)
    .executeTakeFirst();
  return row?.escalation == null ? undefined : escalationSchema.parse(row.escalation);
}

/** Keeps others from changing a call until the end of the transaction. */
export async function lockCall(tx: TenantDb, callId: string): Promise<void> {
  await tx.db.selectFrom('calls').select('id').where('id', '=', callId).forUpdate().execute();
}

/** Asks whichever process has a call to end it. @returns false when it is not in progress */
export async function requestEnd(tx: TenantDb, callId: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('calls')
    .set({ end_requested_at: now })
    .where('id', '=', callId)
    .where('status', '=', 'in-progress')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Those of these whose end was asked for, and those whose record was closed. */
export async function endsAmong(
  tx: SystemDb,
  callIds: readonly string[],
): Promise<{ readonly requested: string[]; readonly closed: string[] }> {
  const rows = await tx.db
    .selectFrom('calls')
    .select(['id', 'status'])
    .where('id', 'in', callIds)
    .where((eb) =>
      eb.or([eb('end_requested_at', 'is not', null), eb('status', '<>', 'in-progress')]),
    )
    .execute();
  const isClosed = (row: (typeof rows)[number]): boolean => row.status !== 'in-progress';
  const idsOf = (found: typeof rows): string[] => found.map(({ id }) => id);
  return {
    requested: idsOf(rows.filter((row) => !isClosed(row))),
    closed: idsOf(rows.filter(isClosed)),
  };
}

/** Calls that began before a moment and never ended: their process is gone. */
export async function callsInProgressSince(tx: TenantDb, before: Date): Promise<string[]> {
  const rows = await tx.db
    .selectFrom('calls')
    .select('id')
    .where('status', '=', 'in-progress')
    .where('started_at', '<', before)
    .execute();
  return rows.map((row) => row.id);
}

function selectCalls(tx: Reader) {
  return tx.db
    .selectFrom('calls')
    .innerJoin('tenants', 'tenants.tenant_id', 'calls.tenant_id')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('call_usage')
          .whereRef('call_usage.tenant_id', '=', 'calls.tenant_id')
          .whereRef('call_usage.call_id', '=', 'calls.id')
          .select([
            sql<string | null>`round(sum(micro_usd))`.as('cost'),
            sql<boolean | null>`bool_and(micro_usd is not null)`.as('cost_complete'),
          ])
          .as('usage'),
      (join) => join.onTrue(),
    )
    .selectAll('calls')
    .select([
      'tenants.slug as tenant_slug',
      'tenants.name as tenant_name',
      'usage.cost',
      'usage.cost_complete',
    ]);
}

type CallRow = Selectable<CallsTable> & {
  readonly tenant_slug: string;
  readonly tenant_name: string;
  readonly cost: string | null;
  readonly cost_complete: boolean | null;
};

function selectTurns(tx: Reader) {
  return tx.db
    .selectFrom('call_turns')
    .selectAll('call_turns')
    .select((eb) =>
      eb
        .selectFrom('call_usage')
        .whereRef('call_usage.tenant_id', '=', 'call_turns.tenant_id')
        .whereRef('call_usage.call_id', '=', 'call_turns.call_id')
        .whereRef('call_usage.turn_index', '=', 'call_turns.turn_index')
        .select(sql<string | null>`round(sum(micro_usd))`.as('cost'))
        .as('cost'),
    );
}

/** PostgreSQL stores every character but NUL, and in JSON no half of one. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

function toCall(row: CallRow): Call {
  return {
    id: row.id,
    tenant: { id: row.tenant_id, slug: row.tenant_slug, name: row.tenant_name },
    callSid: row.call_sid,
    direction: row.direction,
    from: row.from_number,
    to: row.to_number,
    agent: row.agent,
    pipeline: row.pipeline,
    status: row.status,
    endReason: row.end_reason,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    durationMs: row.ended_at === null ? null : row.ended_at.getTime() - row.started_at.getTime(),
    audio: {
      framesReceived: row.frames_received,
      framesLost: row.frames_lost,
      framesSent: row.frames_sent,
    },
    metadata: jsonObjectSchema.parse(row.metadata),
    analysis: jsonObjectSchema.nullable().parse(row.analysis),
    cost: {
      currency: 'USD',
      microUsd: Number(row.cost ?? 0),
      complete: row.cost_complete ?? true,
    },
  };
}

function toTurn(row: Selectable<CallTurnsTable> & { readonly cost: string | null }): Turn {
  return turnSchema.parse({
    index: row.turn_index,
    role: row.role,
    text: row.text,
    generatedText: row.generated_text,
    interrupted: row.interrupted,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at.toISOString(),
    delays: row.delays,
    costMicroUsd: row.cost === null ? null : Number(row.cost),
  });
}
