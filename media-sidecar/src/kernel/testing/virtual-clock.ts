import type { Clock, Timer } from '../clock.ts';

interface PendingTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly task: () => void;
}

/**
 * A clock that stands still until a test moves it. Timers run in the order in which they are due;
 * those due at the same moment run in the order in which they were scheduled.
 */
export class VirtualClock implements Clock {
  readonly #epochMs: number;
  readonly #timers = new Set<PendingTimer>();
  #elapsedMs = 0;
  #scheduled = 0;

  /** @param epochMs wall clock at the start, in ms since the Unix epoch. */
  constructor(epochMs = Date.UTC(2026, 0, 5, 12)) {
    this.#epochMs = epochMs;
  }

  nowMs(): number {
    return this.#epochMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  schedule(delayMs: number, task: () => void): Timer {
    const timer = {
      dueMs: this.#elapsedMs + Math.max(0, delayMs),
      order: this.#scheduled++,
      task,
    };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Timers that have neither run nor been cancelled: a test's proof that nothing leaks. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Resolves after `delayMs` of virtual time; rejects with the signal's reason when it is aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /**
   * Moves time forward and runs everything that falls due, also what is scheduled on the way.
   * Promises settle only after it returned: use `advanceAsync` where code awaits between timers.
   */
  advance(ms: number): void {
    const targetMs = this.#elapsedMs + ms;
    for (let timer = this.#next(targetMs); timer; timer = this.#next(targetMs)) this.#run(timer);
    this.#elapsedMs = targetMs;
  }

  /** Like `advance`, and lets everything that is awaited settle before each timer and at the end. */
  async advanceAsync(ms: number): Promise<void> {
    const targetMs = this.#elapsedMs + ms;
    await settle();
    for (let timer = this.#next(targetMs); timer; timer = this.#next(targetMs)) {
      this.#run(timer);
      await settle();
    }
    this.#elapsedMs = targetMs;
  }

  /** The process is busy for so long: what falls due meanwhile runs at the end of it. */
  stall(ms: number): void {
    this.#elapsedMs += ms;
    this.advance(0);
  }

  #next(untilMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > untilMs) continue;
      if (
        !next ||
        timer.dueMs < next.dueMs ||
        (timer.dueMs === next.dueMs && timer.order < next.order)
      ) {
        next = timer;
      }
    }
    return next;
  }

  #run(timer: PendingTimer): void {
    this.#timers.delete(timer);
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
    timer.task();
  }
}

/** Lets promise chains run to their end: a macrotask outlasts any number of microtasks. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** A pause on any clock; fakes build their timing from it. */
export function sleepOn(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
