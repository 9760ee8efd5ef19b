import {
  CircuitState,
  circuitBreaker,
  handleWhen,
  type CircuitBreakerPolicy,
  type IBreaker,
} from 'cockatiel';
import type { Clock } from '../kernel/clock.ts';
import { ProviderError } from '../kernel/errors.ts';
import type {
  RealtimeListener,
  RealtimeModel,
  RealtimeSession,
  RealtimeSettings,
} from './contract.ts';
import { closing, RefusedSession, watching } from './watched-session.ts';

export interface RealtimeResilienceOptions {
  /**
   * So many sessions in a row that did not become ready, or died before they answered, stop all
   * further ones, so that calls go to the other pipeline at once.
   * @defaultValue 5
   */
  readonly breakAfterFailures: number;
  /** @defaultValue 10000 ms until one session may try again */
  readonly halfOpenAfterMs: number;
  /**
   * A session that we close unready after so long was given up for its silence: that is a failure. One
   * that we close sooner says nothing of the provider, as its caller has hung up.
   * @defaultValue 3000 ms
   */
  readonly silentAfterMs: number;
}

export const defaultRealtimeResilienceOptions = {
  breakAfterFailures: 5,
  halfOpenAfterMs: 10_000,
  silentAfterMs: 3000,
} as const satisfies RealtimeResilienceOptions;

type OpenInner = (listener: RealtimeListener) => RealtimeSession;

/** Leaves a model alone while it is down. One for each provider, shared by all calls. */
export class ResilientRealtimeModel implements RealtimeModel {
  readonly name: string;
  readonly #inner: RealtimeModel;
  readonly #clock: Clock;
  readonly #halfOpenAfterMs: number;
  readonly #silentAfterMs: number;
  readonly #failures: FailuresInARow;
  readonly #breaker: CircuitBreakerPolicy;
  /** When the breaker opened last, as it measures time itself. */
  #openedAtMs = 0;

  constructor(
    inner: RealtimeModel,
    clock: Clock,
    options: Partial<RealtimeResilienceOptions> = {},
  ) {
    const settings = { ...defaultRealtimeResilienceOptions, ...options };
    this.name = inner.name;
    this.#inner = inner;
    this.#clock = clock;
    this.#halfOpenAfterMs = settings.halfOpenAfterMs;
    this.#silentAfterMs = settings.silentAfterMs;
    this.#failures = new FailuresInARow(settings.breakAfterFailures);
    this.#breaker = circuitBreaker(handleWhen(isProvidersFault), {
      halfOpenAfter: settings.halfOpenAfterMs,
      breaker: this.#failures,
    });
    this.#breaker.onBreak(() => {
      this.#openedAtMs = Date.now();
    });
  }

  get isOpen(): boolean {
    const { state } = this.#breaker;
    if (state === CircuitState.Closed) return this.#inner.isOpen;
    // One session is trying it now; the others do not wait for how that ends.
    if (state !== CircuitState.Open) return true;
    return Date.now() - this.#openedAtMs < this.#halfOpenAfterMs;
  }

  open(settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession {
    return this.#open(listener, (watched) => this.#inner.open(settings, watched));
  }

  control(callId: string, settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession {
    return this.#open(listener, (watched) => this.#inner.control(callId, settings, watched));
  }

  #open(listener: RealtimeListener, open: OpenInner): RealtimeSession {
    if (this.isOpen) return this.#refused(listener);
    const attempt = Promise.withResolvers<void>();
    // What becomes of the attempt is the breaker's business alone; the listener is told by the session.
    this.#breaker.execute(() => attempt.promise).catch(() => undefined);
    const isTrial = this.#breaker.state === CircuitState.HalfOpen;
    const openedMs = this.#clock.monotonicMs();
    let isReady = false;
    let hasAnswered = false;
    const watched = watching(listener, {
      onReady: () => {
        isReady = true;
        attempt.resolve();
      },
      onResponseStarted: () => {
        if (hasAnswered) return;
        hasAnswered = true;
        this.#failures.reset();
      },
      onClosed: (error) => {
        if (!isReady) attempt.reject(error);
        else if (!hasAnswered) this.#diedEarly(error);
      },
    });
    const session = open(watched);
    // After it was ready, or is gone, this changes nothing.
    return closing(session, () => {
      const isSilent = this.#clock.monotonicMs() - openedMs >= this.#silentAfterMs;
      // A trial that was broken off has not shown that the provider is back.
      if (isSilent || isTrial) attempt.reject(this.#notReady());
      else attempt.resolve();
    });
  }

  #notReady(): ProviderError {
    const message = 'the session was closed before it was ready';
    return new ProviderError(this.name, 'timeout', message, { retryable: true });
  }

  #diedEarly(error: ProviderError): void {
    if (this.#breaker.state !== CircuitState.Closed) return;
    this.#breaker.execute(() => Promise.reject(error)).catch(() => undefined);
  }

  #refused(listener: RealtimeListener): RealtimeSession {
    const timer = this.#clock.schedule(0, () => {
      const message = `${this.name} is not asked for a while, after failures in a row`;
      listener.onClosed(new ProviderError(this.name, 'unavailable', message, { retryable: false }));
    });
    return new RefusedSession(() => timer.cancel());
  }
}

/** Only these say that the provider is down; a bad request of ours does not, nor does its time limit. */
function isProvidersFault(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return true;
  return error.retryable && error.code !== 'stream-limit';
}

/** Becoming ready proves little: only an answer makes the failures before it forgotten. */
class FailuresInARow implements IBreaker {
  state = 0;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  success(): void {}

  failure(): boolean {
    this.state += 1;
    return this.state >= this.#max;
  }

  reset(): void {
    this.state = 0;
  }
}
