import type { Selectable } from 'kysely';
import type { Track, TranscriptionEnding, UtteranceRecord } from '../../call/ports.ts';
import type { SystemDb, TenantDb } from '../../db/database.ts';
import type { TranscriptionUtterancesTable, TranscriptionsTable } from '../../db/schema.ts';
import { json } from '../../db/sql.ts';
import { isBehind, type Page, type TimePosition } from '../paging.ts';
import type { Transcription, TranscriptionFilter, Utterance } from './schema.ts';
import { transcriptionSchema } from './schema.ts';

type Reader = TenantDb | SystemDb;

export interface NewTranscription {
  readonly id: string;
  readonly tokenHash: Buffer;
  readonly callSid: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly language: string;
  readonly track: TranscriptionsTable['track'];
  readonly phrases: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** What a stream needs to know once it has shown its token. */
export interface ClaimedRow {
  readonly language: string;
  readonly track: TranscriptionsTable['track'];
  readonly phrases: readonly string[];
}

/** All columns that the platform may read: the hash of the token is not among them. */
const columns = [
  'transcriptions.tenant_id',
  'transcriptions.id',
  'transcriptions.call_sid',
  'transcriptions.from_number',
  'transcriptions.to_number',
  'transcriptions.language',
  'transcriptions.track',
  'transcriptions.metadata',
  'transcriptions.status',
  'transcriptions.end_reason',
  'transcriptions.error',
  'transcriptions.gaps',
  'transcriptions.created_at',
  'transcriptions.started_at',
  'transcriptions.ended_at',
] as const;

export async function insertTranscription(
  tx: TenantDb,
  transcription: NewTranscription,
): Promise<void> {
  await tx.db
    .insertInto('transcriptions')
    .values({
      tenant_id: tx.tenantId,
      id: transcription.id,
      token_hash: transcription.tokenHash,
      call_sid: transcription.callSid,
      from_number: transcription.from ?? null,
      to_number: transcription.to ?? null,
      language: transcription.language,
      track: transcription.track,
      phrases: [...transcription.phrases],
      metadata: json(transcription.metadata),
      status: 'waiting',
      error: null,
      gaps: json([]),
      created_at: transcription.createdAt,
      expires_at: transcription.expiresAt,
    })
    .execute();
}

export async function tenantOfTranscription(tx: SystemDb, id: string): Promise<string | undefined> {
  const row = await tx.db
    .selectFrom('transcriptions')
    .select('tenant_id')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.tenant_id;
}

/**
 * Marks the token as used, if it may be. One statement, so that of two sockets with the same
 * token one wins, whichever replica it is on.
 */
export async function claimTranscription(
  tx: TenantDb,
  claim: {
    id: string;
    tokenHash: Buffer;
    callSid: string;
    streamSid: string;
    tracks: readonly Track[];
    now: Date;
  },
): Promise<ClaimedRow | undefined> {
  const row = await tx.db
    .updateTable('transcriptions')
    .set({ claimed_at: claim.now, stream_sid: claim.streamSid })
    .where('id', '=', claim.id)
    .where('token_hash', '=', claim.tokenHash)
    .where('status', '=', 'waiting')
    .where('claimed_at', 'is', null)
    .where('expires_at', '>', claim.now)
    .where('call_sid', '=', claim.callSid)
    .where('track', 'in', satisfiedBy(claim.tracks))
    .returning(['language', 'track', 'phrases'])
    .executeTakeFirst();
  return row;
}

/** Why a claim was refused; undefined for whoever does not know the token. */
export async function stateForClaim(
  tx: TenantDb,
  id: string,
  tokenHash: Buffer,
): Promise<
  | Pick<
      Selectable<TranscriptionsTable>,
      'status' | 'claimed_at' | 'expires_at' | 'call_sid' | 'track'
    >
  | undefined
> {
  return tx.db
    .selectFrom('transcriptions')
    .select(['status', 'claimed_at', 'expires_at', 'call_sid', 'track'])
    .where('id', '=', id)
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst();
}

/** What can be asked for of a stream that carries these tracks. */
export function satisfiedBy(tracks: readonly Track[]): TranscriptionsTable['track'][] {
  const isBoth = tracks.includes('inbound') && tracks.includes('outbound');
  return isBoth ? ['inbound', 'outbound', 'both'] : [...tracks];
}

export async function listTranscriptions(
  tx: Reader,
  filter: Omit<TranscriptionFilter, 'tenant'>,
  page: Page<TimePosition>,
): Promise<Transcription[]> {
  let query = selectTranscriptions(tx);
  if (filter.callSid !== undefined) {
    query = query.where('transcriptions.call_sid', '=', filter.callSid);
  }
  if (filter.status !== undefined) query = query.where('transcriptions.status', '=', filter.status);
  if (page.after !== undefined)
    query = query.where(isBehind(page.after, 'transcriptions.created_at', 'transcriptions.id'));
  const rows = await query
    .orderBy('transcriptions.created_at', 'desc')
    .orderBy('transcriptions.id', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(toTranscription);
}

export async function findTranscription(
  tx: Reader,
  id: string,
): Promise<Transcription | undefined> {
  const row = await selectTranscriptions(tx).where('transcriptions.id', '=', id).executeTakeFirst();
  return row && toTranscription(row);
}

export async function utterancesOf(tx: Reader, id: string): Promise<Utterance[]> {
  const rows = await tx.db
    .selectFrom('transcription_utterances')
    .selectAll()
    .where('transcription_id', '=', id)
    .orderBy('utterance_index')
    .execute();
  return rows.map(toUtterance);
}

/** @returns false when it has begun already */
export async function startTranscription(
  tx: TenantDb,
  id: string,
  startedAt: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('transcriptions')
    .set({ status: 'in-progress', started_at: startedAt })
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** @returns false when the utterance is stored already */
export async function insertUtterance(tx: TenantDb, utterance: UtteranceRecord): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.db
    .insertInto('transcription_utterances')
    .values({
      tenant_id: tx.tenantId,
      transcription_id: utterance.transcriptionId,
      utterance_index: utterance.index,
      track: utterance.track,
      text: utterance.text.replaceAll('\0', ''),
      confidence: utterance.confidence ?? null,
      start_ms: utterance.startMs,
      end_ms: utterance.endMs,
      language_code: utterance.languageCode,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'transcription_id', 'utterance_index']).doNothing(),
    )
    .executeTakeFirst();
  if ((numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
  await tx.db
    .updateTable('transcriptions')
    .set({ gaps: json(utterance.gaps) })
    .where('id', '=', utterance.transcriptionId)
    .execute();
  return true;
}

/** @returns false when it has ended already */
export async function endTranscription(
  tx: TenantDb,
  ending: TranscriptionEnding,
): Promise<boolean> {
  const failed = ending.reason === 'recognition-failed' || ending.reason === 'never-started';
  const { numUpdatedRows } = await tx.db
    .updateTable('transcriptions')
    .set({
      status: failed ? 'failed' : 'completed',
      end_reason: ending.reason,
      error: ending.error === undefined ? null : json(ending.error),
      gaps: json(ending.gaps),
      ended_at: new Date(ending.endedAtMs),
    })
    .where('id', '=', ending.transcriptionId)
    .where('status', 'in', ['waiting', 'in-progress'])
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Asks whichever process has it to stop it.
 * @returns whether one has it; undefined when there is no such transcription
 */
export async function requestStop(
  tx: TenantDb,
  id: string,
  now: Date,
): Promise<'live' | 'waiting' | 'ended' | undefined> {
  const row = await tx.db
    .updateTable('transcriptions')
    .set({ stop_requested_at: now })
    .where('id', '=', id)
    .returning(['claimed_at', 'ended_at'])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.ended_at !== null) return 'ended';
  return row.claimed_at === null ? 'waiting' : 'live';
}

/** Those of these whose stop was asked for. */
export async function stopsRequested(tx: SystemDb, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.db
    .selectFrom('transcriptions')
    .select('id')
    .where('id', 'in', ids)
    .where('stop_requested_at', 'is not', null)
    .execute();
  return rows.map(({ id }) => id);
}

/** Those that nobody will end any more: their token has expired, or their process is gone. */
export async function abandonedTranscriptions(
  tx: TenantDb,
  before: { readonly expired: Date; readonly started: Date },
): Promise<{ readonly id: string; readonly neverStarted: boolean }[]> {
  const rows = await tx.db
    .selectFrom('transcriptions')
    .select(['id', 'claimed_at'])
    .where('ended_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb.and([eb('claimed_at', 'is', null), eb('expires_at', '<', before.expired)]),
        eb('claimed_at', '<', before.started),
      ]),
    )
    .execute();
  return rows.map((row) => ({ id: row.id, neverStarted: row.claimed_at === null }));
}

function selectTranscriptions(tx: Reader) {
  return tx.db
    .selectFrom('transcriptions')
    .innerJoin('tenants', 'tenants.tenant_id', 'transcriptions.tenant_id')
    .select(columns)
    .select(['tenants.slug as tenant_slug', 'tenants.name as tenant_name']);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectTranscriptions>['execute']>>[number];

function toTranscription(row: Row): Transcription {
  const { started_at: startedAt, ended_at: endedAt } = row;
  return transcriptionSchema.parse({
    id: row.id,
    tenant: { id: row.tenant_id, slug: row.tenant_slug, name: row.tenant_name },
    callSid: row.call_sid,
    from: row.from_number,
    to: row.to_number,
    language: row.language,
    track: row.track,
    metadata: row.metadata,
    status: row.status,
    endReason: row.end_reason,
    error: row.error,
    createdAt: row.created_at.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    durationMs: startedAt && endedAt ? endedAt.getTime() - startedAt.getTime() : null,
    gaps: row.gaps,
  });
}

function toUtterance(row: Selectable<TranscriptionUtterancesTable>): Utterance {
  return {
    index: row.utterance_index,
    track: row.track,
    text: row.text,
    confidence: row.confidence,
    startMs: row.start_ms,
    endMs: row.end_ms,
    languageCode: row.language_code,
  };
}
