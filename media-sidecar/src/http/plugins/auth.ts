import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApiKeys } from '../../domain/api-keys/api-keys.ts';
import type { Access } from '../../domain/access.ts';
import { domainErrors } from '../../domain/errors.ts';
import { hashToken } from '../../domain/identifiers.ts';
import type { App } from '../app-type.ts';
import { httpErrors } from '../http-errors.ts';

export interface RateLimits {
  /** Requests of one key per minute. @defaultValue 6000 */
  readonly perKeyPerMinute?: number;
  /** Failed authentications of one address per minute. @defaultValue 30 */
  readonly failuresPerIpPerMinute?: number;
}

const defaults = {
  perKeyPerMinute: 6000,
  failuresPerIpPerMinute: 30,
} as const satisfies RateLimits;

const rememberedKeys = 1000;

/** Demands a key of every request, unless its route says that it needs none. */
export function registerAuth(app: App, apiKeys: ApiKeys, limits: RateLimits = {}): void {
  const perKey = new RateLimiterMemory({
    points: limits.perKeyPerMinute ?? defaults.perKeyPerMinute,
    duration: 60,
  });
  const failures = new RateLimiterMemory({
    points: limits.failuresPerIpPerMinute ?? defaults.failuresPerIpPerMinute,
    duration: 60,
  });
  // Keys that were valid lately: somebody else's failures behind the same address do not stop them.
  const trusted = new Set<string>();

  app.decorateRequest('access');
  app.addHook('onRequest', async (request) => {
    const needed = request.routeOptions.config.access ?? 'key';
    if (needed === 'anybody' || needed === 'twilio') return;

    const key = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const keyId = key === undefined ? undefined : hashToken(key).toString('base64');
    if (keyId === undefined || !trusted.has(keyId)) {
      const spent = await failures.get(request.ip);
      if (spent !== null && spent.remainingPoints <= 0) {
        throw httpErrors.tooMany(spent.msBeforeNext);
      }
    }
    const access = key === undefined ? undefined : await apiKeys.authenticate(key);
    if (access === undefined || keyId === undefined) {
      if (keyId !== undefined) trusted.delete(keyId);
      await consume(failures, request.ip);
      throw httpErrors.keyNeeded();
    }
    remember(trusted, keyId);
    await consume(perKey, keyId);
    if (needed === 'platform-key' && access.scope !== 'platform') {
      throw domainErrors.platformKeyNeeded();
    }
    request.access = access satisfies Access;
  });
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (error instanceof RateLimiterRes) throw httpErrors.tooMany(error.msBeforeNext);
    throw error;
  }
}

function remember(trusted: Set<string>, keyId: string): void {
  trusted.delete(keyId);
  trusted.add(keyId);
  const [oldest] = trusted;
  if (trusted.size > rememberedKeys && oldest !== undefined) trusted.delete(oldest);
}
