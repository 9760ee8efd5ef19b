import type { CallRecorder } from '../../call/ports.ts';
import type { Database } from '../../db/database.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { within } from '../../kernel/within.ts';
import { endLeases, renewLeases, takeLeases, type LeasedCall } from './lease-repository.ts';

interface CallLeasesParts {
  /** On connections that are there whatever else the process has to do. */
  readonly db: Pick<Database, 'withSystem'>;
  readonly recorder: Pick<CallRecorder, 'callStarted' | 'callEnded'> & {
    written(callId: string): Promise<void>;
  };
  /**
   * Ends a call over SIP of which only the provider still knows. Resolves when nothing more can be done
   * about it; never rejects. undefined: this process cannot, and leaves such calls to one that can.
   */
  readonly hangUp: ((openAiCallId: string, callId: string) => Promise<void>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Held {
  readonly call: LeasedCall;
  isOver: boolean;
}

/** How often a process tells which calls it has, in ms. */
const RENEW_EVERY_MS = 10_000;
/** A call of which nobody has told for so long was left behind, in ms. */
const LEASE_MS = 45_000;
/**
 * While the database was away nobody could tell of a call. Only a process that has seen it for so long
 * without a break takes over what others seem to have left, in ms: they, too, have found it back by
 * then, in two or three looks.
 */
const WATCH_MS = 90_000;
/** More between two looks that the database answered is a break, in ms: well below the lease. */
const BREAK_MS = 2 * RENEW_EVERY_MS;
/** One that hangs must not keep the next one from another connection; more would take them all. */
const MOST_LOOKS_AT_ONCE = 2;
/** How long the end of the process may wait for a database that is away, in ms. */
const CLOSE_WITHIN_MS = 5000;

/**
 * Tells the other processes which calls this one has, and ends those that another one left behind when
 * it died: hangs up what would go on without anybody who controls it, and closes the record.
 */
export class CallLeases {
  readonly #parts: CallLeasesParts;
  readonly #held = new Map<string, Held>();
  #looks = 0;
  /** When the database was seen last, and since when without a break; monotonic. */
  #seenMs: number | undefined;
  #watchingSinceMs = 0;
  #timer: Timer | undefined;

  constructor(parts: CallLeasesParts) {
    this.#parts = parts;
  }

  /** Whether there is a call about which something is still to be done. */
  get isHolding(): boolean {
    return [...this.#held.values()].some(({ isOver }) => !isOver);
  }

  /**
   * From now on the call is this process's. To be called before anybody could be left alone in it.
   * @param until it is over, and nobody has to be hung up any more; however that settles
   */
  hold(call: LeasedCall, until: Promise<unknown>): void {
    this.#keep(call, until);
    const told = this.#parts.db.withSystem((tx) => renewLeases(tx, [call]));
    told.catch((err: unknown) => this.#warn(err));
  }

  /**
   * Begins to look, and goes on until `close`.
   * @param isAlone nobody else can use the database: what it has of others was left behind
   */
  start({ isAlone }: { readonly isAlone: boolean }): void {
    if (isAlone) void this.#look(() => 0);
    this.#schedule();
  }

  /** Tells which calls there are, and takes over those that were left behind. Never rejects. */
  async check(): Promise<void> {
    await this.#look(() => (this.#hasWatched() ? LEASE_MS : undefined));
  }

  /** Tells once more what is over. What is not is left for another process. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    const { clock } = this.#parts;
    await within(
      { clock, ms: CLOSE_WITHIN_MS },
      this.#look(() => undefined),
      undefined,
    );
  }

  #schedule(): void {
    this.#timer = this.#parts.clock.schedule(RENEW_EVERY_MS, () => {
      this.#schedule();
      if (this.#looks < MOST_LOOKS_AT_ONCE) void this.check();
    });
  }

  /** Never rejects. @param staleMs asked once the database has answered; undefined: nothing is taken */
  async #look(staleMs: () => number | undefined): Promise<void> {
    this.#looks += 1;
    try {
      await this.#renewAndTake(staleMs);
    } catch (error) {
      this.#warn(error);
    } finally {
      this.#looks -= 1;
    }
  }

  async #renewAndTake(staleMs: () => number | undefined): Promise<void> {
    const held = [...this.#held.values()];
    const live = held.filter(({ isOver }) => !isOver).map(({ call }) => call);
    const over = held.filter(({ isOver }) => isOver).map(({ call }) => call.callId);
    const taken = await this.#parts.db.withSystem(async (tx) => {
      if (live.length > 0) await renewLeases(tx, live);
      if (over.length > 0) await endLeases(tx, over);
      const ms = staleMs();
      const isAbleToHangUp = this.#parts.hangUp !== undefined;
      return ms === undefined ? [] : takeLeases(tx, ms, isAbleToHangUp);
    });
    for (const callId of over) this.#held.delete(callId);
    for (const { begunAt, ...call } of taken) {
      if (!this.#held.has(call.callId)) this.#end(call, begunAt.getTime());
    }
  }

  /** It is over only when what its process has handed in about it is stored. */
  #keep(call: LeasedCall, until: Promise<unknown>): void {
    const held = { call, isOver: false };
    this.#held.set(call.callId, held);
    const over = async (): Promise<void> => {
      await this.#parts.recorder.written(call.callId);
      held.isOver = true;
    };
    void until.then(over, over);
  }

  #end(call: LeasedCall, startedAtMs: number): void {
    const { clock, hangUp, logger, recorder } = this.#parts;
    const { callId, openAiCallId, tenantId } = call;
    const known = { callId, tenantId };
    logger.warn(known, 'a call that its process left behind is ended');
    // Its process may have died before that was written; what is written is not told again.
    recorder.callStarted({ ...known, startedAtMs });
    recorder.callEnded({
      ...known,
      endedAtMs: clock.nowMs(),
      reason: 'connection-lost',
      framesReceived: 0,
      framesLost: 0,
      framesSent: 0,
    });
    const isHungUp = openAiCallId === undefined ? undefined : hangUp?.(openAiCallId, callId);
    this.#keep(call, isHungUp ?? Promise.resolve());
  }

  /** The database has answered. @returns whether it has been there for long enough */
  #hasWatched(): boolean {
    const nowMs = this.#parts.clock.monotonicMs();
    const isFirst = this.#seenMs === undefined || nowMs - this.#seenMs > BREAK_MS;
    if (isFirst) this.#watchingSinceMs = nowMs;
    this.#seenMs = nowMs;
    return nowMs - this.#watchingSinceMs >= WATCH_MS;
  }

  #warn(err: unknown): void {
    this.#parts.logger.warn({ err }, 'which calls live could not be told');
  }
}
