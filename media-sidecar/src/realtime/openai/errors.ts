import { z } from 'zod';
import { ProviderError, type ProviderErrorCode } from '../../kernel/errors.ts';

export const PROVIDER = 'openai-realtime';

/** `error` of an event and of a REST reply. */
export const apiErrorSchema = z.object({
  type: z.string().nullish(),
  code: z.string().nullish(),
  message: z.string().nullish(),
  param: z.string().nullish(),
  /** Of the client's event that was refused. */
  event_id: z.string().nullish(),
});

export type ApiError = z.output<typeof apiErrorSchema>;

/** What OpenAI refused, with what only this adapter looks at. */
export class OpenAiRefusal extends ProviderError {
  /**
   * The field that OpenAI does not know, where that is why it refused.
   * @example 'session.audio.input.turn_detection.threshold'
   */
  readonly unknownField: string | undefined;

  constructor(
    error: ApiError | undefined,
    ...options: ConstructorParameters<typeof ProviderError>
  ) {
    super(...options);
    this.unknownField =
      error?.code === 'unknown_parameter' ? (error.param ?? undefined) : undefined;
  }
}

type Meaning = readonly [code: ProviderErrorCode, retryable: boolean];

const byCode: Readonly<Record<string, Meaning>> = {
  invalid_api_key: ['unauthenticated', false],
  model_not_found: ['invalid-request', false],
  insufficient_quota: ['quota-exhausted', false],
  billing_hard_limit_reached: ['quota-exhausted', false],
  rate_limit_exceeded: ['rate-limited', true],
  session_expired: ['stream-limit', true],
  call_id_not_found: ['not-found', false],
  server_error: ['unavailable', true],
};

const byType: Readonly<Record<string, Meaning>> = {
  authentication_error: ['unauthenticated', false],
  permission_error: ['permission-denied', false],
  insufficient_quota: ['quota-exhausted', false],
  rate_limit_error: ['rate-limited', true],
  server_error: ['unavailable', true],
  invalid_request_error: ['invalid-request', false],
};

const byStatus: Readonly<Record<number, Meaning>> = {
  400: ['invalid-request', false],
  401: ['unauthenticated', false],
  403: ['permission-denied', false],
  404: ['not-found', false],
  408: ['timeout', true],
  409: ['invalid-request', false],
  429: ['rate-limited', true],
  504: ['timeout', true],
};

/** RFC 6455, 7.4.1, and OpenAI's own from 3000 on. */
const byCloseCode: Readonly<Record<number, Meaning>> = {
  1002: ['protocol', true],
  1003: ['protocol', true],
  1007: ['protocol', true],
  1008: ['permission-denied', false],
  1009: ['protocol', true],
  3000: ['unauthenticated', false],
  3003: ['permission-denied', false],
  3008: ['timeout', true],
  4000: ['invalid-request', false],
};

/** What an `error` event says. */
export function eventError(error: ApiError): OpenAiRefusal {
  const [code, retryable] = meaningOf(error) ?? ['unknown', false];
  const message = `OpenAI refused: ${describe(error)}`;
  return new OpenAiRefusal(error, PROVIDER, code, message, { retryable });
}

/** @param retryAfter the header */
export function httpError(
  status: number,
  retryAfter: string | undefined,
  body: string,
): OpenAiRefusal {
  const error = apiErrorIn(body);
  const known = error?.code ? byCode[error.code] : undefined;
  const [code, retryable] =
    known ??
    byStatus[status] ??
    (status >= 500 ? (['unavailable', true] as const) : (['unknown', false] as const));
  const details = error ? `: ${describe(error)}` : '';
  const retryAfterMs = retryable ? retryAfterMsOf(retryAfter) : undefined;
  const message = `OpenAI answered with status ${status}${details}`;
  return new OpenAiRefusal(error, PROVIDER, code, message, {
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** @param isControl of a call, whose end closes the socket normally */
export function closeError(code: number, reason: string, isControl: boolean): ProviderError {
  if (code === 1000 && isControl) {
    return new ProviderError(PROVIDER, 'not-found', 'the call is over', { retryable: false });
  }
  const isLimit = code === 1001 && /maximum duration/i.test(reason);
  // `invalid_request_error.model_not_found`: type and code of the error that was told before.
  const [type, ...codes] = reason.split('.');
  const [meaning, retryable] = isLimit
    ? (['stream-limit', true] as const)
    : (byCode[codes.join('.')] ??
      byCloseCode[code] ??
      byType[type ?? ''] ??
      (['unavailable', true] as const));
  const told = reason === '' ? '' : `: ${redacted(reason)}`;
  const message = `the socket was closed with ${code}${told}`;
  return new ProviderError(PROVIDER, meaning, message, { retryable });
}

/** What Node says of a connection that did not come about, or broke. */
export function connectionError(error: Error): ProviderError {
  const code = 'code' in error ? String(error.code) : '';
  // `ws` names what the other side may not do this way: a frame too large, or no frame at all.
  const isProtocol = code.startsWith('WS_ERR_');
  const details = code === '' ? '' : ` (${code})`;
  const message = `the connection to OpenAI failed${details}`;
  return new ProviderError(PROVIDER, isProtocol ? 'protocol' : 'unavailable', message, {
    retryable: true,
    cause: error,
  });
}

export function timeoutError(message: string): ProviderError {
  return new ProviderError(PROVIDER, 'timeout', message, { retryable: true });
}

function meaningOf({ code, type }: ApiError): Meaning | undefined {
  return (code ? byCode[code] : undefined) ?? (type ? byType[type] : undefined);
}

function describe({ code, type, param, message }: ApiError): string {
  const where = param ? ` at ${param}` : '';
  const words = message ? `: ${redacted(message)}` : '';
  return `${code ?? type ?? 'no reason given'}${where}${words}`;
}

/** OpenAI repeats keys and phone numbers in what it says about them. */
function redacted(message: string): string {
  return message
    .replaceAll(/\b(sk|ek)-?[\w*.-]{4,}/g, '…')
    .replaceAll(/\+?\d{7,}/g, '…')
    .slice(0, 200);
}

function apiErrorIn(body: string): ApiError | undefined {
  try {
    return z.object({ error: apiErrorSchema }).safeParse(JSON.parse(body)).data?.error;
  } catch {
    // A proxy's page instead of JSON: the status tells enough.
    return undefined;
  }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMsOf(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  return undefined;
}
