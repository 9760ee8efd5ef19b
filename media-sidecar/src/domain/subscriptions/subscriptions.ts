import type { Database, SystemDb, TenantDb } from '../../db/database.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId, newId } from '../identifiers.ts';
import type { Tenant } from '../tenants/schema.ts';
import { toReference } from '../tenants/schema.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { AddressPolicy } from '../webhooks/address-guard.ts';
import { urlProblem } from '../webhooks/address-guard.ts';
import type { Sealer } from '../webhooks/sealer.ts';
import { newWebhookSecret } from '../webhooks/sealer.ts';
import type { StoredSubscription, Subscriber } from './repository.ts';
import {
  deleteSubscription,
  deleteSubscriptionsAt,
  findSubscription,
  insertSubscription,
  tenantOfSubscription,
} from './repository.ts';
import type { Subscription, SubscriptionInput } from './schema.ts';

/** Who hears of events. */
export class Subscriptions {
  readonly #db: Database;
  readonly #tenants: Tenants;
  readonly #sealer: Sealer;
  readonly #policy: AddressPolicy;

  constructor(parts: {
    readonly db: Database;
    readonly tenants: Tenants;
    readonly sealer: Sealer;
    readonly policy: AddressPolicy;
  }) {
    this.#db = parts.db;
    this.#tenants = parts.tenants;
    this.#sealer = parts.sealer;
    this.#policy = parts.policy;
  }

  /**
   * Takes the place of what the same owner has at the same address.
   * @throws DomainError tenant-not-found, url-not-allowed
   */
  async create(
    access: Access,
    input: SubscriptionInput,
  ): Promise<Subscription & { readonly secret: string }> {
    const problem = urlProblem(input.url, this.#policy);
    if (problem !== undefined) throw domainErrors.urlNotAllowed(problem);
    const tenant = await this.#tenants.scopeOf(access, input.tenant);
    const id = newId();
    const secret = newWebhookSecret();
    const { url, events } = input;
    const stored = { id, url, events, sealedSecret: this.#sealer.seal(secret, id) };
    await this.#within(tenant?.id, async (tx) => {
      // A workflow that lost its registration comes again with the same address.
      await deleteSubscriptionsAt(tx, url);
      await insertSubscription(tx, stored);
    });
    return { ...toSubscription(stored, tenant), secret };
  }

  /** @throws DomainError subscription-not-found */
  async get(access: Access, id: string): Promise<Subscription> {
    const owner = await this.#ownerOf(access, id);
    const stored = await this.#within(owner, (tx) => findSubscription(tx, id));
    if (stored === undefined) throw domainErrors.subscriptionNotFound();
    const tenant = owner === undefined ? undefined : await this.#tenants.byId(owner);
    return toSubscription(stored, tenant);
  }

  /** @throws DomainError subscription-not-found */
  async delete(access: Access, id: string): Promise<void> {
    const owner = await this.#ownerOf(access, id);
    if (!(await this.#within(owner, (tx) => deleteSubscription(tx, id)))) {
      throw domainErrors.subscriptionNotFound();
    }
  }

  /** Where to deliver to, and with which secret; undefined when it was removed meanwhile. */
  async target(
    tenantId: string,
    subscriber: Subscriber,
  ): Promise<{ readonly url: string; readonly secret: string } | undefined> {
    const { id } = subscriber;
    const owner = subscriber.owner === 'tenant' ? tenantId : undefined;
    const stored = await this.#within(owner, (tx) => findSubscription(tx, id));
    return stored && { url: stored.url, secret: this.#sealer.open(stored.sealedSecret, id) };
  }

  /** Removes a subscription whose receiver said that it is gone. */
  async remove(tenantId: string, subscriber: Subscriber): Promise<void> {
    const owner = subscriber.owner === 'tenant' ? tenantId : undefined;
    await this.#within(owner, (tx) => deleteSubscription(tx, subscriber.id));
  }

  /** @returns undefined for a subscription of the platform, or for none at all */
  async #ownerOf(access: Access, id: string): Promise<string | undefined> {
    if (!isId(id)) throw domainErrors.subscriptionNotFound();
    if (access.scope === 'tenant') return access.tenantId;
    return this.#db.withSystem((tx) => tenantOfSubscription(tx, id));
  }

  #within<T>(
    tenantId: string | undefined,
    work: (tx: TenantDb | SystemDb) => Promise<T>,
  ): Promise<T> {
    return tenantId === undefined ? this.#db.withSystem(work) : this.#db.withTenant(tenantId, work);
  }
}

function toSubscription(stored: StoredSubscription, tenant: Tenant | undefined): Subscription {
  const { id, url, events } = stored;
  return {
    id,
    url,
    events: [...events],
    tenant: tenant === undefined ? null : toReference(tenant),
  };
}
