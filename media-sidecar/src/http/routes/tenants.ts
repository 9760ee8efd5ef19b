import { z } from 'zod';
import { phoneNumberSchema } from '../../domain/phone-numbers/schema.ts';
import {
  slugSchema,
  tenantBriefSchema,
  tenantInputSchema,
  tenantSchema,
  tenantUpdateSchema,
  toBrief,
} from '../../domain/tenants/schema.ts';
import type { Tenants } from '../../domain/tenants/tenants.ts';
import type { App } from '../app-type.ts';
import { pageSchema, pagingFields, readPage } from '../pagination.ts';

const positionSchema = z.tuple([slugSchema]);

export function registerTenantRoutes(app: App, tenants: Tenants): void {
  app.get(
    '/v1/tenants',
    {
      schema: {
        querystring: z.strictObject(pagingFields),
        response: { 200: pageSchema(tenantSchema) },
      },
    },
    ({ access, query }) =>
      readPage(
        query,
        positionSchema,
        ({ after, limit }) => tenants.list(access, { after: after?.[0], limit }),
        ({ slug }) => [slug],
      ),
  );

  app.get(
    '/v1/tenants/resolve',
    {
      schema: {
        querystring: z.strictObject({ number: phoneNumberSchema }),
        response: { 200: z.object({ tenant: tenantBriefSchema }) },
      },
    },
    async (request) => {
      const tenant = await tenants.byPhoneNumber(request.access, request.query.number, 'number');
      return { tenant: toBrief(tenant) };
    },
  );

  app.get(
    '/v1/tenants/:idOrSlug',
    {
      schema: { params: z.object({ idOrSlug: z.string() }), response: { 200: tenantSchema } },
    },
    (request) => tenants.byIdOrSlug(request.access, request.params.idOrSlug),
  );

  app.put(
    '/v1/tenants/:slug',
    {
      config: { access: 'platform-key' },
      schema: {
        params: z.object({
          slug: slugSchema.refine(
            (slug) => slug !== 'resolve' && !z.uuid().safeParse(slug).success,
            {
              message: 'is reserved',
            },
          ),
        }),
        body: tenantInputSchema,
        response: { 200: tenantSchema },
      },
    },
    (request) => tenants.put(request.access, request.params.slug, request.body),
  );

  app.patch(
    '/v1/tenants/:idOrSlug',
    {
      config: { access: 'platform-key' },
      schema: {
        params: z.object({ idOrSlug: z.string() }),
        body: tenantUpdateSchema,
        response: { 200: tenantSchema },
      },
    },
    (request) => tenants.update(request.access, request.params.idOrSlug, request.body),
  );

  app.delete(
    '/v1/tenants/:idOrSlug',
    { config: { access: 'platform-key' }, schema: { params: z.object({ idOrSlug: z.string() }) } },
    async (request, reply) => {
      await tenants.delete(request.access, request.params.idOrSlug);
      return reply.status(204).send();
    },
  );
}
