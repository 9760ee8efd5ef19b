import { ApiError } from '@google/genai';
import { z } from 'zod';
import { ProviderError, type ProviderErrorCode } from '../../kernel/errors.ts';
import { PROVIDER } from './answer.ts';

const body = z.object({
  error: z.object({
    message: z.string().default(''),
    status: z.string().default(''),
    details: z.array(z.record(z.string(), z.unknown())).default([]),
  }),
});

const statuses: Readonly<Record<number, readonly [ProviderErrorCode, retryable: boolean]>> = {
  400: ['invalid-request', false],
  401: ['unauthenticated', false],
  403: ['permission-denied', false],
  404: ['not-found', false],
  408: ['timeout', true],
  429: ['rate-limited', true],
  499: ['cancelled', false],
  500: ['unavailable', true],
  502: ['unavailable', true],
  503: ['unavailable', true],
  504: ['timeout', true],
};

/** Maps what the SDK throws: `ApiError` with the reply as JSON text, or the error of `fetch`. */
export function geminiError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!(error instanceof ApiError)) {
    // `fetch` fails with a TypeError, a broken body with an Error: both mean the network.
    const isNetwork = error instanceof Error;
    return new ProviderError(PROVIDER, isNetwork ? 'unavailable' : 'unknown', 'no answer', {
      retryable: isNetwork,
      cause: error,
    });
  }
  const { details, message } = detailsOf(error.message);
  const [code, retryable] = statuses[error.status] ?? ['unknown', error.status >= 500];
  const isKeyWrong = details.some((detail) => detail['reason'] === 'API_KEY_INVALID');
  const isLasting = error.status === 429 && details.some(isLastingQuota);
  const retryAfterMs = details.map(retryDelayMs).find((ms) => ms !== undefined);
  return new ProviderError(
    PROVIDER,
    isKeyWrong ? 'unauthenticated' : isLasting ? 'quota-exhausted' : code,
    `${PROVIDER} answered with status ${error.status}: ${message.slice(0, 300)}`,
    {
      retryable: retryable && !isLasting,
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
}

function detailsOf(text: string) {
  const nothing = { details: [] as Record<string, unknown>[], message: '' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // A proxy's page instead of Google's JSON: the status tells enough.
    return nothing;
  }
  const parsed = body.safeParse(json);
  return parsed.success ? parsed.data.error : nothing;
}

/** `google.rpc.RetryInfo`: a duration in seconds, as text, e.g. `"3.5s"`. */
function retryDelayMs(detail: Record<string, unknown>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)s$/.exec(String(detail['retryDelay'] ?? ''));
  return match ? Number(match[1]) * 1000 : undefined;
}

/** `google.rpc.QuotaFailure` names the quota; one of a day does not come back within a call. */
function isLastingQuota(detail: Record<string, unknown>): boolean {
  return /PerDay/i.test(JSON.stringify(detail['violations'] ?? ''));
}
