import type { Clock } from '../../kernel/clock.ts';
import { ProviderError, type ProviderErrorCode } from '../../kernel/errors.ts';
import type { RealtimeSettings, SipCalls } from '../contract.ts';
import { connectionError, httpError, PROVIDER, timeoutError } from './errors.ts';
import { baseUrlOf, headersOf, type OpenAiConnection } from './options.ts';
import { post, type Post, type RestReply } from './rest.ts';
import { SipTuning } from './sip-tuning.ts';
import { acceptToWire } from './wire-settings.ts';

export interface OpenAiSipCallsOptions {
  /**
   * One action, with what of it is tried once more. OpenAI takes 5.2 to 5.5 s to say that it has no such
   * call (any more): https://community.openai.com/t/1394315. Twice this, an accept that fails and the
   * rejection after it, is less than the 20 s that a workflow waits for both.
   * @defaultValue 8000 ms
   */
  readonly timeoutMs: number;
}

export const defaultOpenAiSipCallsOptions = {
  timeoutMs: 8000,
} as const satisfies OpenAiSipCallsOptions;

export interface OpenAiSipCallsDependencies {
  readonly clock: Clock;
  /** @defaultValue `node:https` */
  readonly post?: Post;
  /** Shared with who controls the calls. @defaultValue one of its own */
  readonly tuning?: SipTuning;
}

/** Who ends an action before it is done. */
interface Limits {
  /** Whoever wants it gives it up. */
  readonly given: AbortSignal;
  /** Its time is over. */
  readonly deadline: AbortSignal;
}

/**
 * Calls that reach OpenAI over SIP.
 * https://developers.openai.com/api/docs/guides/realtime-sip
 */
export class OpenAiSipCalls implements SipCalls {
  readonly #connection: OpenAiConnection;
  readonly #clock: Clock;
  readonly #post: Post;
  readonly #tuning: SipTuning;
  readonly #timeoutMs: number;

  constructor(
    connection: OpenAiConnection,
    dependencies: OpenAiSipCallsDependencies,
    options: Partial<OpenAiSipCallsOptions> = {},
  ) {
    this.#connection = connection;
    this.#clock = dependencies.clock;
    this.#post = dependencies.post ?? post;
    this.#tuning = dependencies.tuning ?? new SipTuning();
    this.#timeoutMs = options.timeoutMs ?? defaultOpenAiSipCallsOptions.timeoutMs;
  }

  accept(callId: string, settings: RealtimeSettings, signal: AbortSignal): Promise<void> {
    return this.#inTime(signal, (limits) => this.#accept(callId, settings, limits));
  }

  reject(callId: string, statusCode: number, signal: AbortSignal): Promise<void> {
    const body = { status_code: statusCode };
    return this.#inTime(signal, (limits) => this.#do(callId, 'reject', body, limits));
  }

  refer(callId: string, targetUri: string, signal: AbortSignal): Promise<void> {
    const body = { target_uri: targetUri };
    return this.#inTime(signal, (limits) => this.#do(callId, 'refer', body, limits));
  }

  hangUp(callId: string, signal: AbortSignal): Promise<void> {
    return this.#inTime(signal, (limits) => this.#do(callId, 'hangup', undefined, limits));
  }

  async #inTime(signal: AbortSignal, act: (limits: Limits) => Promise<void>): Promise<void> {
    const deadline = new AbortController();
    const timer = this.#clock.schedule(this.#timeoutMs, () => deadline.abort());
    try {
      await act({ given: signal, deadline: deadline.signal });
    } finally {
      timer.cancel();
    }
  }

  async #accept(callId: string, settings: RealtimeSettings, limits: Limits): Promise<void> {
    const isTuned = settings.turnDetection.type === 'server_vad' && this.#tuning.isWorthATry;
    try {
      await this.#do(callId, 'accept', acceptToWire(settings, isTuned), limits);
      if (isTuned) this.#tuning.taken();
    } catch (error) {
      if (!isTuned || !this.#tuning.noteRefusal(error)) throw error;
      await this.#do(callId, 'accept', acceptToWire(settings, false), limits);
    }
  }

  /** A caller waits, so what fails on their side (5xx, a broken connection) is tried once more at once. */
  async #do(
    callId: string,
    action: string,
    body: object | undefined,
    limits: Limits,
  ): Promise<void> {
    try {
      await this.#request(callId, action, body, limits);
    } catch (error) {
      if (!hasCode(error, 'unavailable')) throw error;
      try {
        await this.#request(callId, action, body, limits);
      } catch (again) {
        // Accepted calls are not found either: the first request may have been carried out.
        throw action === 'accept' && hasCode(again, 'not-found') ? error : again;
      }
    }
  }

  async #request(
    callId: string,
    action: string,
    body: object | undefined,
    limits: Limits,
  ): Promise<void> {
    const connection = this.#connection;
    const path = `realtime/calls/${encodeURIComponent(callId)}/${action}`;
    const request = {
      url: `${baseUrlOf(connection)}/${path}`,
      headers: headersOf(connection),
      caPem: connection.caPem,
      ...(body === undefined ? {} : { body }),
    };
    const { status, retryAfter, body: text } = await this.#send(request, limits);
    if (status < 200 || status > 299) throw httpError(status, retryAfter, text);
  }

  async #send(request: Parameters<Post>[0], { given, deadline }: Limits): Promise<RestReply> {
    try {
      return await this.#post(request, AbortSignal.any([given, deadline]));
    } catch (error) {
      if (given.aborted) {
        const message = 'the request was given up';
        throw new ProviderError(PROVIDER, 'cancelled', message, {
          retryable: false,
          cause: given.reason,
        });
      }
      if (deadline.aborted) throw timeoutError('OpenAI did not answer in time');
      throw error instanceof Error ? connectionError(error) : error;
    }
  }
}

function hasCode(error: unknown, code: ProviderErrorCode): boolean {
  return error instanceof ProviderError && error.code === code;
}
