/** A token bucket: what one socket may send. */
export interface MessageBudgetOptions {
  /** Messages at once. @defaultValue 20 */
  readonly burst: number;
  /** Messages per second in the long run. @defaultValue 10 */
  readonly perSecond: number;
}

export const defaultMessageBudget = {
  burst: 20,
  perSecond: 10,
} as const satisfies MessageBudgetOptions;

export class MessageBudget {
  readonly #options: MessageBudgetOptions;
  #tokens: number;
  #atMs: number;

  constructor(nowMs: number, options: MessageBudgetOptions = defaultMessageBudget) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#atMs = nowMs;
  }

  /** Whether one more message fits. */
  take(nowMs: number): boolean {
    const { burst, perSecond } = this.#options;
    const gained = ((nowMs - this.#atMs) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + gained);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
