import { z } from 'zod';
import {
  contactFilterSchema,
  contactInputSchema,
  contactSchema,
  contactUpdateSchema,
} from '../../domain/contacts/schema.ts';
import type { Contacts } from '../../domain/contacts/contacts.ts';
import { timePositionSchema } from '../../domain/paging.ts';
import type { App } from '../app-type.ts';
import { decodeCursor, limitSchema, pageOf, pageSchema, tenantQuerySchema } from '../pagination.ts';

const params = z.object({ id: z.string() });

export function registerContactRoutes(app: App, contacts: Contacts): void {
  app.post(
    '/v1/contacts',
    { schema: { body: contactInputSchema, response: { 200: contactSchema, 201: contactSchema } } },
    async (request, reply) => {
      const { contact, created } = await contacts.save(request.access, request.body);
      return reply.status(created ? 201 : 200).send(contact);
    },
  );

  app.get(
    '/v1/contacts',
    {
      schema: {
        querystring: contactFilterSchema.extend({
          limit: limitSchema,
          cursor: z.string().optional(),
        }),
        response: { 200: pageSchema(contactSchema) },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const after = cursor === undefined ? undefined : decodeCursor(cursor, timePositionSchema);
      const found = await contacts.list(request.access, filter, { after, limit: limit + 1 });
      return pageOf(found, limit, ({ createdAt, id }) => [createdAt, id]);
    },
  );

  app.get(
    '/v1/contacts/:id',
    { schema: { params, querystring: tenantQuerySchema, response: { 200: contactSchema } } },
    (request) => contacts.get(request.access, request.params.id, request.query.tenant),
  );

  app.patch(
    '/v1/contacts/:id',
    { schema: { params, body: contactUpdateSchema, response: { 200: contactSchema } } },
    (request) => contacts.update(request.access, request.params.id, request.body),
  );

  app.delete(
    '/v1/contacts/:id',
    { schema: { params, querystring: tenantQuerySchema } },
    async (request, reply) => {
      await contacts.delete(request.access, request.params.id, request.query.tenant);
      return reply.status(204).send();
    },
  );
}
