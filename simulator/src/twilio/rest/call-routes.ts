import type { FastifyInstance } from 'fastify';
import { filterCalls, updateCall } from './calls.ts';
import { createCall } from './create-call.ts';
import { restErrors } from './errors.ts';
import { page } from './paging.ts';
import { callOf, formOf, pathOf, queryOf, type RestContext } from './request.ts';
import { callResource } from './resources.ts';

/** https://www.twilio.com/docs/voice/api/call-resource */
export function callRoutes(app: FastifyInstance, context: RestContext): void {
  app.get('/:accountSid/Calls.json', async (request) => {
    const query = queryOf(request);
    const calls = filterCalls(context.accountOf(request), query);
    return page(calls, 'calls', pathOf(request), query, callResource);
  });
  app.post('/:accountSid/Calls.json', async (request, reply) => {
    const call = createCall(context.exchange, context.accountOf(request), formOf(request));
    return reply.code(201).send(callResource(call));
  });
  const one = '/:accountSid/Calls/:sid.json';
  app.get(one, async (request) => callResource(callOf(context, request, 'sid')));
  app.post(one, async (request) => {
    const call = callOf(context, request, 'sid');
    updateCall(call, formOf(request));
    return callResource(call);
  });
  app.delete(one, async (request, reply) => {
    const call = callOf(context, request, 'sid');
    if (call.isActive) throw restErrors.cannotDelete();
    call.account.calls.delete(call.sid);
    return reply.code(204).send();
  });
}
