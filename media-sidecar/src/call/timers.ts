import type { Clock, Timer } from '../kernel/clock.ts';

interface Pending {
  dueMs: number;
  /** Fires at that time or earlier, and is set again for the rest then. */
  timer: Timer;
}

/**
 * Timers by name: setting one again replaces it. One that is put off again and again, as with each
 * piece of audio, costs a comparison.
 */
export class NamedTimers<Name extends string> {
  readonly #clock: Clock;
  readonly #onDue: (name: Name) => void;
  readonly #pending = new Map<Name, Pending>();

  constructor(clock: Clock, onDue: (name: Name) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  set(name: Name, delayMs: number): void {
    const dueMs = this.#clock.monotonicMs() + delayMs;
    const pending = this.#pending.get(name);
    if (pending && pending.dueMs <= dueMs) {
      pending.dueMs = dueMs;
      return;
    }
    pending?.timer.cancel();
    this.#pending.set(name, { dueMs, timer: this.#schedule(name, delayMs) });
  }

  isSet(name: Name): boolean {
    return this.#pending.has(name);
  }

  cancel(name: Name): void {
    this.#pending.get(name)?.timer.cancel();
    this.#pending.delete(name);
  }

  cancelAll(): void {
    for (const { timer } of this.#pending.values()) timer.cancel();
    this.#pending.clear();
  }

  #schedule(name: Name, delayMs: number): Timer {
    return this.#clock.schedule(delayMs, () => this.#fire(name));
  }

  #fire(name: Name): void {
    const pending = this.#pending.get(name);
    if (!pending) return;
    const restMs = pending.dueMs - this.#clock.monotonicMs();
    // Node's timers may fire a fraction of a millisecond early.
    if (restMs >= 1) {
      pending.timer = this.#schedule(name, restMs);
      return;
    }
    this.#pending.delete(name);
    this.#onDue(name);
  }
}
