import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { RetryPolicy } from 'cockatiel';
import type { Database, TenantDb } from '../db/database.ts';
import { sqlState } from '../db/sql.ts';
import type { EventPublisher } from './events/publisher.ts';
import type { EventData } from './events/schema.ts';

export interface OrderedWriteOptions {
  /** How often a write is tried again while the database is away. @defaultValue 20 */
  readonly maxRetries?: number;
  /** @defaultValue 100 */
  readonly firstDelayMs?: number;
  /** @defaultValue 10000 */
  readonly maxDelayMs?: number;
}

const defaults = {
  maxRetries: 20,
  firstDelayMs: 100,
  maxDelayMs: 10_000,
} as const satisfies OrderedWriteOptions;

export interface OrderedWrite {
  /** Writes about the same subject happen one after the other. */
  readonly subject: string;
  readonly tenantId: string;
  /** @returns the events that tell of it; none when there is nothing (more) to tell */
  readonly work: (tx: TenantDb) => Promise<EventData | readonly EventData[] | undefined>;
  readonly onStored?: () => void;
  /** It will never be written. */
  readonly onLost: (error: unknown) => void;
}

/**
 * Writes off the frame path: in order per subject, retried, each together with its event in one
 * transaction.
 */
export class OrderedWrites {
  readonly #db: Pick<Database, 'withTenant'>;
  readonly #publisher: EventPublisher;
  readonly #retry: RetryPolicy;
  /** The last write about each subject that has any under way. */
  readonly #tails = new Map<string, Promise<void>>();

  constructor(
    parts: {
      readonly db: Pick<Database, 'withTenant'>;
      readonly publisher: EventPublisher;
    },
    options: OrderedWriteOptions = {},
  ) {
    this.#db = parts.db;
    this.#publisher = parts.publisher;
    this.#retry = retry(handleWhen(isTransient), {
      maxAttempts: options.maxRetries ?? defaults.maxRetries,
      backoff: new ExponentialBackoff({
        initialDelay: options.firstDelayMs ?? defaults.firstDelayMs,
        maxDelay: options.maxDelayMs ?? defaults.maxDelayMs,
      }),
    });
  }

  /** Returns at once. */
  add({ subject, tenantId, work, onStored, onLost }: OrderedWrite): void {
    const store = (): Promise<void> =>
      this.#db.withTenant(tenantId, async (tx) => {
        const told = await work(tx);
        const events = told === undefined ? [] : 'type' in told ? [told] : told;
        for (const event of events) await this.#publisher.publish(tx, event);
      });
    const tail = (this.#tails.get(subject) ?? Promise.resolve())
      .then(() => this.#retry.execute(store))
      .then(() => {
        this.#publisher.committed();
        onStored?.();
      })
      .catch(onLost)
      .finally(() => {
        if (this.#tails.get(subject) === tail) this.#tails.delete(subject);
      });
    this.#tails.set(subject, tail);
  }

  /**
   * Writes in the same order, for somebody who waits for what comes of it.
   * @throws what `onLost` would be given
   */
  run<T>(
    write: Pick<OrderedWrite, 'subject' | 'tenantId'> & {
      readonly work: (
        tx: TenantDb,
      ) => Promise<{ readonly result: T; readonly events: readonly EventData[] }>;
    },
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let result: T | undefined;
    this.add({
      ...write,
      work: async (tx) => {
        const done = await write.work(tx);
        result = done.result;
        return done.events;
      },
      onStored: () => resolve(result as T),
      onLost: reject,
    });
    return promise;
  }

  /** Resolves when everything that was added is written, or lost. */
  async flush(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}

/**
 * Whether the same write may succeed later. Data that does not fit, a broken rule or a bad statement
 * (SQLSTATE classes 22, 23, 42) stay wrong however often they are sent.
 */
function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return !/^(?:22|23|42|44)/.test(state);
  return typeof error === 'object' && error !== null && 'code' in error
    ? true
    : error instanceof Error && /connection|timeout|terminated/i.test(error.message);
}
