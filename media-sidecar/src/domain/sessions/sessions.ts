import type {
  ClaimedSession,
  SessionClaim,
  SessionGate,
  SessionRefusal,
  TenantProfile,
} from '../../call/ports.ts';
import type { Database } from '../../db/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { hashToken, isId, newId, newToken } from '../identifiers.ts';
import { isOpen } from '../tenants/business-hours.ts';
import { getTenant } from '../tenants/repository.ts';
import type { Tenant } from '../tenants/schema.ts';
import { toBrief, toProfile } from '../tenants/schema.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { Tools } from '../tools/tools.ts';
import type { DoNotCall } from '../compliance/do-not-call.ts';
import type { Contacts } from '../contacts/contacts.ts';
import { withTenant, type StoredContact } from '../contacts/repository.ts';
import { declineMessage } from './decline-messages.ts';
import { claimSession, findSession, insertSession, tenantOfSession } from './repository.ts';
import type { SessionContact, StoredSession } from './repository.ts';
import type { DeclineReason, SessionReply, SessionRequest } from './schema.ts';
import { numberOrUndefined } from './schema.ts';

/** Whether this process would take one more call. */
export type Admission = 'open' | 'capacity' | 'draining';

export interface SessionOptions {
  /** How long a token can be used, in ms. */
  readonly sessionTtlMs: number;
  /** The same for an outbound call, which has to be queued, dialled and picked up first. Ms. */
  readonly outboundSessionTtlMs: number;
  readonly urls: {
    readonly stream: string;
    readonly action: string;
    readonly streamStatus: string;
  };
}

/** A call of a tenant is about to be connected to an agent. */
export type OnConnecting = (tenant: TenantProfile, agent: string) => void;

type Claimed = SessionRefusal | { readonly session: StoredSession; readonly tenant: Tenant };

/** Decides whether a call is connected, and trades the token of a media stream for its session. */
export class Sessions implements SessionGate {
  readonly #db: Database;
  readonly #tenants: Tenants;
  readonly #tools: Tools;
  readonly #clock: Clock;
  readonly #admission: () => Admission;
  readonly #contacts: Pick<Contacts, 'ofNumber'>;
  readonly #doNotCall: Pick<DoNotCall, 'isListed'>;
  readonly #onConnecting: OnConnecting;
  readonly #options: SessionOptions;

  constructor(
    parts: {
      readonly db: Database;
      readonly tenants: Tenants;
      readonly tools: Tools;
      readonly contacts: Pick<Contacts, 'ofNumber'>;
      readonly doNotCall: Pick<DoNotCall, 'isListed'>;
      readonly clock: Clock;
      readonly admission: () => Admission;
      readonly onConnecting?: OnConnecting;
    },
    options: SessionOptions,
  ) {
    this.#db = parts.db;
    this.#tenants = parts.tenants;
    this.#tools = parts.tools;
    this.#contacts = parts.contacts;
    this.#doNotCall = parts.doNotCall;
    this.#clock = parts.clock;
    this.#admission = parts.admission;
    this.#onConnecting = parts.onConnecting ?? (() => undefined);
    this.#options = options;
  }

