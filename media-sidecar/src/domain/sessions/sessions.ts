import type {
  ClaimedSession,
  Pipeline,
  SessionClaim,
  SessionGate,
  SessionRefusal,
  TenantProfile,
} from '../../call/ports.ts';
import type { Database } from '../../db/database.ts';
import { violatedConstraint } from '../../db/sql.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Access } from '../access.ts';
import type { Budgets } from '../costs/budgets.ts';
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
import { contactOf } from './contact-of.ts';
import { declineMessage } from './decline-messages.ts';
import {
  claimSession,
  claimSipSession,
  findSession,
  insertSession,
  tenantOfSession,
} from './repository.ts';
import type { NewSession, StoredSession } from './repository.ts';
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
    /** What follows the `<Dial>` into SIP. */
    readonly dialAction: string;
  };
  readonly openAi: OpenAiAccess;
}

/** What this sidecar has of OpenAI. */
export interface OpenAiAccess {
  /** Whether it can be asked at all. Without it speech to speech is served with the cascade. */
  readonly configured: boolean;
  /** `proj_…`; absent: no calls over SIP. */
  readonly projectId?: string;
  /** @example 'sip.api.openai.com' */
  readonly sipHost: string;
  /** The carrier ends a call over SIP that has gone on for so long, in ms: nobody controls it any more. */
  readonly sipTimeLimitMs: number;
}

/** A call of a tenant is about to be connected to an agent. */
export type OnConnecting = (tenant: TenantProfile, agent: string) => void;

type Claimed = SessionRefusal | { readonly session: StoredSession; readonly tenant: Tenant };

/** What there is of a session that was not made. */
const nothing = {
  sessionId: null,
  callId: null,
  token: null,
  expiresAt: null,
  pipeline: null,
  streamUrl: null,
  actionUrl: null,
  streamStatusUrl: null,
  sip: null,
} as const;

interface SessionsParts {
  readonly db: Database;
  readonly tenants: Tenants;
  readonly tools: Tools;
  readonly contacts: Pick<Contacts, 'ofNumber'>;
  readonly doNotCall: Pick<DoNotCall, 'isListed'>;
  readonly budgets: Pick<Budgets, 'stateOf'>;
  readonly clock: Clock;
  readonly admission: () => Admission;
  readonly onConnecting: OnConnecting;
}

/** Decides whether a call is connected, and trades the token of a media stream for its session. */
export class Sessions implements SessionGate {
  readonly #parts: SessionsParts;
  readonly #options: SessionOptions;

