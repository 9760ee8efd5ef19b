import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import type { Account, Recording } from '../account.ts';
import type { CallSession } from '../call-session.ts';
import type { Exchange } from '../exchange.ts';
import { filterCalls, updateCall } from './calls.ts';
import { createCall } from './create-call.ts';
import { restErrors, toRestError } from './errors.ts';
import { Form } from './form.ts';
import { filterNumbers, updateNumber } from './numbers.ts';
import { page } from './paging.ts';
import { accountResource, callResource, numberResource, recordingResource } from './resources.ts';

export interface TwilioRestOptions {
  readonly exchange: Exchange;
}

const MAX_FORM_BYTES = 64 * 1024;

interface Path {
  readonly accountSid: string;
  readonly sid?: string;
  readonly callSid?: string;
}

/** The part of Twilio's REST API that voice needs, under `/2010-04-01/Accounts`. */
export const twilioRest: FastifyPluginCallback<TwilioRestOptions> = (app, { exchange }, done) => {
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
    return reply.code(known.status).send(known.toBody());
  });
  app.setNotFoundHandler((request) => {
    throw restErrors.notFound(pathOf(request));
  });
  app.addHook('onRequest', async (request) => {
    const account = authenticate(exchange, request);
    const { accountSid } = request.params as Partial<Path>;
    if (accountSid !== undefined && accountSid.replace(/\.json$/, '') !== account.sid)
      throw restErrors.authenticate();
    if (!limiter.take(account)) throw restErrors.tooManyRequests();
  });
  const accountOf = (request: FastifyRequest): Account => authenticate(exchange, request);

  app.get('/:accountSid.json', async (request) => accountResource(accountOf(request)));
  callRoutes(app, exchange, accountOf);
  numberRoutes(app, accountOf);
  recordingRoutes(app, exchange, accountOf);
  done();
};

function callRoutes(
  app: FastifyInstance,
  exchange: Exchange,
  accountOf: (request: FastifyRequest) => Account,
): void {
  const callOf = (request: FastifyRequest): CallSession => {
    const call = accountOf(request).calls.get((request.params as Path).sid ?? '');
    if (call === undefined) throw restErrors.notFound(pathOf(request));
    return call;
  };
  app.get('/:accountSid/Calls.json', async (request) => {
    const query = queryOf(request);
    const calls = filterCalls(accountOf(request), query);
    return page(calls, 'calls', pathOf(request), query, callResource);
  });
  app.post('/:accountSid/Calls.json', async (request, reply) => {
    const call = createCall(exchange, accountOf(request), formOf(request));
    return reply.code(201).send(callResource(call));
  });
  app.get('/:accountSid/Calls/:sid.json', async (request) => callResource(callOf(request)));
  app.post('/:accountSid/Calls/:sid.json', async (request) => {
    const call = callOf(request);
    updateCall(call, formOf(request));
    return callResource(call);
  });
  app.delete('/:accountSid/Calls/:sid.json', async (request, reply) => {
    const call = callOf(request);
    if (call.isActive) throw restErrors.cannotDelete();
    call.account.calls.delete(call.sid);
    return reply.code(204).send();
  });
}

function numberRoutes(app: FastifyInstance, accountOf: (request: FastifyRequest) => Account): void {
  const numberOf = (request: FastifyRequest) => {
    const number = accountOf(request).numbers.get((request.params as Path).sid ?? '');
    if (number === undefined) throw restErrors.notFound(pathOf(request));
    return number;
  };
  app.get('/:accountSid/IncomingPhoneNumbers.json', async (request) => {
    const query = queryOf(request);
    const numbers = filterNumbers(accountOf(request), query);
    return page(numbers, 'incoming_phone_numbers', pathOf(request), query, numberResource);
  });
  const one = '/:accountSid/IncomingPhoneNumbers/:sid.json';
  app.get(one, async (request) => numberResource(numberOf(request)));
  app.post(one, async (request) => {
    const number = numberOf(request);
    updateNumber(accountOf(request), number, formOf(request));
    return numberResource(number);
  });
}

function recordingRoutes(
  app: FastifyInstance,
  exchange: Exchange,
  accountOf: (request: FastifyRequest) => Account,
): void {
  const recordingOf = (request: FastifyRequest, ending = ''): Recording => {
    const { sid = '', callSid } = request.params as Path;
    const recording = accountOf(request).recordings.get(sid.replace(ending, ''));
    if (recording === undefined || (callSid !== undefined && recording.callSid !== callSid))
      throw restErrors.notFound(pathOf(request));
    return recording;
  };
  const render = (recording: Recording): object =>
    recordingResource(recording, exchange.recordingUrl(recording.accountSid, recording.sid));
  for (const parent of ['/:accountSid', '/:accountSid/Calls/:callSid']) {
    app.get(`${parent}/Recordings.json`, async (request) => {
      const query = queryOf(request);
      const { callSid = query.get('CallSid') } = request.params as Path;
      const account = accountOf(request);
      if ((request.params as Path).callSid && !account.calls.has(callSid ?? ''))
        throw restErrors.notFound(pathOf(request));
      const recordings = [...account.recordings.values()]
        .reverse()
        .filter((recording) => !callSid || recording.callSid === callSid);
      return page(recordings, 'recordings', pathOf(request), query, render);
    });
    app.get(`${parent}/Recordings/:sid.json`, async (request) => render(recordingOf(request)));
    app.delete(`${parent}/Recordings/:sid.json`, async (request, reply) => {
      const recording = recordingOf(request);
      accountOf(request).recordings.delete(recording.sid);
      return reply.code(204).send();
    });
  }
  // The audio, as `…/RE….wav` and without an ending; MP3 is not made here.
  app.get('/:accountSid/Recordings/:sid', async (request, reply) => {
    const { wav } = recordingOf(request, '.wav');
    if (wav === null) throw restErrors.notFound(pathOf(request));
    return reply.type('audio/x-wav').send(wav);
  });
}

/** Basic authentication with the account's SID and its token, compared in constant time. */
function authenticate(exchange: Exchange, request: FastifyRequest): Account {
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

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] as string;
}

function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(request.url.split('?').slice(1).join('?'));
}

/** A POST without a body has no fields. */
function formOf(request: FastifyRequest): Form {
  const { body } = request;
  return new Form(body instanceof URLSearchParams ? body : new URLSearchParams());
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
