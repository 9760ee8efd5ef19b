import type { TenantDb } from '../../db/database.ts';
import { newId } from '../identifiers.ts';
import { subscribersOf, type Subscriber } from '../subscriptions/repository.ts';
import type { DeliveryQueue } from './ports.ts';
import { insertEvent, type EventSubject } from './repository.ts';
import type { EventData } from './schema.ts';

/** An event, or how to read it when there is somebody to be told. */
export type EventToTell =
  EventData | { readonly type: EventData['type']; readonly read: () => Promise<EventData> };

/** Writes events into the outbox, in the transaction of the state that they tell of. */
export class EventPublisher {
  readonly #queue: DeliveryQueue;
  /** Who wants to hear of what, as each transaction that is under way has read it. */
  readonly #subscribers = new WeakMap<TenantDb, Map<string, Promise<Subscriber[]>>>();

  constructor(queue: DeliveryQueue) {
    this.#queue = queue;
  }

  /**
   * An event that nobody subscribed to is not stored: it would hold a transcript for no one.
   * @returns whether something is to be delivered: then `committed` has to be called
   */
  async publish(tx: TenantDb, told: EventToTell): Promise<boolean> {
    const subscribers = await this.#subscribersOf(tx, told.type);
    if (subscribers.length === 0) return false;
    const event = 'read' in told ? await told.read() : told;
    const eventId = newId();
    const about = subjectOf(event);
    await insertEvent(tx, { id: eventId, ...about, type: event.type, payload: event.data });
    await this.#queue.enqueue(
      tx,
      about.callId ?? about.transcriptionId ?? tx.tenantId,
      subscribers.map(({ id: subscriptionId, owner }) => ({
        tenantId: tx.tenantId,
        eventId,
        subscriptionId,
        owner,
      })),
    );
    return true;
  }

  #subscribersOf(tx: TenantDb, type: string): Promise<Subscriber[]> {
    const ofTransaction = this.#subscribers.get(tx) ?? new Map<string, Promise<Subscriber[]>>();
    this.#subscribers.set(tx, ofTransaction);
    const known = ofTransaction.get(type) ?? subscribersOf(tx, type);
    ofTransaction.set(type, known);
    return known;
  }

  /** To be called when the transaction is committed. */
  committed(): void {
    this.#queue.wake();
  }
}

/** Whatever was done in a call is told in order with the call's own events. */
function subjectOf({ data }: EventData): EventSubject {
  if ('call' in data) return { callId: data.call.id };
  if ('transcription' in data) return { transcriptionId: data.transcription.id };
  if ('callback' in data) return { callId: data.callback.callId };
  return 'callId' in data ? { callId: data.callId } : {};
}