  constructor(parts: SessionsParts, options: SessionOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /**
   * @param openAiCallId of the call that the session is for, when OpenAI has announced it already
   * @throws DomainError tenant-not-found, tenant-mismatch, sip-not-configured
   */
  async create(
    access: Access,
    request: SessionRequest,
    openAiCallId?: string,
  ): Promise<SessionReply> {
    const { transport, direction } = request;
    // A call that OpenAI has announced needs no address any more.
    if (transport === 'sip') this.#requireSip(openAiCallId === undefined);
    const tenant = await this.#tenantOf(access, request);
    const other = direction === 'inbound' ? request.from : request.to;
    const known = await this.#parts.contacts.ofNumber(tenant.id, numberOrUndefined(other));
    const about = {
      tenant: toBrief(tenant),
      contact: known === undefined ? null : withTenant(known, tenant),
    };
    const reason = await this.#reasonToDecline(tenant, direction, other);
    if (reason !== undefined) {
      const message = declineMessage(tenant, reason);
      return { ...nothing, ...about, decision: { action: 'decline', reason, message } };
    }
    const token = newToken();
    const session = this.#newSession(request, tenant, known, token, openAiCallId);
    await this.#parts.db.withTenant(tenant.id, (tx) => insertSession(tx, session));
    // Speech to speech, too, has a second voice, for when the model is away; over SIP nobody hears it.
    if (transport === 'media-stream') this.#parts.onConnecting(toProfile(tenant), session.agent);
    return {
      sessionId: session.id,
      callId: session.callId,
      token,
      expiresAt: session.expiresAt.toISOString(),
      pipeline: session.pipeline,
      ...this.#addresses(session, token),
      ...about,
      decision: { action: 'connect', reason: 'open' },
    };
  }

  async claim(request: SessionClaim): Promise<ClaimedSession | SessionRefusal> {
    if (!isId(request.sessionId)) return { refused: 'unknown' };
    const tenantId = await this.#parts.db.withSystem((tx) =>
      tenantOfSession(tx, request.sessionId),
    );
    if (tenantId === undefined) return { refused: 'unknown' };
    const now = new Date(this.#parts.clock.nowMs());
    const tokenHash = hashToken(request.token);
    const { sessionId, callSid, streamSid } = request;
    const claimed = await this.#parts.db.withTenant(tenantId, async (tx): Promise<Claimed> => {
      const session = await claimSession(tx, { sessionId, tokenHash, callSid, streamSid, now });
      const tenant = await getTenant(tx);
      if (session === undefined || tenant === undefined) {
        const found = await findSession(tx, sessionId, tokenHash, now);
        // Whoever does not know the token learns nothing about the session.
        if (found?.transport !== 'media-stream' || tenant === undefined) {
          return { refused: 'unknown' };
        }
        if (found.claimed) return { refused: 'used' };
        return { refused: found.expired ? 'expired' : 'wrong-call' };
      }
      return { session, tenant };
    });
    return 'refused' in claimed ? claimed : this.#claimed(claimed, callSid);
  }

  /**
   * The same for a call over SIP, which can be claimed once too, and by one session only.
   * @param tenantId undefined: of any tenant
   */
  async claimSip(request: {
    readonly sessionId: string;
    readonly token: string;
    readonly openAiCallId: string;
    readonly tenantId: string | undefined;
  }): Promise<ClaimedSession | SessionRefusal | 'taken'> {
    const { sessionId, openAiCallId } = request;
    if (!isId(sessionId)) return { refused: 'unknown' };
    const tenantId = await this.#parts.db.withSystem((tx) => tenantOfSession(tx, sessionId));
    if (tenantId === undefined || tenantId !== (request.tenantId ?? tenantId)) {
      return { refused: 'unknown' };
    }
    const now = new Date(this.#parts.clock.nowMs());
    const tokenHash = hashToken(request.token);
    try {
      const claimed = await this.#parts.db.withTenant(tenantId, async (tx): Promise<Claimed> => {
        const session = await claimSipSession(tx, { sessionId, tokenHash, openAiCallId, now });
        const tenant = await getTenant(tx);
        if (session !== undefined && tenant !== undefined) return { session, tenant };
        const found = await findSession(tx, sessionId, tokenHash, now);
        if (found?.transport !== 'sip' || tenant === undefined) return { refused: 'unknown' };
        return { refused: found.claimed ? 'used' : 'expired' };
      });
      return 'refused' in claimed
        ? claimed
        : await this.#claimed(claimed, claimed.session.callSid ?? openAiCallId);
    } catch (error) {
      if (isTaken(error)) return 'taken';
      throw error;
    }
  }

  #newSession(
    request: SessionRequest,
    tenant: Tenant,
    known: StoredContact | undefined,
    token: string,
    openAiCallId: string | undefined,
  ): NewSession {
    const { direction, transport } = request;
    return {
      id: newId(),
      callId: newId(),
      tokenHash: hashToken(token),
      direction,
      agent: request.agent ?? tenant.agent,
      pipeline: this.#pipelineOf(request, tenant),
      transport,
      callSid: request.callSid,
      from: numberOrUndefined(request.from),
      to: numberOrUndefined(request.to) ?? inboundNumber(request),
      contact: contactOf(request, known),
      variables: request.variables,
      toolNames: request.tools,
      expiresAt: new Date(this.#parts.clock.nowMs() + this.#ttlMs(direction)),
      ...(openAiCallId !== undefined && { openAiCallId }),
    };
  }

  async #claimed(
    { session, tenant }: Exclude<Claimed, SessionRefusal>,
    callSid: string,
  ): Promise<ClaimedSession> {
    const { toolNames, pipeline } = session;
    const tools = await this.#parts.tools.definitionsFor(tenant.id, toolNames, pipeline);
    return {
      sessionId: session.id,
      callId: session.callId,
      tenant: toProfile(tenant),
      agent: session.agent,
      pipeline,
      transport: session.transport,
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
      return this.#parts.tenants.byPhoneNumber(access, calledNumber ?? '', 'calledNumber');
    }
    const named = await this.#parts.tenants.byIdOrSlug(access, name, 'tenant');
    if (calledNumber !== undefined) {
      const called = await this.#parts.tenants.byPhoneNumber(access, calledNumber, 'calledNumber');
      if (called.id !== named.id) throw domainErrors.tenantMismatch();
    }
    return named;
  }

  #requireSip(withAddress: boolean): void {
    const { configured, projectId } = this.#options.openAi;
    if (!configured || (withAddress && projectId === undefined)) {
      throw domainErrors.sipNotConfigured();
    }
  }

  #pipelineOf(request: SessionRequest, tenant: Tenant): Pipeline {
    const wanted = request.transport === 'sip' ? 'realtime' : (request.pipeline ?? tenant.pipeline);
    return this.#options.openAi.configured ? wanted : 'cascade';
  }

  #addresses(
    { id, transport }: { readonly id: string; readonly transport: ClaimedSession['transport'] },
    token: string,
  ): Pick<SessionReply, 'streamUrl' | 'actionUrl' | 'streamStatusUrl' | 'sip'> {
    const { urls, openAi } = this.#options;
    if (transport === 'media-stream') {
      const { stream: streamUrl, action: actionUrl, streamStatus: streamStatusUrl } = urls;
      return { streamUrl, actionUrl, streamStatusUrl, sip: null };
    }
    const none = { streamUrl: null, actionUrl: null, streamStatusUrl: null };
    if (openAi.projectId === undefined) return { ...none, sip: null };
    // Both are letters, digits and hyphens: nothing of them has to be escaped in a SIP URI.
    const headers = `X-Session-Id=${id}&X-Session-Token=${token}`;
    const uri = `sip:${openAi.projectId}@${openAi.sipHost};transport=tls?${headers}`;
    const { sipTimeLimitMs: timeLimitMs } = openAi;
    return { ...none, sip: { uri, actionUrl: urls.dialAction, timeLimitMs } };
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
    const admission = this.#parts.admission();
    if (admission !== 'open') return admission;
    if (tenant.status === 'suspended') return 'suspended';
    // Hours tell when callers are answered; when to call out is the workflow's decision.
    const answering = direction === 'inbound';
    if (answering && !isOpen(tenant.businessHours, tenant.timezone, this.#parts.clock.nowMs())) {
      return 'closed';
    }
    const called = direction === 'outbound' ? numberOrUndefined(other) : undefined;
    if (called !== undefined && (await this.#parts.doNotCall.isListed(tenant.id, called))) {
      return 'do-not-call';
    }
    const budget = await this.#parts.budgets.stateOf(tenant);
    return budget?.state === 'exceeded' ? 'budget' : undefined;
  }
}

/** Whether another session has the call of OpenAI. */
export function isTaken(error: unknown): boolean {
  return violatedConstraint(error) === 'sessions_open_ai_call_id_key';
}

function inboundNumber(request: SessionRequest): string | undefined {
  return request.direction === 'inbound' ? request.calledNumber : undefined;
}
