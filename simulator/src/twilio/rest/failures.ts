import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Faults } from '../../faults/faults.ts';
import type { TwilioFaults } from '../../faults/twilio.ts';
import { RestError } from './errors.ts';
import { pathOf } from './request.ts';

type Failure = NonNullable<TwilioFaults['failNext']>;

/** Of the statuses that Twilio has one for. https://www.twilio.com/docs/api/errors */
const codes: Readonly<Record<number, number>> = {
  400: 20_001,
  401: 20_003,
  403: 20_403,
  404: 20_404,
  429: 20_429,
  500: 20_500,
  503: 20_503,
};

const messages: Readonly<Record<number, string>> = {
  401: 'Authenticate',
  403: 'Forbidden',
  404: 'The requested resource was not found',
  429: 'Too Many Requests',
  500: 'An internal server error has occurred',
  503: 'Service unavailable',
};

const htmlPage = (status: number): string =>
  `<html>\r\n<head><title>${status} Service Temporarily Unavailable</title></head>\r\n` +
  `<body>\r\n<center><h1>${status} Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n`;

/** Lets requests fail as `simulator.faults` says, after their credentials were checked. */
export function failRequests(app: FastifyInstance, faults: Faults): void {
  const cut = new WeakMap<FastifyRequest, 'cut' | 'closed'>();
  app.addHook('onRequest', async (request, reply) => {
    const failure = faults.takeFailure('twilio', (one) => concerns(one, request));
    if (failure === null) return;
    if (failure.as === 'cut' || failure.as === 'closed') {
      cut.set(request, failure.as);
      return;
    }
    if (failure.as === 'error') throw toError(failure);
    if (failure.retryAfterSeconds !== undefined)
      reply.header('retry-after', failure.retryAfterSeconds);
    return reply.code(failure.status).type('text/html').send(htmlPage(failure.status));
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const how = cut.get(request);
    if (how === undefined) return payload;
    if (how === 'closed') {
      request.raw.destroy();
      return payload;
    }
    const whole = Buffer.isBuffer(payload) ? payload : Buffer.from(String(payload ?? ''));
    reply.header('content-length', whole.length);
    return Readable.from(brokenOff(whole.subarray(0, whole.length >> 1)));
  });
}

async function* brokenOff(half: Buffer): AsyncGenerator<Buffer> {
  yield half;
  throw new Error('the connection breaks here, as the faults say');
}

function concerns(failure: Failure, request: FastifyRequest): boolean {
  return (
    (failure.path === undefined || pathOf(request).includes(failure.path)) &&
    (failure.method === undefined || failure.method === request.method)
  );
}

function toError({ status, code, retryAfterSeconds }: Failure): RestError {
  const error = new RestError(
    status,
    code ?? codes[status] ?? 20_001,
    messages[status] ?? `The request failed with ${status}`,
  );
  error.retryAfterSeconds = retryAfterSeconds;
  return error;
}
