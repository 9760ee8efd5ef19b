import type { Database, TenantDb } from '../../db/database.ts';
import type { DeliveryQueue } from '../events/ports.ts';
import { EventPublisher } from '../events/publisher.ts';
import { findEvent } from '../events/repository.ts';
import type { Delivery } from '../events/schema.ts';

export const silentQueue: DeliveryQueue = {
  enqueue: () => Promise.resolve(),
  undelivered: () => Promise.resolve([]),
  wake() {},
};

/** Delivers nothing. */
export const silentPublisher = new EventPublisher(silentQueue);

/** Keeps what is to be delivered, and delivers nothing. */
export class KeptDeliveries implements DeliveryQueue {
  readonly kept: { readonly subject: string; readonly delivery: Delivery }[] = [];

  enqueue(_tx: TenantDb, subject: string, deliveries: readonly Delivery[]): Promise<void> {
    this.kept.push(...deliveries.map((delivery) => ({ subject, delivery })));
    return Promise.resolve();
  }

  undelivered({ tenantId }: TenantDb): Promise<string[]> {
    const own = this.kept.filter(({ delivery }) => delivery.tenantId === tenantId);
    return Promise.resolve(own.map(({ delivery }) => delivery.eventId));
  }

  wake(): void {}

  /** What the deliveries are ordered by, one each. */
  get subjects(): string[] {
    return this.kept.map(({ subject }) => subject);
  }

  /** What would have been told, in order. @throws when an event of a delivery is not there */
  events(
    db: Database,
  ): Promise<{ readonly type: string; readonly data: Record<string, unknown> }[]> {
    return Promise.all(
      this.kept.map(async ({ delivery: { eventId, tenantId } }) => {
        const event = await db.withTenant(tenantId, (tx) => findEvent(tx, eventId));
        if (!event) throw new Error(`there is no event ${eventId}`);
        return { type: event.type, data: event.payload as Record<string, unknown> };
      }),
    );
  }

  async eventTypes(db: Database): Promise<string[]> {
    return (await this.events(db)).map(({ type }) => type);
  }
}
