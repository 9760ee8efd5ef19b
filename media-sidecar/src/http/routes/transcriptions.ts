import { z } from 'zod';
import {
  transcriptionFilterSchema,
  transcriptionPositionSchema,
  transcriptionRequestSchema,
  transcriptionSchema,
  transcriptionTicketSchema,
  transcriptionWithUtterancesSchema,
} from '../../domain/transcriptions/schema.ts';
import type { Transcriptions } from '../../domain/transcriptions/transcriptions.ts';
import type { App } from '../app-type.ts';
import { decodeCursor, limitSchema, pageOf, pageSchema } from '../pagination.ts';

const params = z.object({ id: z.string() });

export function registerTranscriptionRoutes(app: App, transcriptions: Transcriptions): void {
  app.post(
    '/v1/transcriptions',
    { schema: { body: transcriptionRequestSchema, response: { 201: transcriptionTicketSchema } } },
    async (request, reply) =>
      reply.status(201).send(await transcriptions.create(request.access, request.body)),
  );

  app.get(
    '/v1/transcriptions',
    {
      schema: {
        querystring: transcriptionFilterSchema.extend({
          limit: limitSchema,
          cursor: z.string().optional(),
        }),
        response: { 200: pageSchema(transcriptionSchema) },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const after =
        cursor === undefined ? undefined : decodeCursor(cursor, transcriptionPositionSchema);
      const page = { after, limit: limit + 1 };
      const found = await transcriptions.list(request.access, filter, page);
      return pageOf(found, limit, ({ createdAt, id }) => [createdAt, id]);
    },
  );

  app.get(
    '/v1/transcriptions/:id',
    { schema: { params, response: { 200: transcriptionWithUtterancesSchema } } },
    (request) => transcriptions.get(request.access, request.params.id),
  );

  app.delete('/v1/transcriptions/:id', { schema: { params } }, async (request, reply) => {
    await transcriptions.stop(request.access, request.params.id);
    return reply.status(204).send();
  });
}
