import type {
  ClaimedTranscription,
  TranscriptionClaim,
  TranscriptionGate,
  TranscriptionRecorder,
  TranscriptionRefusal,
} from '../../call/ports.ts';
import type { Database } from '../../db/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { hashToken, isId, newId, newToken } from '../identifiers.ts';
import type { Page, TimePosition } from '../paging.ts';
import { ownerFor, withScope } from '../scope.ts';
import type { Admission } from '../sessions/sessions.ts';
import { numberOrUndefined } from '../sessions/schema.ts';
import type { Tenant } from '../tenants/schema.ts';
import type { Tenants } from '../tenants/tenants.ts';
import {
  claimTranscription,
  findTranscription,
  insertTranscription,
  listTranscriptions,
  requestStop,
  satisfiedBy,
  stateForClaim,
  tenantOfTranscription,
  utterancesOf,
} from './repository.ts';
import type {
  Transcription,
  TranscriptionFilter,
  TranscriptionRequest,
  TranscriptionTicket,
  TranscriptionWithUtterances,
} from './schema.ts';

/** How long a token can be used: the stream of a call that is there opens at once. */
const ttlMs = 120_000;

const twilioTrack = {
  inbound: 'inbound_track',
  outbound: 'outbound_track',
  both: 'both_tracks',
} as const;

export interface TranscriptionParts {
  readonly db: Database;
  readonly tenants: Tenants;
  readonly recorder: TranscriptionRecorder;
  readonly clock: Clock;
  readonly admission: () => Admission;
  /** Stops one of this process. @returns false when it is not here */
  readonly stopHere: (transcriptionId: string) => boolean;
  readonly urls: { readonly stream: string; readonly streamStatus: string };
}

/** Live transcriptions, as far as a key may see them, and the tokens that their streams show. */
export class Transcriptions implements TranscriptionGate {
  readonly #parts: TranscriptionParts;

  constructor(parts: TranscriptionParts) {
    this.#parts = parts;
  }

  /** @throws DomainError tenant-not-found, tenant-mismatch, tenant-required, capacity, draining */
  async create(access: Access, request: TranscriptionRequest): Promise<TranscriptionTicket> {
    const { db, clock, urls, admission } = this.#parts;
    const tenant = await this.#tenantOf(access, request);
    const admitted = admission();
    if (admitted !== 'open') throw domainErrors.notTaken(admitted);
    const id = newId();
    const token = newToken();
    const createdAt = new Date(clock.nowMs());
    const expiresAt = new Date(clock.nowMs() + ttlMs);
    const transcription = {
      id,
      tokenHash: hashToken(token),
      callSid: request.callSid,
      from: numberOrUndefined(request.from),
      to: numberOrUndefined(request.to) ?? request.calledNumber,
      language: request.language ?? tenant.language,
      track: request.track,
      phrases: request.phrases,
      metadata: request.metadata,
      createdAt,
      expiresAt,
    };
    await db.withTenant(tenant.id, (tx) => insertTranscription(tx, transcription));
    return {
      transcriptionId: id,
      streamUrl: urls.stream,
      token,
      streamStatusUrl: urls.streamStatus,
      track: twilioTrack[request.track],
      expiresAt: expiresAt.toISOString(),
    };
  }

  async claim(request: TranscriptionClaim): Promise<ClaimedTranscription | TranscriptionRefusal> {
    const { transcriptionId, callSid, streamSid, tracks } = request;
    const { db, clock } = this.#parts;
    if (!isId(transcriptionId)) return { refused: 'unknown' };
    const tenantId = await db.withSystem((tx) => tenantOfTranscription(tx, transcriptionId));
    if (tenantId === undefined) return { refused: 'unknown' };
    const now = new Date(clock.nowMs());
    const tokenHash = hashToken(request.token);
    return db.withTenant(tenantId, async (tx) => {
      const claim = { id: transcriptionId, tokenHash, callSid, streamSid, tracks, now };
      const claimed = await claimTranscription(tx, claim);
      if (claimed !== undefined) {
        const { language, track, phrases } = claimed;
        const wanted = track === 'both' ? (['inbound', 'outbound'] as const) : [track];
        return { transcriptionId, tenantId, callSid, language, phrases, tracks: wanted };
      }
      const found = await stateForClaim(tx, transcriptionId, tokenHash);
      // Whoever does not know the token learns nothing about the transcription.
      if (found === undefined) return { refused: 'unknown' };
      if (found.claimed_at !== null) return { refused: 'used' };
      if (found.status !== 'waiting') return { refused: 'stopped' };
      if (found.expires_at <= now) return { refused: 'expired' };
      if (found.call_sid !== callSid) return { refused: 'wrong-call' };
      return { refused: satisfiedBy(tracks).includes(found.track) ? 'used' : 'wrong-tracks' };
    });
  }

  /** Newest first. @throws DomainError tenant-not-found */
  async list(
    access: Access,
    filter: TranscriptionFilter,
    page: Page<TimePosition>,
  ): Promise<Transcription[]> {
    const { db, tenants } = this.#parts;
    const { tenant: name, ...rest } = filter;
    const tenant = await tenants.scopeOf(access, name);
    return withScope(db, tenant?.id, (tx) => listTranscriptions(tx, rest, page));
  }

  /** @throws DomainError transcription-not-found */
  async get(access: Access, id: string): Promise<TranscriptionWithUtterances> {
    const tenantId = await this.#ownerOf(access, id);
    const found = await this.#parts.db.withTenant(tenantId, async (tx) => {
      const transcription = await findTranscription(tx, id);
      return transcription && { ...transcription, utterances: await utterancesOf(tx, id) };
    });
    if (found === undefined) throw domainErrors.transcriptionNotFound();
    return found;
  }

  /** Stops it, wherever it runs. @throws DomainError transcription-not-found */
  async stop(access: Access, id: string): Promise<void> {
    const { db, clock, recorder, stopHere } = this.#parts;
    const tenantId = await this.#ownerOf(access, id);
    const nowMs = clock.nowMs();
    const state = await db.withTenant(tenantId, (tx) => requestStop(tx, id, new Date(nowMs)));
    if (state === undefined) throw domainErrors.transcriptionNotFound();
    // Another process that has it looks for such wishes by itself.
    if (state === 'live') stopHere(id);
    if (state === 'waiting') {
      const ending = { transcriptionId: id, tenantId, endedAtMs: nowMs, gaps: [] };
      recorder.ended({ ...ending, reason: 'stopped' });
    }
  }

  async #ownerOf(access: Access, id: string): Promise<string> {
    if (!isId(id)) throw domainErrors.transcriptionNotFound();
    const owner = await ownerFor(this.#parts.db, access, (tx) => tenantOfTranscription(tx, id));
    if (owner === undefined) throw domainErrors.transcriptionNotFound();
    return owner;
  }

  async #tenantOf(access: Access, request: TranscriptionRequest): Promise<Tenant> {
    const { tenants } = this.#parts;
    const { calledNumber, tenant: name } = request;
    const named = name === undefined ? undefined : await tenants.byIdOrSlug(access, name, 'tenant');
    const called =
      calledNumber === undefined
        ? undefined
        : await tenants.byPhoneNumber(access, calledNumber, 'calledNumber');
    if (named && called && named.id !== called.id) throw domainErrors.tenantMismatch();
    return named ?? called ?? tenants.requireScope(access, undefined);
  }
}
