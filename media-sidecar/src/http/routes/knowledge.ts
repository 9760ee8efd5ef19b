import { z } from 'zod';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import {
  documentFilterSchema,
  documentInputSchema,
  documentSchema,
  documentWithTextSchema,
  knowledgeHitSchema,
  knowledgeQuerySchema,
} from '../../domain/knowledge/schema.ts';
import { timePositionSchema } from '../../domain/paging.ts';
import type { App } from '../app-type.ts';
import { pageSchema, pagingFields, readPage, tenantQuerySchema } from '../pagination.ts';

/** 1 MB of text, of which a client may write each letter as an escape of six. */
const maxDocumentBytes = 4_194_304;
const params = z.object({ id: z.string() });

export function registerKnowledgeRoutes(app: App, knowledge: Knowledge): void {
  app.post(
    '/v1/knowledge/documents',
    {
      bodyLimit: maxDocumentBytes,
      schema: {
        body: documentInputSchema,
        response: { 200: documentSchema, 201: documentSchema },
      },
    },
    async (request, reply) => {
      const { document, created } = await knowledge.save(request.access, request.body);
      return reply.status(created ? 201 : 200).send(document);
    },
  );

  app.get(
    '/v1/knowledge/documents',
    {
      schema: {
        querystring: documentFilterSchema.extend(pagingFields),
        response: { 200: pageSchema(documentSchema) },
      },
    },
    ({ access, query: { limit, cursor, ...filter } }) =>
      readPage(
        { limit, cursor },
        timePositionSchema,
        (page) => knowledge.list(access, filter, page),
        ({ createdAt, id }) => [createdAt, id],
      ),
  );

  app.get(
    '/v1/knowledge/documents/:id',
    {
      schema: {
        params,
        querystring: tenantQuerySchema,
        response: { 200: documentWithTextSchema },
      },
    },
    (request) => knowledge.get(request.access, request.params.id, request.query.tenant),
  );

  app.delete(
    '/v1/knowledge/documents/:id',
    { schema: { params, querystring: tenantQuerySchema } },
    async (request, reply) => {
      await knowledge.delete(request.access, request.params.id, request.query.tenant);
      return reply.status(204).send();
    },
  );

  app.get(
    '/v1/knowledge/search',
    {
      schema: {
        querystring: knowledgeQuerySchema,
        response: { 200: z.object({ data: z.array(knowledgeHitSchema) }) },
      },
    },
    async (request) => ({ data: await knowledge.search(request.access, request.query) }),
  );
}
