import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import { ProviderError } from './errors.ts';

export interface ResilienceOptions {
  /**
   * Further tries after a failure that may pass, as long as nothing came out of the stream.
   * @defaultValue 1
   */
  readonly maxRetries: number;
  /** @defaultValue 50 ms before the first retry, doubling, with jitter */
  readonly firstRetryMs: number;
  /**
   * So many failures in a row stop all requests, so that calls go to the fallback at once.
   * @defaultValue 5
   */
  readonly breakAfterFailures: number;
  /** @defaultValue 10000 ms until one request may try again */
  readonly halfOpenAfterMs: number;
}

export const defaultResilienceOptions = {
  maxRetries: 1,
  firstRetryMs: 50,
  breakAfterFailures: 5,
  halfOpenAfterMs: 10_000,
} as const satisfies ResilienceOptions;

/** Nobody on the phone waits longer than this for a retry that a provider asks for. */
const LONGEST_RETRY_MS = 500;

/**
 * Retries the beginning of a provider's streams, and stops asking a provider that is down. One guard
 * per provider, shared by all calls. What has begun to come is never asked for again: the caller may
 * have heard it.
 */
export class StreamGuard {
  readonly #provider: string;
  readonly #breaker;
  readonly #policy;

  constructor(provider: string, options: Partial<ResilienceOptions> = {}) {
    const settings = { ...defaultResilienceOptions, ...options };
    this.#provider = provider;
    this.#breaker = circuitBreaker(handleWhen(isProvidersFault), {
      halfOpenAfter: settings.halfOpenAfterMs,
      breaker: new ConsecutiveBreaker(settings.breakAfterFailures),
    });
    this.#policy = wrap(
      retry(handleWhen(isWorthRetrying), {
        maxAttempts: settings.maxRetries,
        backoff: new ExponentialBackoff({
          initialDelay: settings.firstRetryMs,
          maxDelay: LONGEST_RETRY_MS,
        }),
      }),
      this.#breaker,
    );
  }

  /** Whether requests are refused without asking the provider. */
  get isOpen(): boolean {
    return this.#breaker.state === CircuitState.Open;
  }

  /** @throws ProviderError; `unavailable` while the provider is not asked at all */
  async *stream<T>(open: () => AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
    if (signal.aborted) return;
    const begun = await this.#begin(open, signal);
    if (!begun) return;
    const { iterator, first } = begun;
    try {
      for (let next = first; !next.done; next = await iterator.next()) yield next.value;
    } finally {
      // Whoever stops listening early must end the request, too.
      await iterator.return?.();
    }
  }

  async #begin<T>(open: () => AsyncIterable<T>, signal: AbortSignal) {
    try {
      return await this.#policy.execute(async () => {
        const iterator = open()[Symbol.asyncIterator]();
        return { iterator, first: await iterator.next() };
      }, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new ProviderError(
        this.#provider,
        'unavailable',
        `${this.#provider} is not asked for a while, after failures in a row`,
        { retryable: false, cause: error },
      );
    }
  }
}

/** Only these say that the provider is down; a bad request of ours does not. */
function isProvidersFault(error: unknown): boolean {
  return error instanceof ProviderError ? error.retryable : true;
}

function isWorthRetrying(error: unknown): boolean {
  return (
    error instanceof ProviderError &&
    error.retryable &&
    (error.retryAfterMs ?? 0) <= LONGEST_RETRY_MS
  );
}

/**
 * The first of several sources that yields something, or ends in peace. A source that fails before
 * it has yielded anything makes room for the next; later failures are the consumer's.
 * @throws what the last source threw
 */
export async function* firstThatAnswers<T>(
  sources: readonly (() => AsyncIterable<T>)[],
  signal: AbortSignal,
  onFallback: (error: unknown, next: number) => void,
): AsyncGenerator<T> {
  for (const [index, open] of sources.entries()) {
    let yielded = false;
    try {
      for await (const value of open()) {
        yielded = true;
        yield value;
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (yielded || index === sources.length - 1) throw error;
      onFallback(error, index + 1);
    }
  }
}
