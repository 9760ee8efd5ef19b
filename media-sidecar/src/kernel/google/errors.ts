import { ProviderError, type ProviderErrorCode } from '../errors.ts';

/** What a gRPC status means to us. Source: google.rpc.Code. */
const codes: Readonly<Record<number, readonly [ProviderErrorCode, retryable: boolean]>> = {
  1: ['cancelled', false],
  2: ['unknown', true],
  3: ['invalid-request', false],
  4: ['timeout', true],
  5: ['not-found', false],
  6: ['invalid-request', false],
  7: ['permission-denied', false],
  8: ['rate-limited', true],
  9: ['invalid-request', false],
  10: ['unavailable', true],
  11: ['stream-limit', true],
  12: ['invalid-request', false],
  13: ['unavailable', true],
  14: ['unavailable', true],
  15: ['unavailable', false],
  16: ['unauthenticated', false],
};

/** Google tells by the words which of its two kinds of exhaustion it is; a daily quota stays empty. */
const LASTING_QUOTA = /per day|daily|billing|limit: 0\b/i;

/** The gRPC status of an error, if it has one. */
export function grpcCode(error: unknown): number | undefined {
  const code = property(error, 'code');
  return typeof code === 'number' ? code : undefined;
}

/** Maps what Google's gRPC clients throw. The original is kept as the cause. */
export function googleError(provider: string, error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const status = grpcCode(error);
  const details = property(error, 'details');
  const text = typeof details === 'string' ? details : error instanceof Error ? error.message : '';
  const isWrongKey = status === 3 && text.includes('API key');
  const [code, retryable] = codes[isWrongKey ? 16 : (status ?? -1)] ?? ['unknown', false];
  const retryAfterMs = retryDelayMs(error);
  const isLasting = status === 8 && LASTING_QUOTA.test(text);
  return new ProviderError(
    provider,
    isLasting ? 'quota-exhausted' : code,
    `${provider} answered with status ${status ?? 'none'}: ${text.slice(0, 300)}`,
    {
      retryable: retryable && !isLasting,
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
}

/** `google.rpc.RetryInfo`, which the clients decode into `statusDetails`. */
function retryDelayMs(error: unknown): number | undefined {
  const details = property(error, 'statusDetails');
  if (!Array.isArray(details)) return undefined;
  for (const detail of details) {
    const delay = property(detail, 'retryDelay');
    const seconds = Number(property(delay, 'seconds') ?? 0);
    const nanos = Number(property(delay, 'nanos') ?? 0);
    if (delay && Number.isFinite(seconds + nanos)) return seconds * 1000 + nanos / 1e6;
  }
  return undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
