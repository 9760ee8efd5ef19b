import type { Database, SystemDb, TenantDb } from '../db/database.ts';
import type { Access } from './access.ts';

/** Works as a tenant; where none is meant, as the platform, which sees the rows of all. */
export function withScope<T>(
  db: Database,
  tenantId: string | undefined,
  work: (tx: TenantDb | SystemDb) => Promise<T>,
): Promise<T> {
  return tenantId === undefined ? db.withSystem(work) : db.withTenant(tenantId, work);
}

/** The only tenant that a key may see; undefined: it may see all. */
export function tenantIdOf(access: Access): string | undefined {
  return access.scope === 'tenant' ? access.tenantId : undefined;
}

/**
 * Whose something is that a key asks for: a tenant's key finds only what is its own.
 * @param storedOwner undefined where it is the platform's, or is not there
 */
export async function ownerFor(
  db: Database,
  access: Access,
  storedOwner: (tx: SystemDb) => Promise<string | undefined>,
): Promise<string | undefined> {
  return tenantIdOf(access) ?? db.withSystem(storedOwner);
}
