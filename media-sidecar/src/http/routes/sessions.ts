import { sessionReplySchema, sessionRequestSchema } from '../../domain/sessions/schema.ts';
import type { Sessions } from '../../domain/sessions/sessions.ts';
import type { App } from '../app-type.ts';

export function registerSessionRoutes(app: App, sessions: Sessions): void {
  app.post(
    '/v1/sessions',
    { schema: { body: sessionRequestSchema, response: { 200: sessionReplySchema } } },
    (request) => sessions.create(request.access, request.body),
  );
}
