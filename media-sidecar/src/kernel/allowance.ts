/**
 * So many at once, and one more each so often: the generic cell rate algorithm (ITU-T I.371) as a
 * virtual schedule, which needs one number.
 */
export class Allowance {
  readonly #everyMs: number;
  readonly #toleranceMs: number;
  /** When everything that was taken would have been due. */
  #dueMs = Number.NEGATIVE_INFINITY;

  /**
   * @param atOnce how many may come in one moment
   * @param everyMs time that brings one more, in ms
   */
  constructor(atOnce: number, everyMs: number) {
    this.#everyMs = everyMs;
    this.#toleranceMs = (atOnce - 1) * everyMs;
  }

  /** Whether one more is allowed; one that is not costs nothing. @param nowMs of one monotonic clock */
  take(nowMs: number): boolean {
    const dueMs = Math.max(this.#dueMs, nowMs);
    if (dueMs - nowMs > this.#toleranceMs) return false;
    this.#dueMs = dueMs + this.#everyMs;
    return true;
  }
}
