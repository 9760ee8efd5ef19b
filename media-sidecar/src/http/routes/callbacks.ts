import { z } from 'zod';
import type { Callbacks } from '../../domain/callbacks/callbacks.ts';
import {
  callbackFilterSchema,
  callbackSchema,
  callbackUpdateSchema,
} from '../../domain/callbacks/schema.ts';
import { timePositionSchema } from '../../domain/paging.ts';
import type { App } from '../app-type.ts';
import { pageSchema, pagingFields, readPage } from '../pagination.ts';

export function registerCallbackRoutes(app: App, callbacks: Callbacks): void {
  app.get(
    '/v1/callbacks',
    {
      schema: {
        querystring: callbackFilterSchema.extend(pagingFields),
        response: { 200: pageSchema(callbackSchema) },
      },
    },
    ({ access, query: { limit, cursor, ...filter } }) =>
      readPage(
        { limit, cursor },
        timePositionSchema,
        (page) => callbacks.list(access, filter, page),
        ({ dueAt, id }) => [dueAt, id],
      ),
  );

  app.patch(
    '/v1/callbacks/:id',
    {
      schema: {
        params: z.object({ id: z.string() }),
        body: callbackUpdateSchema,
        response: { 200: callbackSchema },
      },
    },
    (request) => callbacks.update(request.access, request.params.id, request.body),
  );
}
