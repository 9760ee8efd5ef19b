import { deliverySchema } from '../domain/events/schema.ts';
import type { Delivery } from '../domain/events/schema.ts';
import { DeliveryFailed, deliveryTriedForMs } from '../domain/events/deliveries.ts';
import type { Deliveries } from '../domain/events/deliveries.ts';
import type { DeliveryQueue } from '../domain/events/ports.ts';
import { newId } from '../domain/identifiers.ts';
import type { Logger } from '../kernel/logger.ts';
import type { JobDefinition, JobQueue } from './queue.ts';

const name = 'deliver-event';

const hourSeconds = 3600;
const triedForSeconds = deliveryTriedForMs / 1000;
/** It takes 12 delays of 1 s, 2 s, 4 s, … to come to an hour. */
const retryLimit = 12 + Math.ceil(triedForSeconds / hourSeconds) + 1;

/**
 * Delivers one event to one subscription. Jobs with the same key run strictly one after the other,
 * and a job that waits for its next try holds back those behind it: so the events about one subject
 * arrive in order, and a receiver that is down delays nobody else's.
 */
export function deliverEventJob(deliveries: Deliveries, logger: Logger): JobDefinition<Delivery> {
  return {
    name,
    schema: deliverySchema,
    // `HangingReceivers` leaves one of them alone.
    concurrency: 4,
    queue: {
      policy: 'key_strict_fifo',
      retryLimit,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: hourSeconds,
      // pg-boss deletes without a word what has waited longer.
      retentionSeconds: 2 * triedForSeconds,
      expireInSeconds: 60,
      deleteAfterSeconds: 86_400,
    },
    async handle(delivery, attempt) {
      try {
        await deliveries.deliver(delivery);
      } catch (error) {
        const { tenantId, subscriptionId } = delivery;
        const reason = error instanceof DeliveryFailed ? error.reason : 'unexpected';
        const more = error instanceof DeliveryFailed ? {} : { err: error };
        logger.warn(
          { tenantId, subscriptionId, reason, retryCount: attempt.retryCount, ...more },
          'event delivery failed',
        );
        // A failed job would hold back the key for good, so giving up counts as done.
        const isLast = attempt.last || (error instanceof DeliveryFailed && error.isLast);
        if (!isLast) throw error;
        deliveries.giveUp(delivery);
      }
    },
  };
}

/** The outbox's view of the queue. */
export function deliveryQueue(queue: JobQueue): DeliveryQueue {
  return {
    enqueue: (tx, subject, deliveries) =>
      queue.insert(
        tx,
        name,
        deliveries.map((delivery) => ({
          // Ids grow, so that jobs of one transaction, created at one moment, keep their order too.
          id: newId(),
          data: delivery,
          key: `${delivery.subscriptionId}:${subject}`,
        })),
      ),
    async undelivered(tx) {
      const open = await queue.open(tx, name, { tenantId: tx.tenantId });
      return open.flatMap((data) => deliverySchema.safeParse(data).data?.eventId ?? []);
    },
    wake: () => queue.wake(name),
  };
}
