import { timingSafeEqual } from 'node:crypto';
import { GoogleError } from './google-error.ts';
import type { Principal, ServiceAccounts } from './service-accounts.ts';

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
  /** Without them no token is good. */
  readonly accounts?: ServiceAccounts | undefined;
  /** An API key names a project, and no principal to whom something could be allowed. */
  readonly principalOnly?: boolean;
  /** Takes everybody. */
  readonly insecure?: boolean;
}

const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';
const SEE = 'See https://developers.google.com/identity/sign-in/web/devconsole-project.';

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * @returns who asks; undefined for an API key
 * @throws GoogleError UNAUTHENTICATED without good credentials, INVALID_ARGUMENT for a wrong key,
 *   PERMISSION_DENIED for a token that was given for something else
 */
export function checkCredentials(
  shown: ShownCredentials,
  rules: CredentialRules,
): Principal | undefined {
  if (rules.insecure) return undefined;
  const { apiKey, authorization } = shown;
  if (authorization !== undefined) return principalOf(authorization, rules);
  if (apiKey === undefined) {
    throw unauthenticated(
      'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
      'CREDENTIALS_MISSING',
      rules,
    );
  }
  if (!rules.apiKeys.some((known) => same(known, apiKey))) {
    throw new GoogleError('INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', {
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
      metadata: { service: rules.service },
    });
  }
  if (rules.principalOnly) {
    throw new GoogleError(
      'UNAUTHENTICATED',
      'API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that assert a principal. See https://cloud.google.com/docs/authentication',
      {
        reason: 'CREDENTIALS_MISSING',
        domain: 'googleapis.com',
        metadata: { service: rules.service },
      },
    );
  }
  return undefined;
}

function principalOf(authorization: string, rules: CredentialRules): Principal {
  const [scheme, token = ''] = authorization.split(' ');
  const principal = scheme === 'Bearer' ? rules.accounts?.principalOf(token) : undefined;
  if (principal === undefined || principal === 'expired') {
    throw unauthenticated(
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
      principal === 'expired' ? 'ACCESS_TOKEN_EXPIRED' : 'ACCESS_TOKEN_TYPE_UNSUPPORTED',
      rules,
    );
  }
  const own = rules.service === 'storage.googleapis.com' ? 'devstorage' : undefined;
  const fits = principal.scopes.some(
    (scope) => scope === CLOUD_PLATFORM || (own !== undefined && scope.includes(own)),
  );
  if (fits) return principal;
  throw new GoogleError('PERMISSION_DENIED', 'Request had insufficient authentication scopes.', {
    reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    domain: 'googleapis.com',
    metadata: { service: rules.service },
  });
}

function unauthenticated(message: string, reason: string, { service }: CredentialRules) {
  return new GoogleError('UNAUTHENTICATED', `${message} ${SEE}`, {
    reason,
    domain: 'googleapis.com',
    metadata: { service },
  });
}

/**
 * A service account acts in its own project only.
 * @throws GoogleError PERMISSION_DENIED as IAM words it
 */
export function checkPermission(
  principal: Principal | undefined,
  project: string,
  permission: string,
  resource: string,
): void {
  if (principal?.projectId === undefined || principal.projectId === project) return;
  throw new GoogleError(
    'PERMISSION_DENIED',
    `Permission '${permission}' denied on resource '//speech.googleapis.com/${resource}' (or it may not exist).`,
    {
      reason: 'IAM_PERMISSION_DENIED',
      domain: 'iam.googleapis.com',
      metadata: { permission, resource },
    },
  );
}
