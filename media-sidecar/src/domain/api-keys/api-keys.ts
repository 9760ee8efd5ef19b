import type { Database, SystemDb } from '../../db/database.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { equalHashes, hashToken, isId, newId, newToken } from '../identifiers.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { ApiKey, ApiKeyInput } from './schema.ts';

const prefix = 'vk_';

/** API keys. Only their hashes are stored. */
export class ApiKeys {
  readonly #db: Database;
  readonly #tenants: Tenants;
  readonly #bootstrapHash: Buffer | undefined;

  /** @param bootstrapKey a platform key that exists from the start and is not stored */
  constructor(db: Database, tenants: Tenants, bootstrapKey?: string) {
    this.#db = db;
    this.#tenants = tenants;
    this.#bootstrapHash = bootstrapKey === undefined ? undefined : hashToken(bootstrapKey);
  }

  /** What a key may see, or undefined if it is none of ours. */
  async authenticate(key: string): Promise<Access | undefined> {
    const hash = hashToken(key);
    if (this.#bootstrapHash !== undefined && equalHashes(hash, this.#bootstrapHash)) {
      return { scope: 'platform', name: 'bootstrap' };
    }
    const row = await this.#db.withSystem((tx) =>
      tx.db
        .selectFrom('api_keys')
        .select(['name', 'tenant_id'])
        .where('key_hash', '=', hash)
        .executeTakeFirst(),
    );
    if (row === undefined) return undefined;
    return row.tenant_id === null
      ? { scope: 'platform', name: row.name }
      : { scope: 'tenant', name: row.name, tenantId: row.tenant_id };
  }

  /** @throws DomainError platform-key-required, tenant-not-found */
  async create(access: Access, input: ApiKeyInput): Promise<ApiKey & { readonly key: string }> {
    demandPlatform(access);
    const tenant = await this.#tenants.scopeOf(access, input.tenant);
    const id = newId();
    const key = `${prefix}${newToken()}`;
    return this.#db.withSystem(async (tx) => {
      await tx.db
        .insertInto('api_keys')
        .values({
          id,
          tenant_id: tenant?.id ?? null,
          name: input.name,
          key_hash: hashToken(key),
        })
        .execute();
      const [created] = await read(tx, id);
      if (created === undefined) throw domainErrors.apiKeyNotFound();
      return { ...created, key };
    });
  }

  /** @throws DomainError platform-key-required */
  list(access: Access): Promise<ApiKey[]> {
    demandPlatform(access);
    return this.#db.withSystem((tx) => read(tx));
  }

  /** @throws DomainError platform-key-required, api-key-not-found */
  async delete(access: Access, id: string): Promise<void> {
    demandPlatform(access);
    if (!isId(id)) throw domainErrors.apiKeyNotFound();
    const { numDeletedRows } = await this.#db.withSystem((tx) =>
      tx.db.deleteFrom('api_keys').where('id', '=', id).executeTakeFirst(),
    );
    if (numDeletedRows === 0n) throw domainErrors.apiKeyNotFound();
  }
}

async function read(tx: SystemDb, id?: string): Promise<ApiKey[]> {
  const rows = await tx.db
    .selectFrom('api_keys')
    .leftJoin('tenants', 'tenants.tenant_id', 'api_keys.tenant_id')
    .select([
      'api_keys.id',
      'api_keys.name',
      'api_keys.created_at',
      'tenants.tenant_id',
      'tenants.slug',
      'tenants.name as tenant_name',
    ])
    .$if(id !== undefined, (query) => query.where('api_keys.id', '=', id ?? ''))
    .orderBy('api_keys.id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    scope: row.tenant_id === null ? 'platform' : 'tenant',
    tenant:
      row.tenant_id === null
        ? null
        : { id: row.tenant_id, slug: row.slug ?? '', name: row.tenant_name ?? '' },
    createdAt: row.created_at.toISOString(),
  }));
}

function demandPlatform(access: Access): void {
  if (access.scope !== 'platform') throw domainErrors.platformKeyNeeded();
}
