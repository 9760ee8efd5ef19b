import { z } from 'zod';
import type { Consents } from '../../domain/compliance/consents.ts';
import type { DoNotCall } from '../../domain/compliance/do-not-call.ts';
import {
  consentFilterSchema,
  consentInputSchema,
  consentSchema,
  consentStateSchema,
  doNotCallCheckSchema,
  doNotCallEntrySchema,
  doNotCallFilterSchema,
  doNotCallInputSchema,
  doNotCallListSchema,
  doNotCallPositionSchema,
} from '../../domain/compliance/schema.ts';
import { timePositionSchema } from '../../domain/paging.ts';
import { phoneNumberSchema } from '../../domain/phone-numbers/schema.ts';
import type { App } from '../app-type.ts';
import { pageSchema, pagingFields, readPage, tenantQuerySchema } from '../pagination.ts';

const ofNumberSchema = tenantQuerySchema.extend({ phoneNumber: phoneNumberSchema });

export function registerConsentRoutes(app: App, consents: Consents): void {
  app.post(
    '/v1/consents',
    { schema: { body: consentInputSchema, response: { 201: consentSchema } } },
    async (request, reply) =>
      reply.status(201).send(await consents.record(request.access, request.body)),
  );

  app.get(
    '/v1/consents/state',
    { schema: { querystring: ofNumberSchema, response: { 200: consentStateSchema } } },
    (request) => consents.state(request.access, request.query.phoneNumber, request.query.tenant),
  );

  app.get(
    '/v1/consents',
    {
      schema: {
        querystring: consentFilterSchema.extend(pagingFields),
        response: { 200: pageSchema(consentSchema) },
      },
    },
    ({ access, query: { limit, cursor, ...filter } }) =>
      readPage(
        { limit, cursor },
        timePositionSchema,
        (page) => consents.list(access, filter, page),
        ({ recordedAt, id }) => [recordedAt, id],
      ),
  );
}

export function registerDoNotCallRoutes(app: App, doNotCall: DoNotCall): void {
  app.post(
    '/v1/do-not-call',
    {
      schema: {
        body: doNotCallInputSchema,
        response: { 200: doNotCallEntrySchema, 201: doNotCallEntrySchema },
      },
    },
    async (request, reply) => {
      const { entry, added } = await doNotCall.add(request.access, request.body);
      return reply.status(added ? 201 : 200).send(entry);
    },
  );

  app.get(
    '/v1/do-not-call/check',
    { schema: { querystring: ofNumberSchema, response: { 200: doNotCallCheckSchema } } },
    (request) => doNotCall.check(request.access, request.query.phoneNumber, request.query.tenant),
  );

  app.get(
    '/v1/do-not-call',
    {
      schema: {
        querystring: doNotCallFilterSchema.extend(pagingFields),
        response: { 200: pageSchema(doNotCallEntrySchema) },
      },
    },
    ({ access, query: { limit, cursor, ...filter } }) =>
      readPage(
        { limit, cursor },
        doNotCallPositionSchema,
        (page) => doNotCall.list(access, filter, page),
        ({ addedAt, phoneNumber }) => [addedAt, phoneNumber],
      ),
  );

  app.delete(
    '/v1/do-not-call/:phoneNumber',
    {
      schema: {
        params: z.object({ phoneNumber: phoneNumberSchema }),
        querystring: doNotCallListSchema,
      },
    },
    async (request, reply) => {
      await doNotCall.remove(request.access, request.params.phoneNumber, request.query);
      return reply.status(204).send();
    },
  );
}
