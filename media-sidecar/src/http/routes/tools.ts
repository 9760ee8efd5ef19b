import { z } from 'zod';
import { createdToolSchema, toolInputSchema, toolSchema } from '../../domain/tools/schema.ts';
import type { Tools } from '../../domain/tools/tools.ts';
import type { App } from '../app-type.ts';

const params = z.object({ id: z.string() });

export function registerToolRoutes(app: App, tools: Tools): void {
  app.post(
    '/v1/tools',
    { schema: { body: toolInputSchema, response: { 201: createdToolSchema } } },
    async (request, reply) =>
      reply.status(201).send(await tools.create(request.access, request.body)),
  );
  app.get('/v1/tools/:id', { schema: { params, response: { 200: toolSchema } } }, (request) =>
    tools.get(request.access, request.params.id),
  );
  app.delete('/v1/tools/:id', { schema: { params } }, async (request, reply) => {
    await tools.delete(request.access, request.params.id);
    return reply.status(204).send();
  });
}
