import type { CallSubject } from '../../call/ports.ts';
import type { Database } from '../../db/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId } from '../identifiers.ts';
import type { Tenants } from '../tenants/tenants.ts';
import { mergedByName, sizeOf } from '../json.ts';
import type { Page, TimePosition } from '../paging.ts';
import { tenantIdOf, withScope } from '../scope.ts';
import {
  findCall,
  findEscalation,
  listCalls,
  lockCall,
  requestEnd,
  saveCallData,
  turnsOf,
} from './repository.ts';
import type { Call, CallFilter, CallUpdate, CallWithTurns } from './schema.ts';
import { maxMetadataBytes } from './schema.ts';

/** How the conversation of a phone call stands, for what follows it. */
export interface PhoneCallState {
  readonly status: Call['status'];
  readonly endReason: Call['endReason'];
  /** BCP-47 */
  readonly language: string;
  /** It ended so that a person takes over. */
  readonly transfer?: { readonly call: CallSubject; readonly summary?: string };
}

/** The records of calls, as far as a key may see them. */
export class Calls {
  readonly #db: Database;
  readonly #tenants: Tenants;
  readonly #clock: Clock;
  readonly #endHere: (callId: string) => boolean;

  /** @param live ends one of this process; says false when it is not here */
  constructor(
    db: Database,
    tenants: Tenants,
    live: { readonly clock: Clock; readonly endHere: (callId: string) => boolean },
  ) {
    this.#db = db;
    this.#tenants = tenants;
    this.#clock = live.clock;
    this.#endHere = live.endHere;
  }

  /** Newest first. @throws DomainError tenant-not-found */
  async list(access: Access, filter: CallFilter, page: Page<TimePosition>): Promise<Call[]> {
    const { tenant: name, ...rest } = filter;
    const tenant = await this.#tenants.scopeOf(access, name);
    return withScope(this.#db, tenant?.id, (tx) => listCalls(tx, rest, page));
  }

  /** @param idOrSid our id, or Twilio's `CA…` @throws DomainError call-not-found */
  async get(access: Access, idOrSid: string): Promise<CallWithTurns> {
    const by = isId(idOrSid) ? { id: idOrSid } : { callSid: idOrSid };
    const read = async (tx: Parameters<typeof findCall>[0]): Promise<CallWithTurns | undefined> => {
      const call = await findCall(tx, by);
      return call && { ...call, turns: await turnsOf(tx, call.id) };
    };
    const call = await withScope(this.#db, tenantIdOf(access), read);
    if (call === undefined) throw domainErrors.callNotFound();
    return call;
  }

  /** @param idOrSid our id, or Twilio's `CA…` @throws DomainError call-not-found, invalid-request */
  async update(access: Access, idOrSid: string, update: CallUpdate): Promise<CallWithTurns> {
    const { id, tenant } = await this.get(access, idOrSid);
    await this.#db.withTenant(tenant.id, async (tx) => {
      await lockCall(tx, id);
      const call = await findCall(tx, { id });
      if (call === undefined) throw domainErrors.callNotFound();
      const metadata = mergedByName(call.metadata, update.metadata ?? {});
      if (sizeOf(metadata) > maxMetadataBytes) {
        throw domainErrors.tooLarge('metadata', maxMetadataBytes);
      }
      const analysis = update.analysis === undefined ? call.analysis : update.analysis;
      await saveCallData(tx, id, { metadata, analysis });
    });
    return this.get(access, id);
  }

  /**
   * Ends a conversation that is going on, wherever it runs.
   * @throws DomainError call-not-found, call-not-active
   */
  async end(access: Access, idOrSid: string): Promise<CallWithTurns> {
    const call = await this.get(access, idOrSid);
    const now = new Date(this.#clock.nowMs());
    const isActive = await this.#db.withTenant(call.tenant.id, (tx) =>
      requestEnd(tx, call.id, now),
    );
    if (!isActive) throw domainErrors.callNotActive();
    // Another process that has it looks for such wishes by itself.
    this.#endHere(call.id);
    return call;
  }

  /** How the newest conversation of a phone call stands; undefined if there was none. */
  async ofPhoneCall(callSid: string): Promise<PhoneCallState | undefined> {
    const call = await this.#db.withSystem((tx) => findCall(tx, { callSid }));
    if (call === undefined) return undefined;
    const tenant = await this.#tenants.byId(call.tenant.id);
    const { status, endReason } = call;
    const state = { status, endReason, language: tenant.language };
    if (endReason !== 'transferred') return state;
    const escalation = await this.#db.withTenant(tenant.id, (tx) => findEscalation(tx, call.id));
    const { phoneNumber, summary } = escalation ?? {};
    const { id, slug, name, timezone, language } = tenant;
    const subject = {
      callId: call.id,
      direction: call.direction,
      ...(call.from !== null && { from: call.from }),
      ...(call.to !== null && { to: call.to }),
      tenant: {
        ...{ id, slug, name, timezone, language },
        // The one of then: it may have been changed since.
        ...(phoneNumber != null && { escalationNumber: phoneNumber }),
      },
    };
    return { ...state, transfer: { call: subject, ...(summary != null && { summary }) } };
  }
}
