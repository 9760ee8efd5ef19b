import { z } from 'zod';
import type { Callbacks } from '../../domain/callbacks/callbacks.ts';
import {
  callbackFilterSchema,
  callbackSchema,
  callbackUpdateSchema,
} from '../../domain/callbacks/schema.ts';
import { timePositionSchema } from '../../domain/paging.ts';
import type { App } from '../app-type.ts';
import { decodeCursor, limitSchema, pageOf, pageSchema } from '../pagination.ts';

export function registerCallbackRoutes(app: App, callbacks: Callbacks): void {
  app.get(
    '/v1/callbacks',
    {
      schema: {
        querystring: callbackFilterSchema.extend({
          limit: limitSchema,
          cursor: z.string().optional(),
        }),
        response: { 200: pageSchema(callbackSchema) },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const after = cursor === undefined ? undefined : decodeCursor(cursor, timePositionSchema);
      const found = await callbacks.list(request.access, filter, { after, limit: limit + 1 });
      return pageOf(found, limit, ({ dueAt, id }) => [dueAt, id]);
    },
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
