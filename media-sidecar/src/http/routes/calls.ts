import { z } from 'zod';
import type { Calls } from '../../domain/calls/calls.ts';
import {
  callFilterSchema,
  callPositionSchema,
  callSchema,
  callUpdateSchema,
  callWithTurnsSchema,
} from '../../domain/calls/schema.ts';
import type { App } from '../app-type.ts';
import { decodeCursor, limitSchema, pageOf, pageSchema } from '../pagination.ts';

export function registerCallRoutes(app: App, calls: Calls): void {
  app.get(
    '/v1/calls',
    {
      schema: {
        querystring: callFilterSchema.extend({
          limit: limitSchema,
          cursor: z.string().optional(),
        }),
        response: { 200: pageSchema(callSchema) },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const after = cursor === undefined ? undefined : decodeCursor(cursor, callPositionSchema);
      const found = await calls.list(request.access, filter, { after, limit: limit + 1 });
      return pageOf(found, limit, (call) => [call.startedAt, call.id]);
    },
  );

  app.patch(
    '/v1/calls/:id',
    {
      schema: {
        params: z.object({ id: z.string() }),
        body: callUpdateSchema,
        response: { 200: callWithTurnsSchema },
      },
    },
    (request) => calls.update(request.access, request.params.id, request.body),
  );

  app.post(
    '/v1/calls/:id/end',
    {
      schema: { params: z.object({ id: z.string() }), response: { 202: callWithTurnsSchema } },
    },
    async (request, reply) =>
      reply.status(202).send(await calls.end(request.access, request.params.id)),
  );

  app.get(
    '/v1/calls/:id',
    {
      schema: { params: z.object({ id: z.string() }), response: { 200: callWithTurnsSchema } },
    },
    (request) => calls.get(request.access, request.params.id),
  );
}