  /** @throws DomainError tenant-not-found, tenant-mismatch */
  async create(access: Access, request: SessionRequest): Promise<SessionReply> {
    const tenant = await this.#tenantOf(access, request);
    const { direction } = request;
    const other = direction === 'inbound' ? request.from : request.to;
    const known = await this.#contacts.ofNumber(tenant.id, other);
    const contact = known === undefined ? null : withTenant(known, tenant);
    const reason = await this.#reasonToDecline(tenant, direction, other);
    if (reason !== undefined) {
      return {
        sessionId: null,
        callId: null,
        token: null,
        expiresAt: null,
        streamUrl: null,
        actionUrl: null,
        streamStatusUrl: null,
        tenant: toBrief(tenant),
        contact,
        decision: { action: 'decline', reason, message: declineMessage(tenant, reason) },
      };
    }
    const token = newToken();
    const expiresAt = new Date(this.#clock.nowMs() + this.#ttlMs(request.direction));
    const session = {
      id: newId(),
      callId: newId(),
      tokenHash: hashToken(token),
      direction: request.direction,
      agent: request.agent ?? tenant.agent,
      pipeline: request.pipeline,
      callSid: request.callSid,
      from: numberOrUndefined(request.from),
      to: numberOrUndefined(request.to) ?? inboundNumber(request),
      contact: contactOf(request, known),
      variables: request.variables,
      toolNames: request.tools,
      expiresAt,
    };
    await this.#db.withTenant(tenant.id, (tx) => insertSession(tx, session));
    this.#onConnecting(toProfile(tenant), session.agent);
    return {
      sessionId: session.id,
      callId: session.callId,
      token,
      expiresAt: expiresAt.toISOString(),
      streamUrl: this.#options.urls.stream,
      actionUrl: this.#options.urls.action,
      streamStatusUrl: this.#options.urls.streamStatus,
      tenant: toBrief(tenant),
      contact,
      decision: { action: 'connect', reason: 'open' },
    };
  }

  async claim(request: SessionClaim): Promise<ClaimedSession | SessionRefusal> {
    if (!isId(request.sessionId)) return { refused: 'unknown' };
    const tenantId = await this.#db.withSystem((tx) => tenantOfSession(tx, request.sessionId));
    if (tenantId === undefined) return { refused: 'unknown' };
    const now = new Date(this.#clock.nowMs());
    const tokenHash = hashToken(request.token);
    const { sessionId, callSid, streamSid } = request;
    const claimed = await this.#db.withTenant(tenantId, async (tx): Promise<Claimed> => {
      const session = await claimSession(tx, { sessionId, tokenHash, callSid, streamSid, now });
      const tenant = await getTenant(tx);
      if (session === undefined || tenant === undefined) {
        const found = await findSession(tx, sessionId, tokenHash, now);
        // Whoever does not know the token learns nothing about the session.
        if (found === undefined || tenant === undefined) return { refused: 'unknown' };
        if (found.claimed) return { refused: 'used' };
        return { refused: found.expired ? 'expired' : 'wrong-call' };
      }
      return { session, tenant };
    });
    if ('refused' in claimed) return claimed;
    const { session, tenant } = claimed;
    const tools = await this.#tools.definitionsFor(tenantId, session.toolNames);
    return {
      sessionId,
      callId: session.callId,
      tenant: toProfile(tenant),
      agent: session.agent,
      pipeline: session.pipeline,
      transport: 'media-stream',
      direction: session.direction,
      callSid,
      ...(session.from !== undefined && { from: session.from }),
      ...(session.to !== undefined && { to: session.to }),
      contact: session.contact,
      variables: session.variables,
      tools,
    };
  }

  async #tenantOf(access: Access, request: SessionRequest): Promise<Tenant> {
    const { calledNumber, tenant: name } = request;
    if (name === undefined) {
      return this.#tenants.byPhoneNumber(access, calledNumber ?? '', 'calledNumber');
    }
    const named = await this.#tenants.byIdOrSlug(access, name, 'tenant');
    if (calledNumber !== undefined) {
      const called = await this.#tenants.byPhoneNumber(access, calledNumber, 'calledNumber');
      if (called.id !== named.id) throw domainErrors.tenantMismatch();
    }
    return named;
  }

  #ttlMs(direction: SessionRequest['direction']): number {
    const { sessionTtlMs, outboundSessionTtlMs } = this.#options;
    return direction === 'outbound' ? outboundSessionTtlMs : sessionTtlMs;
  }

  async #reasonToDecline(
    tenant: Tenant,
    direction: 'inbound' | 'outbound',
    other: string | undefined,
  ): Promise<DeclineReason | undefined> {
    const admission = this.#admission();
    if (admission !== 'open') return admission;
    if (tenant.status === 'suspended') return 'suspended';
    // Hours tell when callers are answered; when to call out is the workflow's decision.
    const answering = direction === 'inbound';
    if (answering && !isOpen(tenant.businessHours, tenant.timezone, this.#clock.nowMs())) {
      return 'closed';
    }
    const called = direction === 'outbound' ? numberOrUndefined(other) : undefined;
    if (called !== undefined && (await this.#doNotCall.isListed(tenant.id, called))) {
      return 'do-not-call';
    }
    return undefined;
  }
}

function inboundNumber(request: SessionRequest): string | undefined {
  return request.direction === 'inbound' ? request.calledNumber : undefined;
}

/** What the workflow says comes before what is known. */
function contactOf(request: SessionRequest, known: StoredContact | undefined): SessionContact {
  const name = request.contact.name ?? known?.name ?? undefined;
  return {
    ...(name !== undefined && { name }),
    ...(known !== undefined && { attributes: wordsOf(known) }),
  };
}

/** Longer values would drown what the agent is told otherwise. */
const maxWordsLength = 2000;

/** What an agent may be told of a contact, as words. */
function wordsOf(contact: StoredContact): Record<string, string> {
  const { company, role, notes, attributes } = contact;
  const known = Object.entries({ company, role, ...attributes, notes });
  const words = known.flatMap(([name, value]) =>
    value === null
      ? []
      : [
          [
            name,
            (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, maxWordsLength),
          ],
        ],
  );
  return Object.fromEntries(words) as Record<string, string>;
}
