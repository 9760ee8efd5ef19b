import { randomUUID } from 'node:crypto';
import type { FastifyPluginCallback, FastifyReply } from 'fastify';
import type { Faults } from '../faults/faults.ts';
import { createChatCompletion } from './chat-completions.ts';
import { findModel, modelList } from './models.ts';
import { checkAuthorization, OpenAiError } from './openai-error.ts';
import { systemClock, type RealtimeClock } from './realtime/clock.ts';
import type { OpenAiProject } from './realtime/project.ts';
import { realtimeRest } from './realtime/realtime-rest.ts';
import { createResponse } from './responses.ts';
import type { OpenAiScript } from './script.ts';

export interface OpenAiRestOptions {
  readonly apiKeys: readonly string[];
  readonly script?: OpenAiScript;
  readonly project: OpenAiProject;
  readonly faults: Faults;
  /** @defaultValue the system's */
  readonly clock?: RealtimeClock;
}

function sendError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof OpenAiError) {
    return reply.code(error.status).headers(error.headers()).send(error.toBody());
  }
  const status = (error as { statusCode?: unknown }).statusCode;
  if (typeof status === 'number' && status < 500) {
    const refused = new OpenAiError(
      400,
      'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly.)',
    );
    return reply.code(400).send(refused.toBody());
  }
  const failed = new OpenAiError(
    500,
    'The server had an error while processing your request. Sorry about that!',
  );
  return reply.code(500).send(failed.toBody());
}

/**
 * OpenAI's models, responses and chat completions, as far as text in and text out goes, and the calls
 * and client secrets of its Realtime API. Lives below
 * a prefix of its own: `/v1/models` belongs to Gemini here.
 */
export const openAiRest: FastifyPluginCallback<OpenAiRestOptions> = (app, options, done) => {
  const { apiKeys, script, project, faults, clock = systemClock } = options;
  app.setErrorHandler((error, _request, reply) => sendError(error, reply));
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', `req_${randomUUID().replaceAll('-', '')}`);
    checkAuthorization(request.headers, apiKeys, project.id);
  });

  app.get('/models', () => modelList());

  app.get<{ Params: { model: string } }>('/models/:model', (request) => {
    const model = findModel(request.params.model);
    if (!model) {
      throw new OpenAiError(404, `The model '${request.params.model}' does not exist`, {
        param: 'model',
        code: 'model_not_found',
      });
    }
    return { id: model.id, object: 'model', created: model.created, owned_by: 'system' };
  });

  const large = { bodyLimit: 20 * 1024 * 1024 };
  app.post('/responses', large, (request) => createResponse(request.body, script, clock.now()));
  app.post('/chat/completions', large, (request) =>
    createChatCompletion(request.body, script, clock.now()),
  );
  const { calls, secrets } = project;
  void app.register(realtimeRest, {
    prefix: '/realtime',
    calls,
    secrets,
    clock,
    faults: () => faults.current.openAiRealtime,
  });
  app.setNotFoundHandler((request, reply) =>
    sendError(new OpenAiError(404, `Invalid URL (${request.method} ${request.url})`), reply),
  );
  done();
};
