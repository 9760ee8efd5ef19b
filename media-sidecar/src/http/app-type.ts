import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Access } from '../domain/access.ts';

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/**
 * Who may call a route. A route that says nothing needs a key, so that a new one is closed until
 * somebody decides otherwise.
 */
export type RouteAccess = 'anybody' | 'twilio' | 'key' | 'platform-key';

/** Fields of a form; one that is repeated is a list. */
export type Form = Readonly<Record<string, string | readonly string[] | undefined>>;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
  interface FastifyRequest {
    /** What the key of the request may see. Set on routes that need a key. */
    access: Access;
    /** The body of a form, as it came. */
    form: Form;
  }
}
