import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { RetryPolicy } from 'cockatiel';
import type { Database, TenantDb } from '../db/database.ts';
import { sqlState } from '../db/sql.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Metrics } from '../kernel/metrics.ts';
import type { EventPublisher, EventToTell } from './events/publisher.ts';
import type { EventData } from './events/schema.ts';
import { Patience } from './patience.ts';

export interface OrderedWriteOptions {
  /** @defaultValue 100 */
  readonly firstDelayMs?: number;
  /** @defaultValue 10000 */
  readonly maxDelayMs?: number;
  /** How many writes may be held in memory; more are lost at once. @defaultValue 100000 */
  readonly maxHeld?: number;
  /** How long a flush waits for a database that is away, in ms. @defaultValue 10000 */
  readonly flushWithinMs?: number;
}

const defaults = {
  firstDelayMs: 100,
  maxDelayMs: 10_000,
  maxHeld: 100_000,
  flushWithinMs: 10_000,
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
  readonly work: Work | BulkWork;
  readonly onStored?: () => void;
  /** It was taken, and will never be written. */
  readonly onLost: (error: unknown) => void;
}

/** @returns the events that tell of it; none when there is nothing (more) to tell */
type Work = (tx: TenantDb) => Promise<Told>;

/** Stores several at once. @returns their events, those of each subject in the order of its items */
type StoreAll<T> = (tx: TenantDb, items: readonly T[]) => Promise<Told>;

/** Work that is done in one go with the work of others of its kind, which have the same `storeAll`. */
export class BulkWork {
  readonly storeAll: StoreAll<never>;
  readonly item: unknown;

  private constructor(storeAll: StoreAll<never>, item: unknown) {
    this.storeAll = storeAll;
    this.item = item;
  }

  static of<T>(storeAll: StoreAll<T>, item: T): BulkWork {
    return new BulkWork(storeAll, item);
  }
}

/** A statement stores no more than so many. */
const MOST_IN_BULK = 500;

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
 * Writes off the frame path: in order per subject, each together with its events in one transaction,
 * and retried for as long as the database is away. What waits about a subject shares a transaction,
 * and takes along what waits about other subjects of the tenant; if that fails, each subject's writes
 * are by themselves again, so that none waits for another's trouble.
 */
export class OrderedWrites {
  readonly #db: Pick<Database, 'withTenant'>;
  readonly #publisher: EventPublisher;
  readonly #metrics: Metrics;
  readonly #logger: Logger;
  readonly #maxHeld: number;
  readonly #flushWithinMs: number;
  readonly #retry: RetryPolicy;
  /** What was taken, and is neither stored nor lost. */
  readonly #held = new Set<OrderedWrite>();
  #toldThatFull = false;
  /** Subjects about which something waits or is being written. */
  readonly #lines = new Map<string, Line>();

