import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { Faults } from '../faults/faults.ts';
import { GoogleError } from '../google/google-error.ts';
import { sendGoogleError, shownCredentials } from '../google/google-rest.ts';
import { checkCredentials } from '../google/credentials.ts';
import { answer, geminiError } from './answer.ts';
import { Envelope } from './envelope.ts';
import { checkThoughtSignatures, checkTurns } from './history.ts';
import { availableModels, checkCandidates, findModel } from './models.ts';
import type { GeminiModel } from './models.ts';
import { checkReferences } from './references.ts';
import { parseGenerateRequest } from './request.ts';
import type { GeminiScript } from './script.ts';
import { checkThinking } from './thinking.ts';

export interface GeminiRestOptions {
  readonly apiKeys: readonly string[];
  readonly faults: Faults;
  readonly script?: GeminiScript;
  /** @defaultValue Date.now */
  readonly now?: () => number;
}

const SERVICE = 'generativelanguage.googleapis.com';
const VERSIONS = ['v1', 'v1beta'] as const;

function authenticate(request: FastifyRequest, apiKeys: readonly string[]): void {
  const shown = shownCredentials(request);
  if (shown.apiKey === undefined && shown.authorization === undefined) {
    throw new GoogleError(
      'PERMISSION_DENIED',
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
    );
  }
  checkCredentials(shown, { apiKeys, service: SERVICE });
}

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (ms <= 0 || signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });

/** `generateContent` and `streamGenerateContent` of the Gemini API, in both of its versions. */
export const geminiRest: FastifyPluginCallback<GeminiRestOptions> = (
  app: FastifyInstance,
  options,
  done,
) => {
  const { apiKeys, faults, script, now = Date.now } = options;
  const open = new Set<ServerResponse>();
  let calls = 0;
  const newCallId = (): string => `call_${(++calls).toString(36).padStart(8, '0')}`;

  app.setErrorHandler((error, _request, reply) => sendGoogleError(error, reply));
  app.addHook('onRequest', async (request) => authenticate(request, apiKeys));
  // A server that is closed does not wait for streams to run out.
  app.addHook('preClose', async () => {
    for (const response of open) response.destroy();
  });

  function prepared(request: FastifyRequest, apiVersion: string, name: string, method: string) {
    const model = findModel(name, apiVersion, method, now());
    const failure = faults.takeFailure('gemini');
    if (failure) {
      const error = geminiError(failure.status, failure.message);
      error.retryDelayMs = failure.retryAfterMs;
      throw error;
    }
    const body = parseGenerateRequest(request.body);
    const { candidateCount, thinkingConfig } = body.generationConfig ?? {};
    checkCandidates(model, candidateCount);
    checkThinking(model, thinkingConfig);
    checkTurns(body.contents, model);
    checkReferences(body.contents);
    checkThoughtSignatures(body.contents, model);
    const { thoughtTokens } = faults.current.gemini;
    return { model, answered: answer(body, model, { script, newCallId, thoughtTokens }) };
  }

  async function generate(
    request: FastifyRequest,
    apiVersion: string,
    name: string,
  ): Promise<object> {
    const { model, answered } = prepared(request, apiVersion, name, 'generateContent');
    const { stallMs, firstTokenDelayMs, chunkIntervalMs } = faults.current.gemini;
    const delayMs = stallMs + firstTokenDelayMs + chunkIntervalMs * answered.parts.length;
    await wait(delayMs, AbortSignal.any([request.signal]));
    return new Envelope(answered, model).whole();
  }

  async function stream(
    request: FastifyRequest,
    reply: FastifyReply,
    apiVersion: string,
    name: string,
  ): Promise<void> {
    const { model, answered } = prepared(request, apiVersion, name, 'streamGenerateContent');
    reply.hijack();
    const response = reply.raw;
    const gone = new AbortController();
    open.add(response);
    response.on('close', () => {
      open.delete(response);
      gone.abort();
    });
    const { stallMs, firstTokenDelayMs } = faults.current.gemini;
    await wait(stallMs + firstTokenDelayMs, gone.signal);
    if (gone.signal.aborted) return;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    await sendChunks(response, new Envelope(answered, model), gone.signal);
  }

  async function sendChunks(
    response: ServerResponse,
    envelope: Envelope,
    gone: AbortSignal,
  ): Promise<void> {
    let index = 0;
    for (const chunk of envelope.chunks()) {
      const { chunkIntervalMs, breakStreamAfterChunks, breakStreamWith } = faults.current.gemini;
      if (index > 0) await wait(chunkIntervalMs, gone);
      if (gone.aborted) return;
      if (breakStreamAfterChunks !== null && index >= breakStreamAfterChunks) {
        if (breakStreamWith === 'socket-close') {
          response.destroy();
        } else {
          response.end(`data: ${JSON.stringify(geminiError(503).toBody())}\r\n\r\n`);
        }
        return;
      }
      response.write(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
      index += 1;
    }
    response.end();
  }

  for (const version of VERSIONS) {
    app.get<{ Querystring: Record<string, string> }>(`/${version}/models`, (request) =>
      pageOfModels(availableModels(now()), request.query),
    );

    app.get<{ Params: { model: string } }>(`/${version}/models/:model`, (request) =>
      described(findModel(request.params.model, version, 'getModel', now())),
    );

    app.post<{ Params: { target: string }; Querystring: { alt?: string } }>(
      `/${version}/models/:target`,
      { bodyLimit: 20 * 1024 * 1024 },
      async (request, reply) => {
        const { target } = request.params;
        const colon = target.lastIndexOf(':');
        const [name, method] = [target.slice(0, colon), target.slice(colon + 1)];
        if (method === 'generateContent') return generate(request, version, name);
        if (method === 'streamGenerateContent') {
          if (request.query.alt === 'sse') return stream(request, reply, version, name);
          throw new GoogleError('UNIMPLEMENTED', 'The simulator streams with alt=sse only.');
        }
        throw new GoogleError('NOT_FOUND', `Method not found: ${method}`);
      },
    );
  }
  done();
};

const MOST_MODELS = 1_000;
const USUAL_MODELS = 50;

/** @throws GoogleError INVALID_ARGUMENT */
function pageOfModels(models: readonly GeminiModel[], query: Record<string, string>): object {
  const size = query['pageSize'] === undefined ? USUAL_MODELS : Number(query['pageSize']);
  if (!Number.isInteger(size) || size < 0) {
    throw GoogleError.invalid(
      `Invalid value at 'page_size' (TYPE_INT32), "${query['pageSize'] ?? ''}"`,
    );
  }
  const from = query['pageToken'] ? Number(query['pageToken']) : 0;
  if (!Number.isInteger(from) || from < 0 || from > models.length) {
    throw GoogleError.invalid('Page token is invalid.');
  }
  const to = from + Math.min(size || USUAL_MODELS, MOST_MODELS);
  return {
    models: models.slice(from, to).map(described),
    ...(to < models.length ? { nextPageToken: String(to) } : {}),
  };
}

const described = ({ name }: GeminiModel): object => ({
  name: `models/${name}`,
  version: name.replace(/^gemini-/, ''),
  displayName: name,
  inputTokenLimit: 1_048_576,
  outputTokenLimit: 65_536,
  supportedGenerationMethods: ['generateContent', 'streamGenerateContent'],
});
