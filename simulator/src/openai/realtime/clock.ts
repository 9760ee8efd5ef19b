/** Time as a session sees it, so that tests can hold it still. */
export interface RealtimeClock {
  /** Ms since the epoch. */
  now(): number;
  /** Runs `action` once, `delayMs` from now; the answer takes that back. */
  after(delayMs: number, action: () => void): () => void;
}

export const systemClock: RealtimeClock = {
  now: Date.now,
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};
