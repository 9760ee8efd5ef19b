import type { TenantDb } from '../../db/database.ts';
import type { Delivery } from './schema.ts';

/** The background queue, as the outbox needs it. */
export interface DeliveryQueue {
  /**
   * Adds deliveries as part of the transaction. Those about one subject (a call, a transcription) to
   * one subscription are carried out one after the other, in the order in which they were added.
   */
  enqueue(tx: TenantDb, subject: string, deliveries: readonly Delivery[]): Promise<void>;
  /** Ids of the tenant's events that somebody is still to be told of. */
  undelivered(tx: TenantDb): Promise<readonly string[]>;
  /** Says that a transaction with deliveries was committed, so that nobody waits for a poll. */
  wake(): void;
}
