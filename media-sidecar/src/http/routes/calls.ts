import { z } from 'zod';
import type { Calls } from '../../domain/calls/calls.ts';
import {
  callFilterSchema,
  callSchema,
  callUpdateSchema,
  callWithTurnsSchema,
} from '../../domain/calls/schema.ts';
import { timePositionSchema } from '../../domain/paging.ts';
import type { App } from '../app-type.ts';
import { pageSchema, pagingFields, readPage } from '../pagination.ts';

export function registerCallRoutes(app: App, calls: Calls): void {
  app.get(
    '/v1/calls',
    {
      schema: {
        querystring: callFilterSchema.extend(pagingFields),
        response: { 200: pageSchema(callSchema) },
      },
    },
    ({ access, query: { limit, cursor, ...filter } }) =>
      readPage(
        { limit, cursor },
        timePositionSchema,
        (page) => calls.list(access, filter, page),
        ({ startedAt, id }) => [startedAt, id],
      ),
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
