import type { RealtimeClock } from '../clock.ts';

/** Lets everything that waits for promises only go on. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
};

interface Timer {
  readonly at: number;
  readonly action: () => void;
}

/** Time that passes when a test says so. */
export class ManualClock implements RealtimeClock {
  #now = 1_800_000_000_000;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = { at: this.#now + delayMs, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#first(until);
      if (!next) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#now = next.at;
      next.action();
      await settle();
    }
    this.#now = until;
  }
  /** The earliest that is due; of those at the same time, the one that was asked for first. */
  #first(until: number): Timer | undefined {
    const due = this.#timers.filter(({ at }) => at <= until);
    return due.toSorted((a, b) => a.at - b.at)[0];
  }
}
