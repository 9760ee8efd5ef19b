import type { Clock, Timer } from '../kernel/clock.ts';

/** Timers by name: setting one again replaces it. */
export class NamedTimers<Name extends string> {
  readonly #clock: Clock;
  readonly #onDue: (name: Name) => void;
  readonly #pending = new Map<Name, Timer>();

  constructor(clock: Clock, onDue: (name: Name) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  set(name: Name, delayMs: number): void {
    this.cancel(name);
    const timer = this.#clock.schedule(delayMs, () => {
      this.#pending.delete(name);
      this.#onDue(name);
    });
    this.#pending.set(name, timer);
  }

  isSet(name: Name): boolean {
    return this.#pending.has(name);
  }

  cancel(name: Name): void {
    this.#pending.get(name)?.cancel();
    this.#pending.delete(name);
  }

  cancelAll(): void {
    for (const timer of this.#pending.values()) timer.cancel();
    this.#pending.clear();
  }
}
