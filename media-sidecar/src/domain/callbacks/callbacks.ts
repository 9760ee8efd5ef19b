import type { Database } from '../../db/database.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId } from '../identifiers.ts';
import type { Page, TimePosition } from '../paging.ts';
import { ownerFor } from '../scope.ts';
import { toReference } from '../tenants/schema.ts';
import type { Tenants } from '../tenants/tenants.ts';
import { listCallbacks, setCallbackStatus, tenantOfCallback } from './repository.ts';
import type { Callback, CallbackFilter, CallbackUpdate } from './schema.ts';

interface CallbacksParts {
  readonly db: Database;
  readonly tenants: Tenants;
}

/** Who is to be called back, as far as a key may see it. */
export class Callbacks {
  readonly #parts: CallbacksParts;

  constructor(parts: CallbacksParts) {
    this.#parts = parts;
  }

  /** The earliest first. @throws DomainError tenant-required, tenant-not-found */
  async list(
    access: Access,
    { tenant: name, status }: CallbackFilter,
    page: Page<TimePosition>,
  ): Promise<Callback[]> {
    const tenant = await this.#parts.tenants.requireScope(access, name);
    const found = await this.#parts.db.withTenant(tenant.id, (tx) =>
      listCallbacks(tx, status, page),
    );
    return found.map((callback) => ({ ...callback, tenant: toReference(tenant) }));
  }

  /** @throws DomainError callback-not-found */
  async update(access: Access, id: string, { status }: CallbackUpdate): Promise<Callback> {
    if (!isId(id)) throw domainErrors.callbackNotFound();
    const { db, tenants } = this.#parts;
    const tenantId = await ownerFor(db, access, (tx) => tenantOfCallback(tx, id));
    if (tenantId === undefined) throw domainErrors.callbackNotFound();
    const changed = await db.withTenant(tenantId, (tx) => setCallbackStatus(tx, id, status));
    if (changed === undefined) throw domainErrors.callbackNotFound();
    return { ...changed, tenant: toReference(await tenants.byId(tenantId)) };
  }
}
