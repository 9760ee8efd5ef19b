import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { TokenRefusal } from './service-accounts.ts';
import type { ServiceAccounts } from './service-accounts.ts';

const formSchema = z.object({
  grant_type: z.string().default(''),
  assertion: z.string().default(''),
});

/** Google's token endpoint, which is at https://oauth2.googleapis.com/token. */
export function tokenRoutes(app: FastifyInstance, accounts: ServiceAccounts): void {
  app.post('/token', (request, reply) => {
    const body = typeof request.body === 'string' ? request.body : '';
    const { grant_type: grantType, assertion } = formSchema.parse(
      Object.fromEntries(new URLSearchParams(body)),
    );
    const ownAddress = `${request.protocol}://${request.host}/token`;
    try {
      return reply.send(accounts.grant(grantType, assertion, ownAddress));
    } catch (error) {
      if (!(error instanceof TokenRefusal)) throw error;
      const refusal = { error: error.error, error_description: error.message };
      return reply.code(400).send(refusal);
    }
  });
}
