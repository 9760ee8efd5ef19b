import type { Clock } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import { within } from '../../kernel/within.ts';
import type { SipCalls } from '../../realtime/contract.ts';

export interface SipReleaseDeps {
  readonly sipCalls: Pick<SipCalls, 'hangUp' | 'refer'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** One request, with its repetition in the adapter, in ms. */
const WITHIN_MS = 10_000;
/** Pauses before a call is hung up once more, in ms. */
const AGAIN_AFTER_MS = [1000, 5000, 20_000];
/**
 * OpenAI's `refer` answers 200 also where no REFER is sent or the carrier refuses it (OpenAI's
 * community, 2026-05). The caller has gone after this time, or hears nothing any more, in ms.
 */
const REFERRED_WITHIN_MS = 20_000;
/** A process that ends waits so long for what it has begun, in ms: a REFER's time, and the hang-up. */
const CLOSE_WITHIN_MS = 25_000;

/**
 * Rids a call over SIP of its model. A call that were left to it would go on without anybody who
 * controls it, until the provider's time limit. Never throws: calls do not wait for it, the end of the
 * process does.
 */
export class SipRelease {
  readonly #deps: SipReleaseDeps;
  /** What is not done yet, with our id of the call. */
  readonly #pending = new Map<Promise<void>, string>();

  constructor(deps: SipReleaseDeps) {
    this.#deps = deps;
  }

  /** @param ours our id of the call, for the log */
  hangUp(callId: string, ours: string): void {
    this.#keep(ours, this.#hangUp(callId, ours, false));
  }

  /**
   * The same for a call of which nobody knows whether it was accepted. It may be so later than now: that
   * the provider does not know it yet is no end.
   */
  hangUpDoubtful(callId: string, ours: string): void {
    this.#keep(ours, this.#hangUp(callId, ours, true));
  }

  /** Connects the caller with somebody else. @param targetUri `tel:…` or `sip:…` */
  refer(callId: string, targetUri: string, ours: string): void {
    this.#keep(ours, this.#refer(callId, targetUri, ours));
  }

  /** Resolves when nothing more is to be done about a call. @param ours our id of it */
  async released(ours: string): Promise<void> {
    const pending = [...this.#pending].filter(([, each]) => each === ours);
    await Promise.all(pending.map(([work]) => work));
  }

  /** Waits for everything that was begun; what takes longer is left as it is. */
  async close(withinMs = CLOSE_WITHIN_MS): Promise<void> {
    const { clock, logger } = this.#deps;
    await within({ clock, ms: withinMs }, Promise.all(this.#pending.keys()), undefined);
    const calls = this.#pending.size;
    if (calls > 0) logger.error({ calls }, 'SIP calls could not be released in time');
  }

  #keep(ours: string, work: Promise<void>): void {
    const pending: Promise<void> = work.finally(() => this.#pending.delete(pending));
    this.#pending.set(pending, ours);
  }

  async #hangUp(callId: string, ours: string, isDoubtful: boolean): Promise<void> {
    const { sipCalls } = this.#deps;
    for (let attempt = 0; ; attempt += 1) {
      const error = await this.#try(ours, (signal) => sipCalls.hangUp(callId, signal));
      const pauseMs = AGAIN_AFTER_MS[attempt];
      const isWorthIt = error?.retryable || (isDoubtful && error?.code === 'not-found');
      if (!isWorthIt || pauseMs === undefined) return;
      await this.#pause(pauseMs);
    }
  }

  async #refer(callId: string, targetUri: string, ours: string): Promise<void> {
    const { sipCalls } = this.#deps;
    const error = await this.#try(ours, (signal) => sipCalls.refer(callId, targetUri, signal));
    if (!error) await this.#pause(REFERRED_WITHIN_MS);
    if (error?.code !== 'not-found') await this.#hangUp(callId, ours, false);
  }

  /** @returns what went wrong */
  async #try(
    ours: string,
    request: (signal: AbortSignal) => Promise<void>,
  ): Promise<ProviderError | undefined> {
    const { logger, metrics } = this.#deps;
    try {
      await request(AbortSignal.timeout(WITHIN_MS));
      return undefined;
    } catch (error) {
      const failure = error instanceof ProviderError ? error : faultOfOurs(error);
      const { code } = failure;
      // The caller was faster.
      if (code === 'not-found') return failure;
      metrics.count('provider_errors', { source: 'realtime', code });
      logger.warn(
        { source: 'realtime', code, callId: ours, err: failure.cause },
        'a SIP call could not be released',
      );
      return failure;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#deps.clock.schedule(ms, resolve));
  }
}

function faultOfOurs(error: unknown): ProviderError {
  const message = 'the request could not be made';
  return new ProviderError('sip', 'unknown', message, { retryable: false, cause: error });
}
