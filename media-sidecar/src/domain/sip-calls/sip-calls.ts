import type { ClaimedSession } from '../../call/ports.ts';
import type { Database } from '../../db/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Access } from '../access.ts';
import { DomainError, domainErrors } from '../errors.ts';
import { declineMessage } from '../sessions/decline-messages.ts';
import { callOfSession, sessionOfOpenAiCall, type CallOfSession } from '../sessions/repository.ts';
import type { DeclineReason } from '../sessions/schema.ts';
import { sessionRequestSchema } from '../sessions/schema.ts';
import type { Admission, Sessions } from '../sessions/sessions.ts';
import { isTaken } from '../sessions/sessions.ts';
import { toBrief } from '../tenants/schema.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { SipAnswering } from './ports.ts';
import type { SipCallReply, SipCallRequest } from './schema.ts';

/** SIP's words for a caller who may try again, and for one who is not wanted. */
const busyHere = 486;
const decline = 603;

/**
 * How long a session may have a call that has no record yet, in ms. An acceptance takes 10 s at most;
 * whoever was about to answer has failed then, or died.
 */
const answeredWithinMs = 15_000;
/** Longer than any caller hears it ring: an announcement that comes so late is a repetition, in ms. */
const ringsForMs = 120_000;

const connect = { action: 'connect', reason: 'open' } as const;

interface SipCallsParts {
  readonly db: Database;
  readonly tenants: Tenants;
  readonly sessions: Sessions;
  readonly admission: () => Admission;
  /** undefined: OpenAI is not configured */
  readonly answering: SipAnswering | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Takes the calls that OpenAI announces, each of them once. */
export class SipCalls {
  readonly #parts: SipCallsParts;

  constructor(parts: SipCallsParts) {
    this.#parts = parts;
  }

  /**
   * @throws DomainError invalid-session, sip-not-configured, sip-call-failed, and what the making of a
   * session throws; the call was rejected then, and is so for whatever else is thrown once a session has
   * it: a repeated request could not have it any more
   */
  async take(access: Access, request: SipCallRequest): Promise<SipCallReply> {
    const answering = this.#parts.answering;
    if (answering === undefined) throw domainErrors.sipNotConfigured();
    const { openAiCallId } = request;
    try {
      const before = await this.#duplicateOf(access, openAiCallId);
      if (before !== undefined) return before;
      const taken = await this.#session(access, request);
      if ('outcome' in taken) {
        if (taken.decision?.action === 'decline') {
          await this.#reject(openAiCallId, statusOf(taken.decision.reason));
        }
        return taken;
      }
      return await this.#answer(answering, taken, openAiCallId);
    } catch (error) {
      // Without an answer the caller would hear it ring until OpenAI gives up.
      if (error instanceof DomainError) {
        const busy = error.kind === 'unavailable';
        await this.#reject(openAiCallId, busy ? busyHere : decline);
      } else if (await this.#hasSession(openAiCallId)) {
        await this.#reject(openAiCallId, busyHere);
      }
      throw error;
    }
  }

  async #hasSession(openAiCallId: string): Promise<boolean> {
    try {
      return (await this.#sessionOf(openAiCallId)) !== undefined;
    } catch (error) {
      // The database is away: whoever asks once more may find it back, while the caller hears it ring.
      this.#parts.logger.warn({ err: error }, 'whether a SIP call has a session is not known');
      return false;
    }
  }

  /** The session that the call has, or what there is to reply instead. */
  async #session(access: Access, request: SipCallRequest): Promise<ClaimedSession | SipCallReply> {
    const { openAiCallId, sipHeaders } = request;
    const sessionId = headerOf(sipHeaders, 'x-session-id');
    const token = headerOf(sipHeaders, 'x-session-token');
    if (sessionId === undefined && token === undefined) return this.#newSession(access, request);
    return this.#claim(access, { sessionId: sessionId ?? '', token: token ?? '', openAiCallId });
  }

