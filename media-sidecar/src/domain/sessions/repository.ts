import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { ClaimedSession, Pipeline } from '../../call/ports.ts';
import type { SystemDb, TenantDb } from '../../db/database.ts';
import type { SessionsTable } from '../../db/schema.ts';
import { json } from '../../db/sql.ts';

/** What the agent of a call is told of the other side. */
export interface SessionContact {
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface StoredSession {
  readonly id: string;
  readonly callId: string;
  readonly direction: 'inbound' | 'outbound';
  readonly agent: string;
  readonly pipeline: Pipeline;
  readonly transport: ClaimedSession['transport'];
  readonly callSid: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly contact: SessionContact;
  readonly variables: Readonly<Record<string, string>>;
  /** undefined: all that are registered */
  readonly toolNames: readonly string[] | undefined;
  readonly claimed: boolean;
  readonly expired: boolean;
}

export type NewSession = Omit<StoredSession, 'claimed' | 'expired'> & {
  readonly tokenHash: Buffer;
  readonly expiresAt: Date;
  /** Of the call that it was made for, when OpenAI has announced that already. */
  readonly openAiCallId?: string;
};

const contactSchema = z.object({
  name: z.string().exactOptional(),
  attributes: z.record(z.string(), z.string()).exactOptional(),
});
const variablesSchema = z.record(z.string(), z.string());

export async function insertSession(tx: TenantDb, session: NewSession): Promise<void> {
  await tx.db
    .insertInto('sessions')
    .values({
      tenant_id: tx.tenantId,
      id: session.id,
      call_id: session.callId,
      token_hash: session.tokenHash,
      direction: session.direction,
      agent: session.agent,
      pipeline: session.pipeline,
      transport: session.transport,
      open_ai_call_id: session.openAiCallId ?? null,
      call_sid: session.callSid ?? null,
      from_number: session.from ?? null,
      to_number: session.to ?? null,
      contact: json(session.contact),
      variables: json(session.variables),
      tool_names: session.toolNames === undefined ? null : [...session.toolNames],
      expires_at: session.expiresAt,
    })
    .execute();
}

export async function tenantOfSession(
  tx: SystemDb,
  sessionId: string,
): Promise<string | undefined> {
  const row = await tx.db
    .selectFrom('sessions')
    .select('tenant_id')
    .where('id', '=', sessionId)
    .executeTakeFirst();
  return row?.tenant_id;
}

/**
 * Marks a session as used, if it may be. One statement, so that of two sockets with the same token
 * one wins, whichever replica it is on.
 */
export async function claimSession(
  tx: TenantDb,
  claim: { sessionId: string; tokenHash: Buffer; callSid: string; streamSid: string; now: Date },
): Promise<StoredSession | undefined> {
  const row = await tx.db
    .updateTable('sessions')
    .set({ claimed_at: claim.now, call_sid: claim.callSid, stream_sid: claim.streamSid })
    .where('id', '=', claim.sessionId)
    .where('token_hash', '=', claim.tokenHash)
    .where('claimed_at', 'is', null)
    .where('expires_at', '>', claim.now)
    .where('transport', '=', 'media-stream')
    .where((eb) => eb.or([eb('call_sid', 'is', null), eb('call_sid', '=', claim.callSid)]))
    .returningAll()
    .executeTakeFirst();
  return row && toSession(row, claim.now);
}

/**
 * The same for a call over SIP.
 * @throws when another session has this call: its unique index decides who takes it
 */
export async function claimSipSession(
  tx: TenantDb,
  claim: { sessionId: string; tokenHash: Buffer; openAiCallId: string; now: Date },
): Promise<StoredSession | undefined> {
  const row = await tx.db
    .updateTable('sessions')
    .set({ claimed_at: claim.now, open_ai_call_id: claim.openAiCallId })
    .where('id', '=', claim.sessionId)
    .where('token_hash', '=', claim.tokenHash)
    .where('claimed_at', 'is', null)
    .where('expires_at', '>', claim.now)
    .where('transport', '=', 'sip')
    .where((eb) =>
      eb.or([eb('open_ai_call_id', 'is', null), eb('open_ai_call_id', '=', claim.openAiCallId)]),
    )
    .returningAll()
    .executeTakeFirst();
  return row && toSession(row, claim.now);
}

/** The session that has a call of OpenAI, or is made for it. */
export async function sessionOfOpenAiCall(
  tx: SystemDb,
  openAiCallId: string,
): Promise<{ readonly tenantId: string; readonly sessionId: string } | undefined> {
  const row = await tx.db
    .selectFrom('sessions')
    .select(['tenant_id', 'id'])
    .where('open_ai_call_id', '=', openAiCallId)
    .executeTakeFirst();
  return row && { tenantId: row.tenant_id, sessionId: row.id };
}

/** How far the call of a session has come. */
export interface CallOfSession {
  readonly callId: string;
  /** When the session took the call; absent: it is about to. */
  readonly claimedAt?: Date;
  /** Whether the call has a record: somebody has answered it, or could not. */
  readonly isRecorded: boolean;
}

export async function callOfSession(
  tx: TenantDb,
  sessionId: string,
): Promise<CallOfSession | undefined> {
  const row = await tx.db
    .selectFrom('sessions')
    .leftJoin('calls', 'calls.id', 'sessions.call_id')
    .select(['sessions.call_id', 'sessions.claimed_at', 'calls.id as recorded_id'])
    .where('sessions.id', '=', sessionId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { call_id: callId, claimed_at: claimedAt, recorded_id: recordedId } = row;
  return { callId, ...(claimedAt !== null && { claimedAt }), isRecorded: recordedId !== null };
}

/** The session, if the token is its own. */
export async function findSession(
  tx: TenantDb,
  sessionId: string,
  tokenHash: Buffer,
  now: Date,
): Promise<StoredSession | undefined> {
  const row = await tx.db
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', sessionId)
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst();
  return row && toSession(row, now);
}

/**
 * Removes sessions that ended long ago. Those that took a call of OpenAI tell for longer that it was
 * taken.
 * @returns how many
 */
export async function deleteSessionsBefore(
  tx: TenantDb,
  before: { readonly any: Date; readonly withOpenAiCall: Date },
): Promise<number> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('sessions')
    .where((eb) =>
      eb.or([
        eb('expires_at', '<', before.withOpenAiCall),
        eb.and([eb('expires_at', '<', before.any), eb('open_ai_call_id', 'is', null)]),
      ]),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

function toSession(row: Selectable<SessionsTable>, now: Date): StoredSession {
  return {
    id: row.id,
    callId: row.call_id,
    direction: row.direction,
    agent: row.agent,
    pipeline: row.pipeline,
    transport: row.transport,
    callSid: row.call_sid ?? undefined,
    from: row.from_number ?? undefined,
    to: row.to_number ?? undefined,
    contact: contactSchema.parse(row.contact),
    variables: variablesSchema.parse(row.variables),
    toolNames: row.tool_names ?? undefined,
    claimed: row.claimed_at !== null,
    expired: row.expires_at <= now,
  };
}
