/** How long the least patient of what waits in a line goes on waiting. */
export class Patience {
  #dueMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #end: ((storedByOthers: boolean | Promise<boolean>) => void) | undefined;

  /** Whether something waits, and can be taken along. */
  get isAwaited(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Resolves when the least patient of what waits, or of what comes to it, has waited enough.
   * @returns whether it has been stored by then, as somebody took it along
   */
  ends(waiting: readonly { readonly patienceMs?: number }[]): Promise<boolean> {
    return new Promise((resolve) => {
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#end = (storedByOthers) => {
        clearTimeout(this.#timer);
        this.#end = undefined;
        resolve(storedByOthers);
      };
      for (const { patienceMs = 0 } of waiting) this.lasts(patienceMs);
    });
  }

  /** Something came that waits so long, in ms. */
  lasts(patienceMs: number): void {
    const dueMs = performance.now() + patienceMs;
    if (!this.isAwaited || dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    clearTimeout(this.#timer);
    if (patienceMs > 0) this.#timer = setTimeout(() => this.#end?.(false), patienceMs);
    else this.#end?.(false);
  }

  /** Somebody has taken along what waited. */
  endsWith(stored: Promise<void>): void {
    this.#end?.(stored.then(() => true));
  }
}
