import { z } from 'zod';
import {
  apiKeyInputSchema,
  apiKeySchema,
  createdApiKeySchema,
} from '../../domain/api-keys/schema.ts';
import type { ApiKeys } from '../../domain/api-keys/api-keys.ts';
import { tenantReferenceSchema, toReference } from '../../domain/tenants/schema.ts';
import type { Tenants } from '../../domain/tenants/tenants.ts';
import type { App } from '../app-type.ts';

const meSchema = z.object({
  key: z.object({ name: z.string(), scope: z.enum(['platform', 'tenant']) }),
  tenant: tenantReferenceSchema.nullable(),
  version: z.string(),
});

export function registerApiKeyRoutes(
  app: App,
  parts: { readonly apiKeys: ApiKeys; readonly tenants: Tenants; readonly version: string },
): void {
  const { apiKeys, tenants, version } = parts;

  app.get('/v1/me', { schema: { response: { 200: meSchema } } }, async (request) => {
    const { access } = request;
    const tenant = await tenants.scopeOf(access, undefined);
    return {
      key: { name: access.name, scope: access.scope },
      tenant: tenant === undefined ? null : toReference(tenant),
      version,
    };
  });

  app.post(
    '/v1/api-keys',
    {
      config: { access: 'platform-key' },
      schema: { body: apiKeyInputSchema, response: { 201: createdApiKeySchema } },
    },
    async (request, reply) =>
      reply.status(201).send(await apiKeys.create(request.access, request.body)),
  );
  app.get(
    '/v1/api-keys',
    {
      config: { access: 'platform-key' },
      schema: { response: { 200: z.object({ data: z.array(apiKeySchema) }) } },
    },
    async (request) => ({ data: await apiKeys.list(request.access) }),
  );
  app.delete(
    '/v1/api-keys/:id',
    { config: { access: 'platform-key' }, schema: { params: z.object({ id: z.string() }) } },
    async (request, reply) => {
      await apiKeys.delete(request.access, request.params.id);
      return reply.status(204).send();
    },
  );
}
