/**
 * What went wrong at a provider, in the project's own words. Adapters map vendor errors to this
 * once; nothing above an adapter looks at a vendor's codes.
 */
export type ProviderErrorCode =
  | 'unauthenticated'
  | 'permission-denied'
  | 'invalid-request'
  | 'not-found'
  | 'rate-limited'
  | 'quota-exhausted'
  | 'timeout'
  | 'unavailable'
  | 'stream-limit'
  | 'blocked'
  | 'cancelled'
  | 'protocol'
  | 'unknown';

export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly provider: string;
  readonly code: ProviderErrorCode;
  /** True when the same request may succeed if it is sent again. */
  readonly retryable: boolean;
  /** How long the provider asked us to wait, if it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    provider: string,
    code: ProviderErrorCode,
    message: string,
    options: { retryable: boolean; retryAfterMs?: number; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.provider = provider;
    this.code = code;
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}
