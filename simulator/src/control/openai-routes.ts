import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OpenAiError } from '../openai/openai-error.ts';
import { incomingCallSchema, type OpenAiProject } from '../openai/realtime/project.ts';
import type { RealtimeScriptStep } from '../openai/realtime/realtime-script.ts';
import type { SipCall } from '../openai/realtime/sip-calls.ts';

const webhooksSchema = z.array(
  z.strictObject({
    url: z.url({ protocol: /^https?$/ }),
    secret: z.string().regex(/^whsec_/, 'begins with whsec_'),
  }),
);

const keysSchema = z.strictObject({
  digits: z.string().regex(/^[0-9*#A-D]+$/, 'keys are 0 to 9, *, #, and A to D'),
});

/**
 * Calls to the SIP address of the OpenAI project, and where its webhooks go.
 * @param notFound makes the error for a call that is not there
 */
export function openAiRoutes(
  app: FastifyInstance,
  project: OpenAiProject,
  notFound: (what: string) => Error,
): void {
  const callOf = (request: FastifyRequest): SipCall => {
    const { id } = request.params as { id: string };
    try {
      return project.calls.find(id);
    } catch (error) {
      throw error instanceof OpenAiError ? notFound('call') : error;
    }
  };
  const view = ({ id, state }: SipCall): object => ({ callId: id, state });

  app.put('/openai/realtime/script', async (request, reply) => {
    project.realtimeScript.set(request.body as readonly RealtimeScriptStep[]);
    return reply.code(204).send();
  });
  app.get('/openai/realtime/canned', async () => {
    const { answers, heard } = project.canned;
    return { answers, heard };
  });
  app.delete('/openai/realtime/canned', async (_request, reply) => {
    project.canned.forget();
    return reply.code(204).send();
  });
  app.put('/openai/webhooks', async (request, reply) => {
    project.webhooks.set(webhooksSchema.parse(request.body));
    return reply.code(204).send();
  });
  app.get('/openai/deliveries', async () => ({ data: project.webhooks.attempts }));
  app.post('/openai/calls', async (request, reply) =>
    reply.code(201).send(view(await project.incomingCall(incomingCallSchema.parse(request.body)))),
  );
  app.get('/openai/calls/:id', async (request) => view(callOf(request)));
  app.post('/openai/calls/:id/keys', async (request, reply) => {
    callOf(request).callerPresses(keysSchema.parse(request.body).digits);
    return reply.code(204).send();
  });
  app.delete('/openai/calls/:id', async (request, reply) => {
    callOf(request).callerHangsUp();
    return reply.code(204).send();
  });
}
