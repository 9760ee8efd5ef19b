import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import type { Page } from '../paging.ts';
import type { RecordsParts } from '../records-parts.ts';
import { withScope } from '../scope.ts';
import type { Tenant } from '../tenants/schema.ts';
import { toReference } from '../tenants/schema.ts';
import {
  deleteEntry,
  findEntry,
  insertEntry,
  isOnPlatformList,
  listEntries,
} from './do-not-call-repository.ts';
import type { StoredEntry } from './do-not-call-repository.ts';
import type {
  DoNotCallCheck,
  DoNotCallEntry,
  DoNotCallFilter,
  DoNotCallInput,
  DoNotCallList,
  DoNotCallPosition,
} from './schema.ts';

/** Of a list that may be read. */
type ReadableEntry = DoNotCallEntry & { readonly addedAt: string };

/** Who must not be called: by a tenant, or by anybody on the platform. */
export class DoNotCall {
  readonly #parts: RecordsParts;

  constructor(parts: RecordsParts) {
    this.#parts = parts;
  }

  /**
   * What is there already stays as it is.
   * @throws DomainError tenant-not-found, tenant-required, platform-key-required
   */
  async add(
    access: Access,
    input: DoNotCallInput,
  ): Promise<{ readonly entry: DoNotCallEntry; readonly added: boolean }> {
    const { phoneNumber, reason = null, source = null } = input;
    const tenant = await this.#ownerOf(access, input);
    const addedAt = new Date(this.#parts.clock.nowMs());
    const { entry, added } = await withScope(this.#parts.db, tenant?.id, async (tx) => {
      const isNew = await insertEntry(tx, { phoneNumber, reason, source, addedAt });
      return { entry: await findEntry(tx, phoneNumber), added: isNew };
    });
    if (entry === undefined) throw domainErrors.doNotCallNotFound();
    return { entry: toEntry(entry, tenant), added };
  }

  /** @throws DomainError as `add` does, and do-not-call-not-found */
  async remove(access: Access, phoneNumber: string, list: DoNotCallList): Promise<void> {
    const tenant = await this.#ownerOf(access, list);
    if (!(await withScope(this.#parts.db, tenant?.id, (tx) => deleteEntry(tx, phoneNumber)))) {
      throw domainErrors.doNotCallNotFound();
    }
  }

  /** @throws DomainError tenant-not-found */
  async check(
    access: Access,
    phoneNumber: string,
    name: string | undefined,
  ): Promise<DoNotCallCheck> {
    const tenant = await this.#parts.tenants.scopeOf(access, name);
    const entries: DoNotCallEntry[] = [];
    if (tenant !== undefined) {
      const own = await this.#parts.db.withTenant(tenant.id, (tx) => findEntry(tx, phoneNumber));
      if (own !== undefined) entries.push(toEntry(own, tenant));
    }
    const platform = await this.#platformEntry(access, phoneNumber);
    if (platform !== undefined) entries.push(platform);
    return { phoneNumber, listed: entries.length > 0, entries };
  }

  /** Whether a tenant must not call a number. */
  isListed(tenantId: string, phoneNumber: string): Promise<boolean> {
    return this.#parts.db.withTenant(
      tenantId,
      async (tx) =>
        (await findEntry(tx, phoneNumber)) !== undefined ||
        (await isOnPlatformList(tx, phoneNumber)),
    );
  }

  /** Newest first: the tenant's entries, or the platform's. @throws DomainError as `add` does */
  async list(
    access: Access,
    filter: DoNotCallFilter,
    page: Page<DoNotCallPosition>,
  ): Promise<ReadableEntry[]> {
    const tenant = await this.#ownerOf(access, filter);
    const found = await withScope(this.#parts.db, tenant?.id, (tx) =>
      listEntries(tx, filter.search, page),
    );
    return found.map((entry) => toEntry(entry, tenant));
  }

  /** @returns undefined for the platform */
  async #ownerOf(access: Access, { scope, tenant }: DoNotCallList): Promise<Tenant | undefined> {
    if (scope === 'tenant') return this.#parts.tenants.requireScope(access, tenant);
    if (scope === undefined) return this.#parts.tenants.scopeOf(access, tenant);
    if (access.scope !== 'platform') throw domainErrors.platformKeyNeeded();
    return undefined;
  }

  /** A tenant is told that the platform lists a number, not why. */
  async #platformEntry(access: Access, phoneNumber: string): Promise<DoNotCallEntry | undefined> {
    if (access.scope === 'platform') {
      const entry = await this.#parts.db.withSystem((tx) => findEntry(tx, phoneNumber));
      return entry && toEntry(entry, undefined);
    }
    const isListed = await this.#parts.db.withTenant(access.tenantId, (tx) =>
      isOnPlatformList(tx, phoneNumber),
    );
    if (!isListed) return undefined;
    const hidden = { reason: null, source: null, addedAt: null };
    return { phoneNumber, scope: 'platform', tenant: null, ...hidden };
  }
}

function toEntry(stored: StoredEntry, tenant: Tenant | undefined): ReadableEntry {
  const { phoneNumber, reason, source, addedAt } = stored;
  return {
    phoneNumber,
    scope: tenant === undefined ? 'platform' : 'tenant',
    tenant: tenant === undefined ? null : toReference(tenant),
    reason,
    source,
    addedAt: addedAt.toISOString(),
  };
}
