import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Faults } from '../faults/faults.ts';
import { GoogleError } from './google-error.ts';

const PAYLOAD_TOO_LARGE = 413;

/** Any error as one of Google's. Also what the framework refuses. */
function asGoogleError(error: unknown, request?: FastifyRequest): GoogleError {
  if (error instanceof GoogleError) return error;
  if (error instanceof z.ZodError)
    return GoogleError.invalid('Request contains an invalid argument.');
  const status = (error as { statusCode?: unknown }).statusCode;
  const message = error instanceof Error ? error.message : String(error);
  if (status === PAYLOAD_TOO_LARGE) {
    const limit = request?.routeOptions.bodyLimit ?? 0;
    return GoogleError.invalid(`Request payload size exceeds the limit: ${limit} bytes.`);
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return GoogleError.invalid(`Invalid JSON payload received. ${message}`);
  }
  return new GoogleError('INTERNAL', message);
}

/** Sends an error as Google's REST front end does. */
export function sendGoogleError(error: unknown, reply: FastifyReply): FastifyReply {
  const googles = asGoogleError(error, reply.request);
  return reply.code(googles.httpStatus).send(googles.toBody());
}

/** `x-goog-api-key` or `?key=`. */
export function shownCredentials(request: FastifyRequest) {
  const header = request.headers['x-goog-api-key'];
  const { key } = request.query as { key?: unknown };
  return {
    apiKey: typeof header === 'string' ? header : typeof key === 'string' ? key : undefined,
    authorization: request.headers.authorization,
  };
}

/** `?$alt=json;enum-encoding=int` asks for the numbers of enums, as Google's own clients do. */
export function wantsEnumNumbers(request: FastifyRequest): boolean {
  const { $alt, alt } = request.query as { $alt?: unknown; alt?: unknown };
  return [$alt, alt].some((each) => typeof each === 'string' && each.includes('enum-encoding=int'));
}

/** Sends an answer, or the first half of it when a test wants it cut off. */
export function sendAnswer(
  reply: FastifyReply,
  answer: object,
  faults: Faults,
  service: 'speech' | 'textToSpeech',
): FastifyReply {
  if (!faults.takeCutOff(service)) return reply.send(answer);
  const whole = Buffer.from(JSON.stringify(answer));
  reply.hijack();
  reply.raw.writeHead(200, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': whole.length,
  });
  reply.raw.write(whole.subarray(0, whole.length >> 1), () => reply.raw.destroy());
  return reply;
}
