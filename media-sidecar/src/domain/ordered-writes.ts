import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { RetryPolicy } from 'cockatiel';
import type { Database, TenantDb } from '../db/database.ts';
import { sqlState } from '../db/sql.ts';
import type { EventPublisher, EventToTell } from './events/publisher.ts';
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
  /**
   * How long it may wait for others about the same subject, to be stored together with them, in ms.
   * @defaultValue 0
   */
  readonly patienceMs?: number;
  /** @returns the events that tell of it; none when there is nothing (more) to tell */
  readonly work: (tx: TenantDb) => Promise<Told>;
  readonly onStored?: () => void;
  /** It will never be written. */
  readonly onLost: (error: unknown) => void;
}

type Told = EventToTell | readonly EventToTell[] | undefined;

/** What waits to be written about one subject. */
interface Line {
  readonly waiting: OrderedWrite[];
  /** Nothing is to wait any more. */
  hurries: boolean;
  /** Something has to be stored within so many ms. */
  storeWithin: (patienceMs: number) => void;
  done: Promise<void>;
}

/**
 * Writes off the frame path: in order per subject, retried, each together with its events in one
 * transaction. What waits about a subject shares a transaction.
 */
export class OrderedWrites {
  readonly #db: Pick<Database, 'withTenant'>;
  readonly #publisher: EventPublisher;
  readonly #retry: RetryPolicy;
  /** Subjects about which something waits or is being written. */
  readonly #lines = new Map<string, Line>();

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
  add(write: OrderedWrite): void {
    let line = this.#lines.get(write.subject);
    if (!line) {
      line = { waiting: [], hurries: false, storeWithin: () => undefined, done: Promise.resolve() };
      this.#lines.set(write.subject, line);
      line.waiting.push(write);
      line.done = this.#drain(write.subject, line);
    } else {
      line.waiting.push(write);
    }
    line.storeWithin(write.patienceMs ?? 0);
  }

  async #drain(subject: string, line: Line): Promise<void> {
    while (line.waiting.length > 0) {
      if (!line.hurries) await patienceOf(line);
      await this.#store(line.waiting.splice(0));
    }
    this.#lines.delete(subject);
  }

  /** Never rejects. Together; and when something among them can never be stored, each by itself. */
  async #store(writes: readonly OrderedWrite[]): Promise<void> {
    const [first] = writes;
    if (!first) return;
    let toDeliver = false;
    try {
      toDeliver = await this.#retry.execute(() =>
        this.#db.withTenant(first.tenantId, async (tx) => {
          let any = false;
          for (const { work } of writes) {
            for (const event of eventsOf(await work(tx))) {
              any = (await this.#publisher.publish(tx, event)) || any;
            }
          }
          return any;
        }),
      );
    } catch (error) {
      if (writes.length === 1) first.onLost(error);
      else for (const write of writes) await this.#store([write]);
      return;
    }
    if (toDeliver) this.#publisher.committed();
    for (const { onStored } of writes) onStored?.();
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
    while (this.#lines.size > 0) {
      const lines = [...this.#lines.values()];
      for (const line of lines) {
        line.hurries = true;
        line.storeWithin(0);
      }
      await Promise.all(lines.map(({ done }) => done));
    }
  }
}

/** Resolves when the least patient of what waits, or of what comes to it, has waited enough. */
function patienceOf(line: Line): Promise<void> {
  return new Promise((resolve) => {
    let dueMs = Number.POSITIVE_INFINITY;
    let timer: NodeJS.Timeout | undefined;
    line.storeWithin = (patienceMs) => {
      const newDueMs = performance.now() + patienceMs;
      if (newDueMs >= dueMs) return;
      dueMs = newDueMs;
      clearTimeout(timer);
      if (patienceMs > 0) timer = setTimeout(resolve, patienceMs);
      else resolve();
    };
    for (const { patienceMs = 0 } of line.waiting) line.storeWithin(patienceMs);
  });
}

function eventsOf(told: Told): readonly EventToTell[] {
  if (told === undefined) return [];
  return 'type' in told ? [told] : told;
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
