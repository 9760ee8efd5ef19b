import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId, newId } from '../identifiers.ts';
import { ownerFor, withScope } from '../scope.ts';
import type { Tenant } from '../tenants/schema.ts';
import { toReference } from '../tenants/schema.ts';
import { urlProblem } from '../webhooks/address-guard.ts';
import { newWebhookSecret } from '../webhooks/sealer.ts';
import type { WebhookOwnerParts } from '../webhooks/webhook-owner-parts.ts';
import type { StoredSubscription, Subscriber } from './repository.ts';
import {
  deleteSubscription,
  deleteSubscriptionsAt,
  findSubscription,
  insertSubscription,
  lockSubscriptionsAt,
  tenantOfSubscription,
} from './repository.ts';
import type { Subscription, SubscriptionInput } from './schema.ts';

/** Who hears of events. */
export class Subscriptions {
  readonly #parts: WebhookOwnerParts;

  constructor(parts: WebhookOwnerParts) {
    this.#parts = parts;
  }

  /**
   * Takes the place of what the same owner has at the same address.
   * @throws DomainError tenant-not-found, url-not-allowed
   */
  async create(
    access: Access,
    input: SubscriptionInput,
  ): Promise<Subscription & { readonly secret: string }> {
    const problem = urlProblem(input.url, this.#parts.policy);
    if (problem !== undefined) throw domainErrors.urlNotAllowed(problem);
    const tenant = await this.#parts.tenants.scopeOf(access, input.tenant);
    const id = newId();
    const secret = newWebhookSecret();
    const { url, events } = input;
    const stored = { id, url, events, sealedSecret: this.#parts.sealer.seal(secret, id) };
    await withScope(this.#parts.db, tenant?.id, async (tx) => {
      // A workflow that lost its registration comes again with the same address, or two at once.
      await lockSubscriptionsAt(tx, url);
      await deleteSubscriptionsAt(tx, url);
      await insertSubscription(tx, stored);
    });
    return { ...toSubscription(stored, tenant), secret };
  }

  /** @throws DomainError subscription-not-found */
  async get(access: Access, id: string): Promise<Subscription> {
    const owner = await this.#ownerOf(access, id);
    const stored = await withScope(this.#parts.db, owner, (tx) => findSubscription(tx, id));
    if (stored === undefined) throw domainErrors.subscriptionNotFound();
    const tenant = owner === undefined ? undefined : await this.#parts.tenants.byId(owner);
    return toSubscription(stored, tenant);
  }

  /** @throws DomainError subscription-not-found */
  async delete(access: Access, id: string): Promise<void> {
    const owner = await this.#ownerOf(access, id);
    if (!(await withScope(this.#parts.db, owner, (tx) => deleteSubscription(tx, id)))) {
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
    const stored = await withScope(this.#parts.db, owner, (tx) => findSubscription(tx, id));
    return stored && { url: stored.url, secret: this.#parts.sealer.open(stored.sealedSecret, id) };
  }

  /** Removes a subscription whose receiver said that it is gone. */
  async remove(tenantId: string, subscriber: Subscriber): Promise<void> {
    const owner = subscriber.owner === 'tenant' ? tenantId : undefined;
    await withScope(this.#parts.db, owner, (tx) => deleteSubscription(tx, subscriber.id));
  }

  /** @returns undefined for a subscription of the platform, or for none at all */
  async #ownerOf(access: Access, id: string): Promise<string | undefined> {
    if (!isId(id)) throw domainErrors.subscriptionNotFound();
    return ownerFor(this.#parts.db, access, (tx) => tenantOfSubscription(tx, id));
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
