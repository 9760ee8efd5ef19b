import type { Database, TenantDb } from '../../db/database.ts';
import { violatedConstraint } from '../../db/sql.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId, newId } from '../identifiers.ts';
import type { Page } from '../paging.ts';
import { tenantIdOf, withScope } from '../scope.ts';
import {
  deleteTenant,
  findTenantId,
  getTenant,
  hasLiveCalls,
  listTenants,
  lockTenant,
  saveTenant,
  tenantOfPhoneNumber,
  tenantsEscalatingTo,
} from './repository.ts';
import type { Tenant, TenantInput, TenantUpdate } from './schema.ts';
import { tenantInputSchema } from './schema.ts';

/** Tenants, as far as a key may see them. What belongs to another tenant does not exist. */
export class Tenants {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @throws DomainError tenant-not-found */
  async byId(tenantId: string): Promise<Tenant> {
    const tenant = await this.#db.withTenant(tenantId, getTenant);
    if (tenant === undefined) throw domainErrors.tenantNotFound();
    return tenant;
  }

  /** @throws DomainError tenant-not-found, also when the key may not see it */
  async byIdOrSlug(access: Access, idOrSlug: string, field?: string): Promise<Tenant> {
    const by = isId(idOrSlug) ? { id: idOrSlug.toLowerCase() } : { slug: idOrSlug };
    const tenantId = await withScope(this.#db, tenantIdOf(access), (tx) => findTenantId(tx, by));
    if (tenantId === undefined) throw domainErrors.tenantNotFound(field);
    return this.byId(tenantId);
  }

  /** @throws DomainError tenant-not-found, also when the key may not see it */
  async byPhoneNumber(access: Access, phoneNumber: string, field?: string): Promise<Tenant> {
    const tenantId = await this.#db.withSystem((tx) => tenantOfPhoneNumber(tx, phoneNumber));
    if (tenantId === undefined || (access.scope === 'tenant' && access.tenantId !== tenantId)) {
      throw domainErrors.tenantNotFound(field);
    }
    return this.byId(tenantId);
  }

  /**
   * The tenant that a request is about: the one it names, or else the key's own.
   * @returns undefined for a platform key that names none
   */
  async scopeOf(access: Access, idOrSlug: string | undefined): Promise<Tenant | undefined> {
    if (idOrSlug !== undefined) return this.byIdOrSlug(access, idOrSlug, 'tenant');
    return access.scope === 'tenant' ? this.byId(access.tenantId) : undefined;
  }

  /**
   * The same for what belongs to a tenant.
   * @throws DomainError tenant-required for a platform key that names none
   */
  async requireScope(access: Access, idOrSlug: string | undefined): Promise<Tenant> {
    const tenant = await this.scopeOf(access, idOrSlug);
    if (tenant === undefined) throw domainErrors.tenantRequired();
    return tenant;
  }

  list(access: Access, page: Page<string>): Promise<Tenant[]> {
    return withScope(this.#db, tenantIdOf(access), (tx) => listTenants(tx, page));
  }

  /**
   * Creates or replaces a tenant.
   * @throws DomainError platform-key-required, escalation-number-is-inbound, phone-number-taken
   */
  async put(access: Access, slug: string, input: TenantInput): Promise<Tenant> {
    if (access.scope !== 'platform') throw domainErrors.platformKeyNeeded();
    const existing = await this.#db.withSystem((tx) => findTenantId(tx, { slug }));
    await this.#checkNumbers(slug, input.phoneNumbers);
    try {
      return await this.#db.withTenant(existing ?? newId(), (tx) => save(tx, slug, input));
    } catch (error) {
      // Somebody created the same slug at the same moment: now it is there to be replaced.
      if (violatedConstraint(error) === 'tenants_slug_key' && existing === undefined) {
        return this.put(access, slug, input);
      }
      throw error;
    }
  }

  /**
   * Changes the fields that are given.
   * @throws DomainError as `put` does, tenant-not-found, and invalid-request for what was stored when
   * it was still right, such as a model that OpenAI has retired since
   */
  async update(access: Access, idOrSlug: string, update: TenantUpdate): Promise<Tenant> {
    if (access.scope !== 'platform') throw domainErrors.platformKeyNeeded();
    const { id, slug } = await this.byIdOrSlug(access, idOrSlug);
    await this.#checkNumbers(slug, update.phoneNumbers ?? []);
    return this.#db.withTenant(id, async (tx) => {
      const tenant = await lockTenant(tx);
      if (tenant === undefined) throw domainErrors.tenantNotFound();
      return save(tx, slug, changed(tenant, update));
    });
  }

  /** Nobody's calls are escalated into another tenant's agent. */
  async #checkNumbers(slug: string, phoneNumbers: readonly string[]): Promise<void> {
    const escalatingHere = await this.#db.withSystem((tx) => tenantsEscalatingTo(tx, phoneNumbers));
    if (escalatingHere.some((other) => other !== slug))
      throw domainErrors.phoneNumberIsEscalation();
  }

  /**
   * Removes a tenant with everything that it has.
   * @throws DomainError platform-key-required, tenant-not-found, tenant-has-calls
   */
  async delete(access: Access, idOrSlug: string): Promise<void> {
    if (access.scope !== 'platform') throw domainErrors.platformKeyNeeded();
    const { id } = await this.byIdOrSlug(access, idOrSlug);
    await this.#db.withTenant(id, async (tx) => {
      if (await hasLiveCalls(tx)) throw domainErrors.tenantHasCalls();
      await deleteTenant(tx);
    });
  }
}

async function save(tx: TenantDb, slug: string, input: TenantInput): Promise<Tenant> {
  const { escalationNumber, phoneNumbers } = input;
  if (escalationNumber != null && phoneNumbers.includes(escalationNumber)) {
    throw domainErrors.escalationNumberIsInbound();
  }
  try {
    await saveTenant(tx, slug, input);
  } catch (error) {
    if (violatedConstraint(error) !== 'phone_numbers_phone_number_key') throw error;
    throw domainErrors.phoneNumberTaken();
  }
  // After the numbers were replaced: a number that the tenant gives up may be escalated to.
  if (escalationNumber != null && (await tenantOfPhoneNumber(tx, escalationNumber)) !== undefined) {
    throw domainErrors.escalationNumberIsInbound();
  }
  const tenant = await getTenant(tx);
  if (tenant === undefined) throw domainErrors.tenantNotFound();
  return tenant;
}

function changed(tenant: Tenant, update: TenantUpdate): TenantInput {
  const { id: _id, slug: _slug, createdAt: _createdAt, updatedAt: _updatedAt, ...before } = tenant;
  const input = tenantInputSchema.safeParse({ ...before, ...update });
  if (input.success) return input.data;
  const [issue] = input.error.issues;
  throw domainErrors.invalid(issue?.path.join('.') ?? '', issue?.message ?? 'is invalid');
}