  async #newSession(
    access: Access,
    { openAiCallId, sipHeaders: _headers, ...fields }: SipCallRequest,
  ): Promise<ClaimedSession | SipCallReply> {
    const named = sessionRequestSchema.safeParse({
      ...fields,
      direction: 'inbound',
      transport: 'sip',
    });
    if (!named.success) throw domainErrors.sipCallOfNobody();
    try {
      const made = await this.#parts.sessions.create(access, named.data, openAiCallId);
      const { sessionId, token, tenant, decision } = made;
      if (sessionId === null || token === null) {
        return { outcome: 'declined', sessionId: null, callId: null, tenant, decision };
      }
      return await this.#claim(access, { sessionId, token, openAiCallId });
    } catch (error) {
      if (isTaken(error)) return this.#knownDuplicate(access, openAiCallId);
      throw error;
    }
  }

  async #claim(
    access: Access,
    claim: { readonly sessionId: string; readonly token: string; readonly openAiCallId: string },
  ): Promise<ClaimedSession | SipCallReply> {
    const tenantId = access.scope === 'tenant' ? access.tenantId : undefined;
    const claimed = await this.#parts.sessions.claimSip({ ...claim, tenantId });
    if (claimed === 'taken') return this.#knownDuplicate(access, claim.openAiCallId);
    if ('refused' in claimed) {
      // Perhaps the same announcement came twice at the same moment.
      const same = await this.#duplicateOf(access, claim.openAiCallId);
      if (same !== undefined && claimed.refused === 'used') return same;
      throw domainErrors.invalidSession(claimed.refused);
    }
    const admission = this.#parts.admission();
    if (admission === 'open') return claimed;
    const tenant = await this.#parts.tenants.byId(claimed.tenant.id);
    const message = declineMessage(tenant, admission);
    return {
      outcome: 'declined',
      sessionId: null,
      callId: null,
      tenant: toBrief(tenant),
      decision: { action: 'decline', reason: admission, message },
    };
  }

  async #answer(
    answering: SipAnswering,
    session: ClaimedSession,
    openAiCallId: string,
  ): Promise<SipCallReply> {
    const { sessionId, callId } = session;
    const tenant = toBrief(await this.#parts.tenants.byId(session.tenant.id));
    try {
      const outcome = await answering.answer(session, openAiCallId);
      return { outcome, sessionId, callId, tenant, decision: connect };
    } catch (error) {
      this.#parts.logger.error({ err: error, callId }, 'a SIP call could not be answered');
      throw domainErrors.sipCallFailed();
    }
  }

  async #knownDuplicate(access: Access, openAiCallId: string): Promise<SipCallReply> {
    const known = await this.#duplicateOf(access, openAiCallId);
    if (known === undefined) throw new Error('the session that has the call is not there');
    return known;
  }

  /** @throws DomainError sip-call-failed when it was announced before, and nobody answered it */
  async #duplicateOf(access: Access, openAiCallId: string): Promise<SipCallReply | undefined> {
    const found = await this.#sessionOf(openAiCallId);
    if (found === undefined) return undefined;
    const { tenantId, sessionId } = found;
    const outcome = 'duplicate';
    if (access.scope === 'tenant' && access.tenantId !== tenantId) {
      return { outcome, sessionId: null, callId: null, tenant: null, decision: null };
    }
    const call = await this.#parts.db.withTenant(tenantId, (tx) => callOfSession(tx, sessionId));
    if (this.#isAbandoned(call)) throw domainErrors.sipCallFailed();
    const tenant = toBrief(await this.#parts.tenants.byId(tenantId));
    return { outcome, sessionId, callId: call?.callId ?? null, tenant, decision: connect };
  }

  #isAbandoned(call: CallOfSession | undefined): boolean {
    if (call?.claimedAt === undefined || call.isRecorded) return false;
    const forMs = this.#parts.clock.nowMs() - call.claimedAt.getTime();
    return forMs > answeredWithinMs && forMs <= ringsForMs;
  }

  #sessionOf(openAiCallId: string): ReturnType<typeof sessionOfOpenAiCall> {
    return this.#parts.db.withSystem((tx) => sessionOfOpenAiCall(tx, openAiCallId));
  }

  /** A call that is gone already needs no rejection, and one that cannot be rejected ends by itself. */
  async #reject(openAiCallId: string, statusCode: number): Promise<void> {
    try {
      await this.#parts.answering?.reject(openAiCallId, statusCode);
    } catch (error) {
      this.#parts.logger.warn({ err: error, statusCode }, 'a SIP call could not be rejected');
    }
  }
}

function statusOf(reason: DeclineReason): number {
  return reason === 'capacity' || reason === 'draining' ? busyHere : decline;
}

/** SIP tells no difference between upper and lower case in names. */
function headerOf(headers: SipCallRequest['sipHeaders'], wanted: string): string | undefined {
  return headers.find(({ name }) => name.trim().toLowerCase() === wanted)?.value.trim();
}
