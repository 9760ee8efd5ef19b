import { sipCallReplySchema, sipCallRequestSchema } from '../../domain/sip-calls/schema.ts';
import type { SipCalls } from '../../domain/sip-calls/sip-calls.ts';
import type { App } from '../app-type.ts';

export function registerSipCallRoutes(app: App, sipCalls: SipCalls): void {
  app.post(
    '/v1/sip-calls',
    { schema: { body: sipCallRequestSchema, response: { 200: sipCallReplySchema } } },
    (request) => sipCalls.take(request.access, request.body),
  );
}
