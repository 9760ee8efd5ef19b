/** A handle of a pending timer; opaque to everybody but the clock that made it. */
export interface Timer {
  cancel(): void;
}

/**
 * Time as a dependency, so that everything that waits can be tested in virtual time.
 */
export interface Clock {
  /** Wall clock, in ms since the Unix epoch. For records only: it may jump. */
  nowMs(): number;
  /** Monotonic clock in ms, from an arbitrary origin. For every measurement and deadline. */
  monotonicMs(): number;
  /** Runs `task` once, `delayMs` from now (never synchronously). */
  schedule(delayMs: number, task: () => void): Timer;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, task) {
    const handle = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
