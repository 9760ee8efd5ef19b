import type { Clock } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { newId } from '../identifiers.ts';
import type { OwnedPhrase, PhraseStore } from './ports.ts';
import type { Warming } from './schema.ts';

export interface WarmingOptions {
  /**
   * Between the beginnings of two syntheses, over all warmings: live calls share the quota.
   * @defaultValue 200 ms
   */
  readonly intervalMs: number;
  /** Syntheses at the same time. @defaultValue 3 */
  readonly concurrency: number;
  /** Further tries of a phrase after a failure that may pass. @defaultValue 4 */
  readonly maxRetries: number;
  /** Before the first retry, doubling, unless the provider says how long. @defaultValue 1000 ms */
  readonly firstRetryMs: number;
  /** How long a finished warming can be asked for. @defaultValue 3600000 ms */
  readonly rememberMs: number;
}

export const defaultWarmingOptions = {
  intervalMs: 200,
  concurrency: 3,
  maxRetries: 4,
  firstRetryMs: 1000,
  rememberMs: 3_600_000,
} as const satisfies WarmingOptions;

const longestRetryMs = 60_000;
/** Of each warming; the counts tell the rest. */
const maxErrors = 100;

interface Task {
  readonly run: Running;
  readonly index: number;
  readonly phrase: OwnedPhrase;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Running {
  readonly owner: string | undefined;
  readonly warming: Mutable<Warming>;
  endedAtMs: number | undefined;
}

/**
 * Has phrases spoken ahead of their use, a few at a time. One phrase that fails stops no other. The
 * state lives where the cache lives: in this process.
 */
export class Warmings {
  readonly #store: PhraseStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #options: WarmingOptions;
  readonly #runs = new Map<string, Running>();
  readonly #queue: Task[] = [];
  readonly #closing = new AbortController();
  #workers = 0;
  #nextStartMs = 0;

  constructor(
    parts: { readonly store: PhraseStore; readonly clock: Clock; readonly logger: Logger },
    options: Partial<WarmingOptions> = {},
  ) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#options = { ...defaultWarmingOptions, ...options };
  }

  /** @returns the id of the warming; the work goes on in the background */
  begin(phrases: readonly OwnedPhrase[], owner: string | undefined): string {
    this.#forgetOld();
    const warming: Running['warming'] = {
      id: newId(),
      status: 'running',
      total: phrases.length,
      done: 0,
      synthesized: 0,
      alreadyCached: 0,
      failed: 0,
      errors: [],
    };
    const run: Running = { owner, warming, endedAtMs: undefined };
    this.#runs.set(warming.id, run);
    this.#queue.push(...phrases.map((phrase, index) => ({ run, index, phrase })));
    while (this.#workers < this.#options.concurrency && this.#queue.length > 0) {
      this.#workers += 1;
      void this.#work();
    }
    return warming.id;
  }

  get(id: string): { readonly owner: string | undefined; readonly warming: Warming } | undefined {
    this.#forgetOld();
    return this.#runs.get(id);
  }

  /** Gives up what is not done. */
  close(): void {
    this.#queue.length = 0;
    this.#closing.abort();
  }

  async #work(): Promise<void> {
    for (let task = this.#queue.shift(); task; task = this.#queue.shift()) {
      const { run, index } = task;
      const { warming } = run;
      try {
        const { cached } = await this.#fetch(task.phrase);
        if (cached) warming.alreadyCached += 1;
        else warming.synthesized += 1;
      } catch (error) {
        warming.failed += 1;
        if (warming.errors.length < maxErrors) warming.errors.push({ index, ...this.#told(error) });
      }
      warming.done += 1;
      if (warming.done === warming.total) {
        warming.status = warming.failed === warming.total ? 'failed' : 'completed';
        run.endedAtMs = this.#clock.monotonicMs();
      }
    }
    this.#workers -= 1;
  }

  async #fetch(phrase: OwnedPhrase): Promise<{ readonly cached: boolean }> {
    const { signal } = this.#closing;
    for (let tries = 0; ; tries += 1) {
      // What is there already costs the provider nothing.
      if (!this.#store.has(phrase)) await this.#turn();
      signal.throwIfAborted();
      try {
        return await this.#store.fetch(phrase, signal);
      } catch (error) {
        const isHopeless = !(error instanceof ProviderError) || !error.retryable;
        if (isHopeless || tries >= this.#options.maxRetries) throw error;
        const backoffMs = this.#options.firstRetryMs * 2 ** tries;
        await this.#sleep(Math.min(longestRetryMs, error.retryAfterMs ?? backoffMs));
      }
    }
  }

  /** Waits until the next synthesis may begin. */
  async #turn(): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const startMs = Math.max(nowMs, this.#nextStartMs);
    this.#nextStartMs = startMs + this.#options.intervalMs;
    if (startMs > nowMs) await this.#sleep(startMs - nowMs);
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#closing;
      const end = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = this.#clock.schedule(delayMs, end);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end);
    });
  }

  #told(error: unknown): { readonly code: string; readonly message: string } {
    if (error instanceof ProviderError) return { code: error.code, message: error.message };
    if (!this.#closing.signal.aborted) {
      this.#logger.error({ err: error }, 'a phrase could not be prepared');
    }
    return { code: 'unknown', message: 'The phrase could not be spoken.' };
  }

  #forgetOld(): void {
    const beforeMs = this.#clock.monotonicMs() - this.#options.rememberMs;
    for (const [id, { endedAtMs }] of this.#runs) {
      if (endedAtMs !== undefined && endedAtMs < beforeMs) this.#runs.delete(id);
    }
  }
}
