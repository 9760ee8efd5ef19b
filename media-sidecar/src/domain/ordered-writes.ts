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
   * How long it may wait for others of the tenant, to be stored together with them, in ms.
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
  readonly tenantId: string;
  readonly waiting: OrderedWrite[];
  /** Nothing is to wait any more. */
  hurries: boolean;
  /** Whether, and until when, what waits still has patience. */
  readonly patience: Patience;
  done: Promise<void>;
}

/**
 * Writes off the frame path: in order per subject, retried, each together with its events in one
 * transaction. What waits about a subject shares a transaction, and takes along what waits about
 * other subjects of the tenant; if that fails, each subject's writes are by themselves again, so
 * that none waits for another's trouble.
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
    const { subject, tenantId, patienceMs = 0 } = write;
    let line = this.#lines.get(subject);
    if (!line) {
      line = {
        tenantId,
        waiting: [],
        hurries: false,
        patience: new Patience(),
        done: Promise.resolve(),
      };
      this.#lines.set(subject, line);
      line.waiting.push(write);
      line.done = this.#drain(subject, line);
    } else {
      line.waiting.push(write);
    }
    line.patience.lasts(patienceMs);
  }

  async #drain(subject: string, line: Line): Promise<void> {
    while (line.waiting.length > 0) {
      const takenAlong = !line.hurries && (await line.patience.ends(line.waiting));
      if (!takenAlong) await this.#storeWithOthers(line);
    }
    this.#lines.delete(subject);
  }

  /** Never rejects. Stores what waits in a line, and what waits patiently in the tenant's others. */
  #storeWithOthers(line: Line): Promise<void> {
    const writes = line.waiting.splice(0);
    const others = [...this.#lines.values()]
      .filter(({ tenantId, patience }) => tenantId === line.tenantId && patience.isAwaited)
      .map(({ patience, waiting }) => ({ patience, writes: waiting.splice(0) }));
    if (others.length === 0) return this.#store(writes);

    const together = this.#storeOnce([writes, ...others.map((other) => other.writes)].flat());
    const stored = async (own: readonly OrderedWrite[]): Promise<void> => {
      if (!(await together)) await this.#store(own);
    };
    for (const other of others) other.patience.endsWith(stored(other.writes));
    return stored(writes);
  }

  /** Never rejects. @returns false when it failed: it is no matter yet what of, or how. */
  async #storeOnce(writes: readonly OrderedWrite[]): Promise<boolean> {
    let toDeliver: boolean;
    try {
      toDeliver = await this.#transact(writes);
    } catch {
      return false;
    }
    this.#stored(writes, toDeliver);
    return true;
  }

  /** Never rejects. Together; and when something among them can never be stored, each by itself. */
  async #store(writes: readonly OrderedWrite[]): Promise<void> {
    let toDeliver: boolean;
    try {
      toDeliver = await this.#retry.execute(() => this.#transact(writes));
    } catch (error) {
      const [first, ...more] = writes;
      if (more.length === 0) first?.onLost(error);
      else for (const write of writes) await this.#store([write]);
      return;
    }
    this.#stored(writes, toDeliver);
  }

  /** @returns whether there is something to deliver */
  async #transact(writes: readonly OrderedWrite[]): Promise<boolean> {
    const [first] = writes;
    if (!first) return false;
    return this.#db.withTenant(first.tenantId, async (tx) => {
      let toDeliver = false;
      for (const { work } of writes) {
        for (const event of eventsOf(await work(tx))) {
          toDeliver = (await this.#publisher.publish(tx, event)) || toDeliver;
        }
      }
      return toDeliver;
    });
  }

  #stored(writes: readonly OrderedWrite[], toDeliver: boolean): void {
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
        line.patience.lasts(0);
      }
      await Promise.all(lines.map(({ done }) => done));
    }
  }
}

/** How long the least patient of what waits in a line goes on waiting. */
class Patience {
  #dueMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #end: ((storedByOthers: boolean | Promise<boolean>) => void) | undefined;

  /** Whether something waits, and can be taken along. */
  get isAwaited(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Resolves when the least patient of what waits, or of what comes to it, has waited enough.
   * @returns whether it has been stored by then, as somebody took it along
   */
  ends(waiting: readonly OrderedWrite[]): Promise<boolean> {
    return new Promise((resolve) => {
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#end = (storedByOthers) => {
        clearTimeout(this.#timer);
        this.#end = undefined;
        resolve(storedByOthers);
      };
      for (const { patienceMs = 0 } of waiting) this.lasts(patienceMs);
    });
  }

  /** Something came that waits so long, in ms. */
  lasts(patienceMs: number): void {
    const dueMs = performance.now() + patienceMs;
    if (!this.isAwaited || dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    clearTimeout(this.#timer);
    if (patienceMs > 0) this.#timer = setTimeout(() => this.#end?.(false), patienceMs);
    else this.#end?.(false);
  }

  /** Somebody has taken along what waited. */
  endsWith(stored: Promise<void>): void {
    this.#end?.(stored.then(() => true));
  }
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
