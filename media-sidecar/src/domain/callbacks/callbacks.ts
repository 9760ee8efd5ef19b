import type { Database } from '../../db/database.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId } from '../identifiers.ts';
import type { Page, TimePosition } from '../paging.ts';
import { toReference } from '../tenants/schema.ts';
import type { Tenants } from '../tenants/tenants.ts';
import { listCallbacks, setCallbackStatus, tenantOfCallback } from './repository.ts';
import type { Callback, CallbackFilter, CallbackUpdate } from './schema.ts';

/** Who is to be called back, as far as a key may see it. */
export class Callbacks {
  readonly #db: Database;
  readonly #tenants: Tenants;

  constructor(parts: { readonly db: Database; readonly tenants: Tenants }) {
    this.#db = parts.db;
    this.#tenants = parts.tenants;
  }

  /** The earliest first. @throws DomainError tenant-required, tenant-not-found */
  async list(
    access: Access,
    { tenant: name, status }: CallbackFilter,
    page: Page<TimePosition>,
  ): Promise<Callback[]> {
    const tenant = await this.#tenants.requireScope(access, name);
    const found = await this.#db.withTenant(tenant.id, (tx) => listCallbacks(tx, status, page));
    return found.map((callback) => ({ ...callback, tenant: toReference(tenant) }));
  }

  /** @throws DomainError callback-not-found */
  async update(access: Access, id: string, { status }: CallbackUpdate): Promise<Callback> {
    if (!isId(id)) throw domainErrors.callbackNotFound();
    const tenantId =
      access.scope === 'tenant'
        ? access.tenantId
        : await this.#db.withSystem((tx) => tenantOfCallback(tx, id));
    if (tenantId === undefined) throw domainErrors.callbackNotFound();
    const changed = await this.#db.withTenant(tenantId, (tx) => setCallbackStatus(tx, id, status));
    if (changed === undefined) throw domainErrors.callbackNotFound();
    return { ...changed, tenant: toReference(await this.#tenants.byId(tenantId)) };
  }
}
