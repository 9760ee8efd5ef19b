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
import { decodeCursor, limitSchema, pageOf, pageSchema, tenantQuerySchema } from '../pagination.ts';

const paging = { limit: limitSchema, cursor: z.string().optional() };
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
        querystring: consentFilterSchema.extend(paging),
        response: { 200: pageSchema(consentSchema) },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const after = cursor === undefined ? undefined : decodeCursor(cursor, timePositionSchema);
      const found = await consents.list(request.access, filter, { after, limit: limit + 1 });
      return pageOf(found, limit, ({ recordedAt, id }) => [recordedAt, id]);
    },
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
        querystring: doNotCallFilterSchema.extend(paging),
        response: { 200: pageSchema(doNotCallEntrySchema) },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const after =
        cursor === undefined ? undefined : decodeCursor(cursor, doNotCallPositionSchema);
      const found = await doNotCall.list(request.access, filter, { after, limit: limit + 1 });
      return pageOf(found, limit, ({ addedAt, phoneNumber }) => [addedAt, phoneNumber]);
    },
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
