import type { Database } from '../../db/database.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId } from '../identifiers.ts';
import type { Tenants } from '../tenants/tenants.ts';
import { findCall, listCalls, turnsOf } from './repository.ts';
import type { Call, CallFilter, CallPosition, CallWithTurns } from './schema.ts';

/** The records of calls, as far as a key may see them. */
export class Calls {
  readonly #db: Database;
  readonly #tenants: Tenants;

  constructor(db: Database, tenants: Tenants) {
    this.#db = db;
    this.#tenants = tenants;
  }

  /** Newest first. @throws DomainError tenant-not-found */
  async list(
    access: Access,
    filter: CallFilter,
    page: { readonly after: CallPosition | undefined; readonly limit: number },
  ): Promise<Call[]> {
    const { tenant: name, ...rest } = filter;
    const tenant = await this.#tenants.scopeOf(access, name);
    return tenant === undefined
      ? this.#db.withSystem((tx) => listCalls(tx, rest, page))
      : this.#db.withTenant(tenant.id, (tx) => listCalls(tx, rest, page));
  }

  /** @param idOrSid our id, or Twilio's `CA…` @throws DomainError call-not-found */
  async get(access: Access, idOrSid: string): Promise<CallWithTurns> {
    const by = isId(idOrSid) ? { id: idOrSid } : { callSid: idOrSid };
    const read = async (tx: Parameters<typeof findCall>[0]): Promise<CallWithTurns | undefined> => {
      const call = await findCall(tx, by);
      return call && { ...call, turns: await turnsOf(tx, call.id) };
    };
    const call = await (access.scope === 'tenant'
      ? this.#db.withTenant(access.tenantId, read)
      : this.#db.withSystem(read));
    if (call === undefined) throw domainErrors.callNotFound();
    return call;
  }

  /** How the newest conversation of a phone call stands; undefined if there was none. */
  async ofPhoneCall(
    callSid: string,
  ): Promise<{ readonly status: Call['status']; readonly language: string } | undefined> {
    const call = await this.#db.withSystem((tx) => findCall(tx, { callSid }));
    if (call === undefined) return undefined;
    const { language } = await this.#tenants.byId(call.tenant.id);
    return { status: call.status, language };
  }
}
