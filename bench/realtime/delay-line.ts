export interface LineConditions {
  readonly delayMs: number;
  /** Each message takes up to so much longer; none overtakes another. */
  readonly jitterMs: number;
}

/** One direction of a network: in order, late. */
export class DelayLine<T> {
  readonly #conditions: LineConditions;
  readonly #random: () => number;
  readonly #deliver: (message: T) => void;
  readonly #travelling: { readonly message: T; readonly dueMs: number }[] = [];
  #lastDueMs = Number.NEGATIVE_INFINITY;

  constructor(conditions: LineConditions, random: () => number, deliver: (message: T) => void) {
    this.#conditions = conditions;
    this.#random = random;
    this.#deliver = deliver;
  }

  send(message: T, nowMs: number): void {
    const { delayMs, jitterMs } = this.#conditions;
    const takesMs = delayMs + jitterMs * this.#random();
    if (takesMs === 0) return this.#deliver(message);
    this.#lastDueMs = Math.max(this.#lastDueMs, nowMs + takesMs);
    this.#travelling.push({ message, dueMs: this.#lastDueMs });
  }

  /** Delivers what has arrived by now. */
  tick(nowMs: number): void {
    let next = this.#travelling[0];
    while (next !== undefined && next.dueMs <= nowMs) {
      this.#travelling.shift();
      this.#deliver(next.message);
      next = this.#travelling[0];
    }
  }
}
