import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { DomainError } from '../../domain/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { App } from '../app-type.ts';
import type { ErrorReply } from '../http-errors.ts';
import { HttpError, httpErrors } from '../http-errors.ts';

const statusOfKind = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'rate-limited': 429,
  unavailable: 503,
} as const;

/** The one place where an error becomes a reply, and is logged if it is ours. */
export function registerErrors(app: App, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => {
    const known = toHttpError(error);
    if (known === undefined) {
      logger.error(
        { err: error, method: request.method, route: request.routeOptions.url },
        'request failed',
      );
    }
    const http = known ?? httpErrors.internal();
    if (http.retryAfterMs !== undefined) {
      void reply.header('retry-after', String(Math.ceil(http.retryAfterMs / 1000)));
    }
    if (http.code === 'unauthenticated') void reply.header('www-authenticate', 'Bearer');
    return reply.status(http.status).send(render(http));
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.status(404).send(render(httpErrors.notFound())),
  );
}

function render(error: HttpError): ErrorReply {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.field !== undefined && { field: error.field }),
    },
  };
}

function toHttpError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof DomainError) {
    const { field, retryAfterMs } = error;
    return new HttpError(statusOfKind[error.kind], error.code, error.message, {
      ...(field !== undefined && { field }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    const field = first?.instancePath.split('/').slice(1).join('.') ?? '';
    const message = first?.message ?? 'is invalid';
    return field === ''
      ? httpErrors.invalid(message)
      : httpErrors.invalid(`${field}: ${message}`, field);
  }
  const { code, statusCode } = error as FastifyError;
  // SQLSTATE of the one character that PostgreSQL stores neither in text nor in JSON.
  if (code === '22021' || code === '22P05') {
    return httpErrors.invalid('A text must not contain the character NUL (U+0000).');
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return httpErrors.tooLarge();
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return httpErrors.unsupportedMediaType();
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    return httpErrors.invalidJson();
  }
  // Fastify's own complaints about a malformed request, such as a bad content length.
  if (typeof code === 'string' && code.startsWith('FST_') && statusCode === 400) {
    return httpErrors.invalid('The request is malformed.');
  }
  return undefined;
}
