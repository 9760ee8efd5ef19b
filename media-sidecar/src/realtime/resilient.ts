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
import { RefusedSession, using, watching, type Use } from './watched-session.ts';

export interface RealtimeResilienceOptions {
  /**
   * So many sessions in a row that did not become ready, or died or were given up before they answered
   * anything, stop all further ones, so that calls go to the other pipeline at once.
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
  /**
   * The same for the control of a call over SIP: a provider takes 5.5 s to say that it has no such call
   * any more, so that less silence is none.
   * @defaultValue 6000 ms
   */
  readonly silentControlAfterMs: number;
  /**
   * A ready session that we close so long after it was first asked something, and that has answered
   * nothing at all, was given up for that: a failure, too. Less than what a call waits for an answer
   * (`modelFirstEventMs`, 8000 ms), as a timer may come a little early.
   * @defaultValue 7000 ms
   */
  readonly muteAfterMs: number;
}

export const defaultRealtimeResilienceOptions = {
  breakAfterFailures: 5,
  halfOpenAfterMs: 10_000,
  silentAfterMs: 3000,
  silentControlAfterMs: 6000,
  muteAfterMs: 7000,
} as const satisfies RealtimeResilienceOptions;

type OpenInner = (listener: RealtimeListener) => RealtimeSession;

/** Leaves a model alone while it is down. One for each provider, shared by all calls. */
export class ResilientRealtimeModel implements RealtimeModel {
  readonly name: string;
  readonly #inner: RealtimeModel;
  readonly #clock: Clock;
  readonly #halfOpenAfterMs: number;
  readonly #silentAfterMs: number;
  readonly #silentControlAfterMs: number;
  readonly #muteAfterMs: number;
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
    this.#silentControlAfterMs = settings.silentControlAfterMs;
    this.#muteAfterMs = settings.muteAfterMs;
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
    return this.#open(settings, listener, this.#silentAfterMs, (watched) =>
      this.#inner.open(settings, watched),
    );
  }

  control(callId: string, settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession {
    return this.#open(settings, listener, this.#silentControlAfterMs, (watched) =>
      this.#inner.control(callId, settings, watched),
    );
  }

  #open(
    { answers }: RealtimeSettings,
    listener: RealtimeListener,
    silentAfterMs: number,
    open: OpenInner,
  ): RealtimeSession {
    if (this.isOpen) return this.#refused(listener);
    const attempt = Promise.withResolvers<void>();
    // What becomes of the attempt is the breaker's business alone; the listener is told by the session.
    this.#breaker.execute(() => attempt.promise).catch(() => undefined);
    const isTrial = this.#breaker.state === CircuitState.HalfOpen;
    const openedMs = this.#clock.monotonicMs();
    let readyMs: number | undefined;
    let askedMs: number | undefined;
    let answersByItself = answers === 'by-itself';
    let hasAnswered = false;
    let isOver = false;
    const asked = () => {
      askedMs ??= this.#clock.monotonicMs();
    };
    const watched = watching(listener, {
      onReady: () => {
        readyMs = this.#clock.monotonicMs();
        attempt.resolve();
      },
      onCallerTurn: () => {
        if (answersByItself) asked();
      },
      onAnswered: () => {
        if (hasAnswered) return;
        hasAnswered = true;
        this.#failures.reset();
      },
      onClosed: (error) => {
        // Who closes it has judged it; what dies while its last words are told says nothing more.
        if (isOver) return;
        isOver = true;
        if (readyMs === undefined) attempt.reject(error);
        else if (!hasAnswered) this.#failed(error);
      },
    });
    const closed = () => {
      if (isOver) return;
      isOver = true;
      const nowMs = this.#clock.monotonicMs();
      if (readyMs !== undefined) {
        const waitedMs = nowMs - Math.max(readyMs, askedMs ?? nowMs);
        if (!hasAnswered && waitedMs >= this.#muteAfterMs) this.#failed(this.#noAnswer());
      } else if (nowMs - openedMs >= silentAfterMs || isTrial) {
        // A trial that was broken off has not shown that the provider is back.
        attempt.reject(this.#notReady());
      } else attempt.resolve();
    };
    const updated: Use['updated'] = (change) => {
      if (change.answers) answersByItself = change.answers === 'by-itself';
    };
    return using(open(watched), { asked, updated, closed });
  }

  #notReady(): ProviderError {
    const message = 'the session was closed before it was ready';
    return new ProviderError(this.name, 'timeout', message, { retryable: true });
  }

  #noAnswer(): ProviderError {
    const message = 'the session was closed as it did not answer';
    return new ProviderError(this.name, 'timeout', message, { retryable: true });
  }

  /** A session failed that was ready. */
  #failed(error: ProviderError): void {
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

/**
 * Only these say that the provider is down; a bad request of ours does not, nor does its time limit, nor
 * that it knows a call no more.
 */
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
