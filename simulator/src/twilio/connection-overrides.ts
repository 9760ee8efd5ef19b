/** What of an attempt failed: the connection or TLS on it, the wait for a reply, or its status. */
export type FailureKind = 'ct' | 'rt' | '4xx' | '5xx';

/** How a webhook is requested. */
export interface ConnectionSettings {
  /** For the TCP connection, and TLS on it, in ms. */
  readonly connectTimeoutMs: number;
  /** From there to the first packet of the reply, and between its packets, in ms. */
  readonly readTimeoutMs: number;
  /** For all attempts together, in ms. */
  readonly totalTimeoutMs: number;
  /** The address says so itself. */
  readonly hasOwnTotal: boolean;
  /** Attempts beyond the first. */
  readonly retries: number;
  readonly retryOn: ReadonlySet<FailureKind>;
}

const FAILURE_KINDS: readonly FailureKind[] = ['ct', 'rt', '4xx', '5xx'];

/** An override that Twilio does not take; `code` is Twilio's. */
export class OverrideError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The overrides behind a webhook address's `#`: `ct`, `rt` and `tt` in ms, `rc`, `rp`. `e` and `sni` mean
 * nothing on one machine.
 *
 * That an invalid `rp` is refused (11243) is documented; what becomes of a number out of range is not, and
 * here it is an invalid address (11100), so that the mistake is seen.
 * @param totalTimeoutMs where the address does not say
 * @throws OverrideError
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
export function connectionSettings(url: string, totalTimeoutMs: number): ConnectionSettings {
  const overrides = new URLSearchParams(new URL(url).hash.slice(1));
  const numberOf = (name: string, from: number, to: number): number | undefined => {
    const text = overrides.get(name);
    if (text === null) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= from && value <= to) return value;
    throw new OverrideError(11_100, `Invalid URL format: ${name} is not from ${from} to ${to}`);
  };
  return {
    connectTimeoutMs: numberOf('ct', 100, 10_000) ?? 5000,
    readTimeoutMs: numberOf('rt', 100, 15_000) ?? 15_000,
    totalTimeoutMs: numberOf('tt', 100, 15_000) ?? totalTimeoutMs,
    hasOwnTotal: overrides.has('tt'),
    retries: numberOf('rc', 0, 5) ?? 1,
    retryOn: retryPolicy(overrides.get('rp') ?? 'ct'),
  };
}

function retryPolicy(text: string): ReadonlySet<FailureKind> {
  const kinds = text.split(',').flatMap((part) => {
    if (part === 'all') return FAILURE_KINDS;
    const kind = FAILURE_KINDS.find((each) => each === part);
    if (kind === undefined)
      throw new OverrideError(11_243, `HTTP retry policy is invalid: ${part}`);
    return [kind];
  });
  return new Set(kinds);
}
