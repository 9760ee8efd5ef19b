import { z } from 'zod';
import type { Logger } from '../../kernel/logger.ts';
import type { App } from '../app-type.ts';
import { httpErrors } from '../http-errors.ts';

export interface Readiness {
  readonly draining: () => boolean;
  /** Rejects when the database does not answer. */
  readonly pingDatabase: () => Promise<void>;
  readonly logger: Logger;
  /** How long the database may take, in ms. @defaultValue 2000 */
  readonly timeoutMs?: number;
}

const statusSchema = z.object({ status: z.literal('ok') });

export function registerHealthRoutes(
  app: App,
  readiness: Readiness,
  metricsText: () => Promise<string>,
): void {
  app.get(
    '/health',
    { config: { access: 'anybody' }, schema: { hide: true, response: { 200: statusSchema } } },
    () => ({ status: 'ok' as const }),
  );

  app.get(
    '/ready',
    { config: { access: 'anybody' }, schema: { hide: true, response: { 200: statusSchema } } },
    async () => {
      if (readiness.draining()) throw httpErrors.unavailable();
      const timedOut = AbortSignal.timeout(readiness.timeoutMs ?? 2000);
      try {
        await Promise.race([
          readiness.pingDatabase(),
          new Promise((_resolve, reject) => {
            timedOut.addEventListener('abort', () => reject(new Error('database timed out')));
          }),
        ]);
      } catch (error) {
        readiness.logger.warn({ err: error }, 'not ready: the database does not answer');
        throw httpErrors.unavailable();
      }
      return { status: 'ok' as const };
    },
  );

  app.get(
    '/metrics',
    { config: { access: 'platform-key' }, schema: { hide: true } },
    async (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metricsText()),
  );
}
