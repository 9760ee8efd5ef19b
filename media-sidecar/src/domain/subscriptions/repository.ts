import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { SystemDb, TenantDb } from '../../db/database.ts';
import type { PlatformSubscriptionsTable } from '../../db/schema.ts';

export interface StoredSubscription {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly sealedSecret: Buffer;
}

export interface Subscriber {
  readonly id: string;
  readonly owner: 'tenant' | 'platform';
}

/*
 * A subscription belongs to a tenant, or to the platform, which hears of all tenants. Which of the
 * two tables is meant follows from the transaction.
 */

export async function insertSubscription(
  tx: TenantDb | SystemDb,
  subscription: StoredSubscription,
): Promise<void> {
  const row = {
    id: subscription.id,
    url: subscription.url,
    events: [...subscription.events],
    sealed_secret: subscription.sealedSecret,
  };
  await (
    tx.scope === 'tenant'
      ? tx.db.insertInto('subscriptions').values({ tenant_id: tx.tenantId, ...row })
      : tx.db.insertInto('platform_subscriptions').values(row)
  ).execute();
}

export async function findSubscription(
  tx: TenantDb | SystemDb,
  id: string,
): Promise<StoredSubscription | undefined> {
  const row = await (tx.scope === 'tenant'
    ? tx.db.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirst()
    : tx.db
        .selectFrom('platform_subscriptions')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst());
  return row && toSubscription(row);
}

/** Of two transactions that register an address, the second waits for the first. */
export async function lockSubscriptionsAt(tx: TenantDb | SystemDb, url: string): Promise<void> {
  const owner = tx.scope === 'tenant' ? tx.tenantId : 'platform';
  const key = `${owner} ${url}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(tx.db);
}

/** Forgets who listens at an address, so that an address has one registration per owner. */
export async function deleteSubscriptionsAt(tx: TenantDb | SystemDb, url: string): Promise<void> {
  await (
    tx.scope === 'tenant'
      ? tx.db.deleteFrom('subscriptions').where('url', '=', url)
      : tx.db.deleteFrom('platform_subscriptions').where('url', '=', url)
  ).execute();
}

/** @returns whether there was one */
export async function deleteSubscription(tx: TenantDb | SystemDb, id: string): Promise<boolean> {
  const { numDeletedRows } = await (tx.scope === 'tenant'
    ? tx.db.deleteFrom('subscriptions').where('id', '=', id).executeTakeFirst()
    : tx.db.deleteFrom('platform_subscriptions').where('id', '=', id).executeTakeFirst());
  return numDeletedRows > 0n;
}

export async function tenantOfSubscription(tx: SystemDb, id: string): Promise<string | undefined> {
  const row = await tx.db
    .selectFrom('subscriptions')
    .select('tenant_id')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.tenant_id;
}

/** Who wants to hear of an event of the transaction's tenant. */
export async function subscribersOf(tx: TenantDb, eventType: string): Promise<Subscriber[]> {
  const wanted = sql<boolean>`${eventType} = any (events)`;
  const rows = await tx.db
    .selectFrom('subscriptions')
    .select(['id', sql<Subscriber['owner']>`'tenant'`.as('owner')])
    .where(wanted)
    .unionAll(
      tx.db
        .selectFrom('platform_subscriptions')
        .select(['id', sql<Subscriber['owner']>`'platform'`.as('owner')])
        .where(wanted),
    )
    .execute();
  return rows;
}

function toSubscription(row: Selectable<PlatformSubscriptionsTable>): StoredSubscription {
  return { id: row.id, url: row.url, events: row.events, sealedSecret: row.sealed_secret };
}
