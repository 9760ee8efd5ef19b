import { z } from 'zod';
import {
  createdSubscriptionSchema,
  subscriptionInputSchema,
  subscriptionSchema,
} from '../../domain/subscriptions/schema.ts';
import type { Subscriptions } from '../../domain/subscriptions/subscriptions.ts';
import type { App } from '../app-type.ts';

const params = z.object({ id: z.string() });

export function registerSubscriptionRoutes(app: App, subscriptions: Subscriptions): void {
  app.post(
    '/v1/subscriptions',
    { schema: { body: subscriptionInputSchema, response: { 201: createdSubscriptionSchema } } },
    async (request, reply) =>
      reply.status(201).send(await subscriptions.create(request.access, request.body)),
  );
  app.get(
    '/v1/subscriptions/:id',
    { schema: { params, response: { 200: subscriptionSchema } } },
    (request) => subscriptions.get(request.access, request.params.id),
  );
  app.delete('/v1/subscriptions/:id', { schema: { params } }, async (request, reply) => {
    await subscriptions.delete(request.access, request.params.id);
    return reply.status(204).send();
  });
}
