import { timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import type { Account } from '../account.ts';
import type { Exchange } from '../exchange.ts';
import { callRoutes } from './call-routes.ts';
import { conferenceRoutes } from './conference-routes.ts';
import { restErrors, toRestError } from './errors.ts';
import { failRequests } from './failures.ts';
import { numberRoutes } from './number-routes.ts';
import { participantRoutes } from './participant-routes.ts';
import { queueRoutes } from './queue-routes.ts';
import { recordingRoutes } from './recording-routes.ts';
import { paramsOf, pathOf, type RestContext } from './request.ts';
import { accountResource } from './resources.ts';
import { streamRoutes } from './stream-routes.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A file that an account may have opened to everybody who knows its URL. */
    isMedia?: boolean;
  }
}

export interface TwilioRestOptions {
  readonly exchange: Exchange;
}

const MAX_FORM_BYTES = 64 * 1024;

/** The part of Twilio's REST API that voice needs, under `/2010-04-01/Accounts`. */
export const twilioRest: FastifyPluginCallback<TwilioRestOptions> = (app, { exchange }, done) => {
  prepare(app, exchange);
  const context: RestContext = {
    exchange,
    accountOf: (request) => authenticate(exchange, request),
  };
  app.get('/:accountSid.json', async (request) => accountResource(context.accountOf(request)));
  callRoutes(app, context);
  conferenceRoutes(app, context);
  participantRoutes(app, context);
  numberRoutes(app, context);
  queueRoutes(app, context);
  recordingRoutes(app, context);
  streamRoutes(app, context);
  done();
};

/** What all of Twilio's APIs have in common: forms, credentials, limits, errors and failures. */
export function prepare(app: FastifyInstance, exchange: Exchange): void {
  const limiter = new RateLimiter();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
    (_request, body, parsed) => parsed(null, new URLSearchParams(body as string)),
  );
  app.setErrorHandler((error, _request, reply) => {
    const known = toRestError(error);
    if (known === undefined) throw error;
    if (known.status === 401) reply.header('www-authenticate', 'Basic realm="Twilio API"');
    if (known.retryAfterSeconds !== undefined) reply.header('retry-after', known.retryAfterSeconds);
    return reply.code(known.status).send(known.toBody());
  });
  app.setNotFoundHandler((request) => {
    throw restErrors.notFound(pathOf(request));
  });
  app.addHook('onRequest', async (request) => {
    const { stallMs } = exchange.faults.current.twilio;
    if (stallMs > 0) await sleep(stallMs, undefined, { ref: false });
    const accountSid = paramsOf(request).accountSid?.replace(/\.json$/, '');
    if (request.routeOptions.config.isMedia) {
      const owner = exchange.accounts.get(accountSid);
      if (owner && !owner.enforceMediaAuth) return;
    }
    const account = authenticate(exchange, request);
    if (accountSid !== undefined && accountSid !== account.sid) throw restErrors.authenticate();
    if (!limiter.take(account)) throw restErrors.tooManyRequests();
  });
  failRequests(app, exchange.faults);
}

/** Basic authentication with the account's SID and its token, compared in constant time. */
export function authenticate(exchange: Exchange, request: FastifyRequest): Account {
  const [scheme = '', encoded = ''] = (request.headers.authorization ?? '').split(' ');
  const [sid = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const account = exchange.accounts.get(sid);
  const shown = Buffer.from(rest.join(':'));
  const expected = Buffer.from(account?.authToken ?? '');
  if (
    scheme.toLowerCase() !== 'basic' ||
    account === undefined ||
    shown.length !== expected.length ||
    !timingSafeEqual(shown, expected)
  )
    throw restErrors.authenticate();
  return account;
}

/** Requests per second and account. */
class RateLimiter {
  readonly #windows = new Map<string, { startMs: number; count: number }>();

  take(account: Account): boolean {
    const nowMs = performance.now();
    const window = this.#windows.get(account.sid);
    if (window === undefined || nowMs - window.startMs >= 1000) {
      this.#windows.set(account.sid, { startMs: nowMs, count: 1 });
      return true;
    }
    return ++window.count <= account.requestsPerSecond;
  }
}
