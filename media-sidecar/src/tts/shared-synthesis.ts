/**
 * One synthesis that several calls listen to, each from its beginning. It is aborted when the last
 * listener has gone, not when the first one goes.
 */
export class SharedSynthesis {
  readonly #chunks: Uint8Array[] = [];
  readonly #controller = new AbortController();
  readonly #wakeUps = new Set<() => void>();
  #listeners = 0;
  #state: 'underway' | 'complete' | 'failed' = 'underway';
  #error: unknown;

  /** @param onEnd is told once: the whole audio, or undefined when there is no whole. */
  constructor(
    open: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
    onEnd: (chunks: readonly Uint8Array[] | undefined) => void,
  ) {
    void this.#run(open, onEnd);
  }

  /** Its last listener has gone: it will not become complete. */
  get isAbandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** After an abort the iteration just ends. @throws what the synthesis threw */
  async *listen(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.#listeners += 1;
    const wakeUp = () => this.#wake();
    signal.addEventListener('abort', wakeUp, { once: true });
    try {
      for (let at = 0; !signal.aborted;) {
        const chunk = this.#chunks[at];
        if (chunk) {
          at += 1;
          yield chunk;
        } else if (this.#state === 'underway') {
          await new Promise<void>((resolve) => this.#wakeUps.add(resolve));
        } else if (this.#state === 'failed') {
          throw this.#error;
        } else {
          return;
        }
      }
    } finally {
      signal.removeEventListener('abort', wakeUp);
      this.#listeners -= 1;
      if (this.#listeners === 0 && this.#state === 'underway') this.#controller.abort();
    }
  }

  async #run(
    open: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
    onEnd: (chunks: readonly Uint8Array[] | undefined) => void,
  ): Promise<void> {
    // Its first listener comes in the same turn, and may be aborted only after that.
    await Promise.resolve();
    try {
      for await (const chunk of open(this.#controller.signal)) {
        this.#chunks.push(chunk);
        this.#wake();
      }
      // An aborted iteration ends like a complete one, but is a part only.
      this.#state = this.#controller.signal.aborted ? 'failed' : 'complete';
    } catch (error) {
      this.#state = 'failed';
      this.#error = error;
    }
    onEnd(this.#state === 'complete' ? this.#chunks : undefined);
    this.#wake();
  }

  #wake(): void {
    for (const wakeUp of this.#wakeUps) wakeUp();
    this.#wakeUps.clear();
  }
}
