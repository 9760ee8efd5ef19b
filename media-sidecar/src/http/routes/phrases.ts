import { z } from 'zod';
import {
  phraseAudioInputSchema,
  phraseAudioSchema,
  phraseRemovalSchema,
  phraseSchema,
  phraseStatisticsSchema,
  warmingInputSchema,
  warmingSchema,
} from '../../domain/phrases/schema.ts';
import type { Phrases } from '../../domain/phrases/phrases.ts';
import type { App } from '../app-type.ts';
import { pageSchema, pagingFields, readPage, tenantQuerySchema } from '../pagination.ts';

/** 1000 phrases of 1000 characters, of up to 4 bytes each, with their voices. */
const maxWarmingBytes = 6_000_000;
const positionSchema = z.tuple([z.int()]);

export function registerPhraseRoutes(app: App, phrases: Phrases): void {
  app.post(
    '/v1/phrases/audio',
    { schema: { body: phraseAudioInputSchema, response: { 200: phraseAudioSchema } } },
    // A client that has gone still pays for the phrase, which is then in the cache.
    (request) => phrases.audio(request.access, request.body, new AbortController().signal),
  );

  app.post(
    '/v1/phrases/warmings',
    {
      bodyLimit: maxWarmingBytes,
      schema: {
        body: warmingInputSchema,
        response: { 202: z.object({ id: z.uuid(), total: z.int() }) },
      },
    },
    async (request, reply) =>
      reply.status(202).send(await phrases.warm(request.access, request.body)),
  );

  app.get(
    '/v1/phrases/warmings/:id',
    { schema: { params: z.object({ id: z.string() }), response: { 200: warmingSchema } } },
    async (request) => phrases.warming(request.access, request.params.id),
  );

  app.get(
    '/v1/phrases/stats',
    { schema: { querystring: tenantQuerySchema, response: { 200: phraseStatisticsSchema } } },
    (request) => phrases.statistics(request.access, request.query.tenant),
  );

  app.get(
    '/v1/phrases',
    {
      schema: {
        querystring: tenantQuerySchema.extend({
          search: z.string().max(200).optional(),
          ...pagingFields,
        }),
        response: { 200: pageSchema(phraseSchema) },
      },
    },
    async ({ access, query: { limit, cursor, ...filter } }) => {
      const { data, nextCursor } = await readPage(
        { limit, cursor },
        positionSchema,
        ({ after, limit: most }) =>
          phrases.list(access, filter, { after: after?.[0], limit: most }),
        ({ sequence }) => [sequence],
      );
      return { data: data.map(({ phrase }) => phrase), nextCursor };
    },
  );

  app.delete(
    '/v1/phrases',
    {
      schema: {
        body: phraseRemovalSchema,
        response: { 200: z.object({ removed: z.int() }) },
      },
    },
    (request) => phrases.remove(request.access, request.body),
  );
}
