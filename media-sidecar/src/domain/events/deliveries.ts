import { BulkheadRejectedError } from 'cockatiel';
import type { Database } from '../../db/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { WebhookClient } from '../webhooks/webhook-client.ts';
import { WebhookError } from '../webhooks/webhook-client.ts';
import { HangingReceivers } from './hanging-receivers.ts';
import { findEvent } from './repository.ts';
import type { Delivery } from './schema.ts';

export type DeliveryOutcome = 'delivered' | 'subscription-gone' | 'nothing-to-deliver';

/** It did not work, and may be worth another try later. */
export class DeliveryFailed extends Error {
  override readonly name = 'DeliveryFailed';
  readonly reason: string;
  /** Whether the event is too old for another try. */
  readonly isLast: boolean;

  constructor(reason: string, isLast: boolean, cause?: unknown) {
    super(`delivery failed: ${reason}`, { cause });
    this.reason = reason;
    this.isLast = isLast;
  }
}

/**
 * How long an event is tried to be delivered, in ms. Its age counts and not its tries, because one that
 * waited behind another has had fewer.
 */
export const deliveryTriedForMs = 14 * 86_400_000;

/** Time for the receiver to answer, in ms. */
const timeoutMs = 10_000;

interface DeliveriesParts {
  readonly db: Database;
  readonly subscriptions: Subscriptions;
  readonly client: Pick<WebhookClient, 'notify'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Carries single events to single subscribers. */
export class Deliveries {
  readonly #parts: DeliveriesParts;
  readonly #hanging = new HangingReceivers();

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
  }

  /** @throws DeliveryFailed when it is to be tried again */
  async deliver(delivery: Delivery): Promise<DeliveryOutcome> {
    const { tenantId, eventId, owner } = delivery;
    const subscriber = { id: delivery.subscriptionId, owner };
    const event = await this.#parts.db.withTenant(tenantId, (tx) => findEvent(tx, eventId));
    const target = event && (await this.#parts.subscriptions.target(tenantId, subscriber));
    if (event === undefined || target === undefined) {
      this.#nothingToDeliver(delivery, event === undefined ? 'no-event' : 'no-subscription');
      return 'nothing-to-deliver';
    }

    const body = JSON.stringify({
      type: event.type,
      timestamp: event.createdAt.toISOString(),
      data: event.payload,
    });
    const isLast = this.#parts.clock.nowMs() - event.createdAt.getTime() >= deliveryTriedForMs;
    const status = await this.#post(subscriber.id, { ...target, id: eventId, body }, isLast);
    if (status === 410) {
      await this.#parts.subscriptions.remove(tenantId, subscriber);
      this.#parts.metrics.count('webhook_deliveries', { outcome: 'gone' });
      this.#parts.logger.info(
        { subscriptionId: subscriber.id, tenantId },
        'subscription removed: its receiver is gone',
      );
      return 'subscription-gone';
    }
    if (status < 200 || status > 299) throw this.#failed(`status-${String(status)}`, isLast);
    this.#parts.metrics.count('webhook_deliveries', { outcome: 'delivered' });
    return 'delivered';
  }

  /** Says that a delivery will not be tried any more. */
  giveUp(delivery: Delivery): void {
    const { tenantId, subscriptionId, eventId } = delivery;
    this.#parts.metrics.count('webhook_deliveries', { outcome: 'given-up' });
    this.#parts.logger.warn({ tenantId, subscriptionId, eventId }, 'event could not be delivered');
  }

  /** Somebody is not told: because there is nothing left to tell, or because nobody wants to hear it. */
  #nothingToDeliver(delivery: Delivery, outcome: 'no-event' | 'no-subscription'): void {
    const { tenantId, subscriptionId, eventId } = delivery;
    this.#parts.metrics.count('webhook_deliveries', { outcome });
    const fields = { tenantId, subscriptionId, eventId };
    if (outcome === 'no-event') {
      this.#parts.logger.warn(fields, 'event could not be delivered: it was deleted');
    } else {
      this.#parts.logger.info(fields, 'event not delivered: its subscription was deleted');
    }
  }

  async #post(
    subscriptionId: string,
    request: { url: string; secret: string; id: string; body: string },
    isLast: boolean,
  ): Promise<number> {
    const nowMs = this.#parts.clock.nowMs();
    const notify = () =>
      this.#parts.client.notify({ ...request, nowMs }, AbortSignal.timeout(timeoutMs));
    try {
      return await this.#hanging.attempt(subscriptionId, notify);
    } catch (error) {
      // Who was not even asked has another chance.
      const isOver = isLast && !(error instanceof BulkheadRejectedError);
      throw this.#failed(reasonOf(error), isOver, error);
    }
  }

  #failed(reason: string, isLast: boolean, cause?: unknown): DeliveryFailed {
    this.#parts.metrics.count('webhook_deliveries', { outcome: 'failed' });
    return new DeliveryFailed(reason, isLast, cause);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof WebhookError) return error.failure;
  // Not asked: it hung the last time, and is being asked for something else, or others that hang are.
  if (error instanceof BulkheadRejectedError) return 'receiver-hangs';
  return 'unexpected';
}
