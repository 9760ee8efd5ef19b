import { timingSafeEqual } from 'node:crypto';
import { GoogleError } from './google-error.ts';

/** What a request shows to prove who asks. */
export interface ShownCredentials {
  readonly apiKey?: string | undefined;
  /** The whole header `authorization`. */
  readonly authorization?: string | undefined;
}

export interface CredentialRules {
  readonly apiKeys: readonly string[];
  /** Of the API, e.g. `speech.googleapis.com`. */
  readonly service: string;
  /** Takes everybody. */
  readonly insecure?: boolean;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function jwtPart(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A self-signed JWT of a service account (google.aip.dev/auth/4111): RS256 with an issuer, an
 * expiry and an audience or scope. The signature cannot be verified: nobody has the public key.
 */
function plausibleJwt(token: string, nowMs: number): boolean {
  const parts = token.split('.');
  if (parts.length !== 3 || !parts[2]) return false;
  const [header, claims] = [jwtPart(parts[0]), jwtPart(parts[1])];
  if (header?.['alg'] !== 'RS256' || typeof claims?.['iss'] !== 'string') return false;
  const { exp, aud, scope } = claims;
  if (typeof exp !== 'number' || exp * 1_000 <= nowMs) return false;
  return typeof aud === 'string' || typeof scope === 'string';
}

/** @throws GoogleError UNAUTHENTICATED without credentials, INVALID_ARGUMENT for a wrong key */
export function checkCredentials(
  shown: ShownCredentials,
  rules: CredentialRules,
  nowMs: number = Date.now(),
): void {
  if (rules.insecure) return;
  const { apiKey, authorization } = shown;
  if (apiKey !== undefined) {
    if (rules.apiKeys.some((known) => same(known, apiKey))) return;
    throw new GoogleError('INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', {
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
      metadata: { service: rules.service },
    });
  }
  if (authorization === undefined) {
    throw new GoogleError(
      'UNAUTHENTICATED',
      'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
      {
        reason: 'CREDENTIALS_MISSING',
        domain: 'googleapis.com',
        metadata: { service: rules.service },
      },
    );
  }
  const [scheme, token] = authorization.split(' ');
  if (scheme !== 'Bearer' || !token || !plausibleJwt(token, nowMs)) {
    throw new GoogleError(
      'UNAUTHENTICATED',
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
      {
        reason: 'ACCESS_TOKEN_TYPE_UNSUPPORTED',
        domain: 'googleapis.com',
        metadata: { service: rules.service },
      },
    );
  }
}
