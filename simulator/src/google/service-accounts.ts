import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';

export interface ServiceAccountSettings {
  readonly email: string;
  readonly projectId: string;
  /** Of the private key with which its assertions are signed (RSA). */
  readonly publicKeyPem: string;
}

/** Who an access token stands for. */
export interface Principal {
  readonly email: string;
  /** Absent where it is not known, as nothing could be verified. */
  readonly projectId?: string;
  readonly scopes: readonly string[];
}

interface Account extends ServiceAccountSettings {
  readonly key: KeyObject;
}

interface Token {
  readonly principal: Principal;
  readonly expiresAtMs: number;
}

/** An answer of the token endpoint that is none (RFC 6749, section 5.2, in Google's words). */
export class TokenRefusal extends Error {
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const LONGEST_SECONDS = 3_600;
/** Clocks may differ by so much. */
const SKEW_SECONDS = 300;
const GOOGLES_AUDIENCES = [
  'https://oauth2.googleapis.com/token',
  'https://www.googleapis.com/oauth2/v4/token',
  'https://accounts.google.com/o/oauth2/token',
];
const TIME_REFUSAL =
  'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.';
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

const claimsSchema = z.object({
  iss: z.string(),
  exp: z.number(),
  iat: z.number().optional(),
  aud: z.string().optional(),
  scope: z.string().optional(),
});
type Claims = z.infer<typeof claimsSchema>;

interface Jwt {
  readonly claims: Claims;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

function readJwt(text: string): Jwt | undefined {
  const [header = '', payload = '', signature = '', ...more] = text.split('.');
  if (more.length > 0 || signature === '') return undefined;
  const part = (base64: string): unknown => {
    try {
      return JSON.parse(Buffer.from(base64, 'base64url').toString('utf8'));
    } catch {
      return undefined;
    }
  };
  const algorithm = z.object({ alg: z.literal('RS256') }).safeParse(part(header));
  const claims = claimsSchema.safeParse(part(payload));
  if (!algorithm.success || !claims.success) return undefined;
  return {
    claims: claims.data,
    signed: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** The identities that may use the simulated cloud, and the tokens that they have got. */
export class ServiceAccounts {
  readonly #accounts = new Map<string, Account>();
  readonly #tokens = new Map<string, Token>();
  readonly #now: () => number;

  /** @throws Error for a key that is none */
  constructor(accounts: readonly ServiceAccountSettings[], now: () => number = Date.now) {
    for (const account of accounts) {
      this.#accounts.set(account.email, { ...account, key: createPublicKey(account.publicKeyPem) });
    }
    this.#now = now;
  }

  /**
   * Exchanges an assertion for an access token
   * (developers.google.com/identity/protocols/oauth2/service-account).
   * @param ownAddress of the token endpoint, which is an audience beside Google's
   * @throws TokenRefusal
   */
  grant(grantType: string, assertion: string, ownAddress: string) {
    if (grantType !== JWT_BEARER) {
      throw new TokenRefusal('unsupported_grant_type', `Invalid grant_type: ${grantType}`);
    }
    const jwt = readJwt(assertion);
    if (!jwt) throw new TokenRefusal('invalid_grant', 'Bad Request');
    const { iss, aud = '', scope = '' } = jwt.claims;
    const account = this.#accounts.get(iss);
    if (!account) throw new TokenRefusal('invalid_grant', 'Invalid grant: account not found');
    if (!this.#inTime(jwt.claims)) throw new TokenRefusal('invalid_grant', TIME_REFUSAL);
    if (!verify('RSA-SHA256', jwt.signed, account.key, jwt.signature)) {
      throw new TokenRefusal('invalid_grant', 'Invalid JWT Signature.');
    }
    if (aud !== ownAddress && !GOOGLES_AUDIENCES.includes(aud)) {
      throw new TokenRefusal(
        'invalid_grant',
        `Failed audience check. The right audience is ${GOOGLES_AUDIENCES[0]}`,
      );
    }
    const scopes = scope.split(' ').filter(Boolean);
    if (scopes.length === 0 || !scopes.every((s) => s.startsWith('https://www.googleapis.com/'))) {
      throw new TokenRefusal('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
    }
    const value = `ya29.c.${randomBytes(48).toString('base64url')}`;
    const principal = { email: account.email, projectId: account.projectId, scopes };
    this.#tokens.set(value, {
      principal,
      expiresAtMs: this.#now() + LONGEST_SECONDS * 1_000,
    });
    return { access_token: value, expires_in: LONGEST_SECONDS - 1, token_type: 'Bearer' };
  }

  /** All tokens that were given end now, as when their account's key is deleted. */
  revokeTokens(): void {
    for (const [value, token] of this.#tokens) {
      this.#tokens.set(value, { ...token, expiresAtMs: 0 });
    }
  }

  /**
   * Whom a bearer token stands for: one of ours, or a JWT that a service account has signed itself
   * (google.aip.dev/auth/4111). Without any account, a signature can not be verified and every
   * plausible JWT is taken.
   */
  principalOf(token: string): Principal | 'expired' | undefined {
    const known = this.#tokens.get(token);
    if (known) return known.expiresAtMs > this.#now() ? known.principal : 'expired';
    const jwt = readJwt(token);
    if (!jwt || (jwt.claims.aud === undefined && jwt.claims.scope === undefined)) return undefined;
    const { iss } = jwt.claims;
    if (jwt.claims.exp * 1_000 <= this.#now()) return 'expired';
    if (this.#accounts.size === 0) return { email: iss, scopes: [CLOUD_PLATFORM] };
    const account = this.#accounts.get(iss);
    if (!account || !verify('RSA-SHA256', jwt.signed, account.key, jwt.signature)) return undefined;
    return { email: iss, projectId: account.projectId, scopes: [CLOUD_PLATFORM] };
  }

  #inTime({ exp, iat = exp - LONGEST_SECONDS }: Claims): boolean {
    const now = this.#now() / 1_000;
    return (
      iat <= now + SKEW_SECONDS &&
      exp > now - SKEW_SECONDS &&
      exp > iat &&
      exp - iat <= LONGEST_SECONDS
    );
  }
}
