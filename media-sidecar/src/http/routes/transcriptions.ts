import { z } from 'zod';
import {
  transcriptionFilterSchema,
  transcriptionRequestSchema,
  transcriptionSchema,
  transcriptionTicketSchema,
  transcriptionWithUtterancesSchema,
} from '../../domain/transcriptions/schema.ts';
import type { Transcriptions } from '../../domain/transcriptions/transcriptions.ts';
import { timePositionSchema } from '../../domain/paging.ts';
import type { App } from '../app-type.ts';
import { pageSchema, pagingFields, readPage } from '../pagination.ts';

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
        querystring: transcriptionFilterSchema.extend(pagingFields),
        response: { 200: pageSchema(transcriptionSchema) },
      },
    },
    ({ access, query: { limit, cursor, ...filter } }) =>
      readPage(
        { limit, cursor },
        timePositionSchema,
        (page) => transcriptions.list(access, filter, page),
        ({ createdAt, id }) => [createdAt, id],
      ),
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
