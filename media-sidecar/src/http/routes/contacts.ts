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
import { pageSchema, pagingFields, readPage, tenantQuerySchema } from '../pagination.ts';

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
        querystring: contactFilterSchema.extend(pagingFields),
        response: { 200: pageSchema(contactSchema) },
      },
    },
    ({ access, query: { limit, cursor, ...filter } }) =>
      readPage(
        { limit, cursor },
        timePositionSchema,
        (page) => contacts.list(access, filter, page),
        ({ createdAt, id }) => [createdAt, id],
      ),
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