  constructor(
    parts: {
      readonly db: Pick<Database, 'withTenant'>;
      readonly publisher: EventPublisher;
      readonly metrics: Metrics;
      readonly logger: Logger;
    },
    options: OrderedWriteOptions = {},
  ) {
    this.#db = parts.db;
    this.#publisher = parts.publisher;
    this.#metrics = parts.metrics;
    this.#logger = parts.logger;
    this.#maxHeld = options.maxHeld ?? defaults.maxHeld;
    this.#flushWithinMs = options.flushWithinMs ?? defaults.flushWithinMs;
    this.#retry = retry(handleWhen(isTransient), {
      maxAttempts: Number.POSITIVE_INFINITY,
      backoff: new ExponentialBackoff({
        initialDelay: options.firstDelayMs ?? defaults.firstDelayMs,
        maxDelay: options.maxDelayMs ?? defaults.maxDelayMs,
      }),
    });
  }

  /**
   * Returns at once.
   * @returns whether it was taken; if not, too much is held already, and it is lost without a word
   */
  add(write: OrderedWrite): boolean {
    if (this.#held.size >= this.#maxHeld) {
      this.#refuse();
      return false;
    }
    this.#held.add(write);
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
    return true;
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
      if (first !== undefined && more.length === 0) this.#lose(first, 'refused', error);
      else for (const write of writes) await this.#store([write]);
      return;
    }
    this.#stored(writes, toDeliver);
  }

  /** @returns whether there is something to deliver */
  async #transact(writes: readonly OrderedWrite[]): Promise<boolean> {
    // What was given up while it waited for another try is not to be stored after all.
    const held = writes.filter((write) => this.#held.has(write));
    const [first] = held;
    if (!first) return false;
    return this.#db.withTenant(first.tenantId, async (tx) => {
      let toDeliver = false;
      for (const work of inOrder(held)) {
        for (const event of eventsOf(await work(tx))) {
          toDeliver = (await this.#publisher.publish(tx, event)) || toDeliver;
        }
      }
      return toDeliver;
    });
  }

  #stored(writes: readonly OrderedWrite[], toDeliver: boolean): void {
    if (toDeliver) this.#publisher.committed();
    for (const write of writes) if (this.#settle(write)) write.onStored?.();
  }

  #lose(write: OrderedWrite, reason: 'refused' | 'shutdown', error: unknown): void {
    if (!this.#settle(write)) return;
    this.#metrics.count('records_lost', { reason });
    write.onLost(error);
  }

  /** @returns false when it was stored or lost before */
  #settle(write: OrderedWrite): boolean {
    const wasHeld = this.#held.delete(write);
    if (this.#held.size === 0) this.#toldThatFull = false;
    return wasHeld;
  }

  /** Told once, until nothing is held any more: it may be thousands. */
  #refuse(): void {
    this.#metrics.count('records_lost', { reason: 'full' });
    if (this.#toldThatFull) return;
    this.#toldThatFull = true;
    this.#logger.error({ held: this.#held.size }, 'too many records are held: new ones are lost');
  }

  /**
   * Writes in the same order, for somebody who waits for what comes of it.
   * @throws what `onLost` would be given, or that too much is held
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
    const isTaken = this.add({
      ...write,
      work: async (tx) => {
        const done = await write.work(tx);
        result = done.result;
        return done.events;
      },
      onStored: () => resolve(result as T),
      onLost: reject,
    });
    if (!isTaken) reject(new Error('too many records are held'));
    return promise;
  }

  /** Resolves when what was added about a subject is written, or lost, however long that takes. */
  async written(subject: string): Promise<void> {
    await this.#lines.get(subject)?.done;
  }

  /** For the end of the process: what the database does not take in time is lost. */
  async flush(): Promise<void> {
    let isLate = false;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      isLate = true;
      resolve();
    }, this.#flushWithinMs);
    while (this.#held.size > 0 && !isLate) {
      const lines = [...this.#lines.values()];
      for (const line of lines) {
        line.hurries = true;
        line.patience.lasts(0);
      }
      await Promise.race([Promise.all(lines.map(({ done }) => done)), late]);
    }
    clearTimeout(timer);
    if (isLate) this.#giveUp();
  }

  /** A transaction that is under way goes on, and may be stored although it was told to be lost. */
  #giveUp(): void {
    for (const line of this.#lines.values()) {
      line.waiting.length = 0;
      line.patience.lasts(0);
    }
    const error = new Error('the database did not take it in time');
    for (const write of [...this.#held]) this.#lose(write, 'shutdown', error);
  }
}

/** What is to be done, each subject's in its order; what goes in bulk goes together with that of others. */
function* inOrder(writes: readonly OrderedWrite[]): Generator<Work> {
  const bySubject = Map.groupBy(writes, ({ subject }) => subject);
  const lines = [...bySubject.values()].map((line) => ({ line, next: 0 }));
  for (const own of lines) {
    for (let work; (work = own.line[own.next]?.work);) {
      if (work instanceof BulkWork) {
        yield together(work.storeAll, lines);
      } else {
        own.next += 1;
        yield work;
      }
    }
  }
}

/** Takes what is next in each line, as far as it is of one kind. */
function together(
  storeAll: BulkWork['storeAll'],
  lines: readonly { readonly line: readonly OrderedWrite[]; next: number }[],
): Work {
  const items: unknown[] = [];
  for (const each of lines) {
    while (items.length < MOST_IN_BULK) {
      const work = each.line[each.next]?.work;
      if (!(work instanceof BulkWork) || work.storeAll !== storeAll) break;
      items.push(work.item);
      each.next += 1;
    }
  }
  // SAFETY: each was given with this `storeAll`, which takes it.
  return (tx) => storeAll(tx, items as never[]);
}

function eventsOf(told: Told): readonly EventToTell[] {
  if (told === undefined) return [];
  return 'type' in told ? [told] : told;
}

/**
 * SQLSTATE classes that speak of the database and not of the write: connection, state of the
 * transaction, login, database, conflict, resources, lock, operator, system, internal error. Any
 * other write stays wrong however often it is sent, and would hold up its subject for good.
 */
const transientStates = /^(?:08|25|28|3D|40|53|55|57|58|XX)/;

/** Whether the same write may succeed later. */
function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return transientStates.test(state);
  if (!(error instanceof Error)) return false;
  // Of the system, as ECONNRESET; Node's own mistakes are ERR_…, and what the domain refuses has codes too.
  if ('code' in error) return /^E(?!RR_)[A-Z_]+$/.test(String(error.code));
  return /connection|timeout|terminated/i.test(error.message);
}
