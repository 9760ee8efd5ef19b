import type { Clock } from '../../kernel/clock.ts';
import { ProviderError, type ProviderErrorCode } from '../../kernel/errors.ts';
import type { RealtimeSettings, SipCalls } from '../contract.ts';
import { connectionError, httpError, PROVIDER, timeoutError } from './errors.ts';
import { baseUrlOf, headersOf, type OpenAiConnection } from './options.ts';
import { post, type Post, type RestReply } from './rest.ts';
import { acceptToWire } from './wire-settings.ts';

export interface OpenAiSipCallsOptions {
  /** One request, not counting its repetition. @defaultValue 5000 ms */
  readonly timeoutMs: number;
}

export const defaultOpenAiSipCallsOptions = {
  timeoutMs: 5000,
} as const satisfies OpenAiSipCallsOptions;

export interface OpenAiSipCallsDependencies {
  readonly clock: Clock;
  /** @defaultValue `node:https` */
  readonly post?: Post;
}

/**
 * Calls that reach OpenAI over SIP.
 * https://developers.openai.com/api/docs/guides/realtime-sip
 */
export class OpenAiSipCalls implements SipCalls {
  readonly #connection: OpenAiConnection;
  readonly #clock: Clock;
  readonly #post: Post;
  readonly #timeoutMs: number;

  constructor(
    connection: OpenAiConnection,
    dependencies: OpenAiSipCallsDependencies,
    options: Partial<OpenAiSipCallsOptions> = {},
  ) {
    this.#connection = connection;
    this.#clock = dependencies.clock;
    this.#post = dependencies.post ?? post;
    this.#timeoutMs = options.timeoutMs ?? defaultOpenAiSipCallsOptions.timeoutMs;
  }

  accept(callId: string, settings: RealtimeSettings, signal: AbortSignal): Promise<void> {
    return this.#do(callId, 'accept', acceptToWire(settings), signal);
  }

  reject(callId: string, statusCode: number, signal: AbortSignal): Promise<void> {
    return this.#do(callId, 'reject', { status_code: statusCode }, signal);
  }

  refer(callId: string, targetUri: string, signal: AbortSignal): Promise<void> {
    return this.#do(callId, 'refer', { target_uri: targetUri }, signal);
  }

  hangUp(callId: string, signal: AbortSignal): Promise<void> {
    return this.#do(callId, 'hangup', undefined, signal);
  }

  /** A caller waits, so what fails on their side (5xx, a broken connection) is tried once more at once. */
  async #do(
    callId: string,
    action: string,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#request(callId, action, body, signal);
    } catch (error) {
      if (!hasCode(error, 'unavailable')) throw error;
      try {
        await this.#request(callId, action, body, signal);
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
    signal: AbortSignal,
  ): Promise<void> {
    const connection = this.#connection;
    const path = `realtime/calls/${encodeURIComponent(callId)}/${action}`;
    const request = {
      url: `${baseUrlOf(connection)}/${path}`,
      headers: headersOf(connection),
      caPem: connection.caPem,
      ...(body === undefined ? {} : { body }),
    };
    const { status, retryAfter, body: text } = await this.#send(request, signal);
    if (status < 200 || status > 299) throw httpError(status, retryAfter, text);
  }

  async #send(request: Parameters<Post>[0], signal: AbortSignal): Promise<RestReply> {
    const deadline = new AbortController();
    const timer = this.#clock.schedule(this.#timeoutMs, () => deadline.abort());
    try {
      return await this.#post(request, AbortSignal.any([signal, deadline.signal]));
    } catch (error) {
      if (signal.aborted) {
        const message = 'the request was given up';
        throw new ProviderError(PROVIDER, 'cancelled', message, {
          retryable: false,
          cause: signal.reason,
        });
      }
      if (deadline.signal.aborted) throw timeoutError('OpenAI did not answer in time');
      throw error instanceof Error ? connectionError(error) : error;
    } finally {
      timer.cancel();
    }
  }
}

function hasCode(error: unknown, code: ProviderErrorCode): boolean {
  return error instanceof ProviderError && error.code === code;
}
