import { randomBytes } from 'node:crypto';
import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import type { OpenAiRealtimeFaults } from '../../faults/openai-realtime.ts';
import { OpenAiError } from '../openai-error.ts';
import { parseRequest } from '../parse.ts';
import type { ClientSecrets } from './client-secrets.ts';
import type { RealtimeClock } from './clock.ts';
import {
  checkSession,
  REALTIME_MODELS,
  sessionSchema,
  type RealtimeSession,
} from './session-schema.ts';
import { NO_SUCH_CALL, type SipCall, type SipCalls } from './sip-calls.ts';
import { refuseSipTuning } from './sip-tuning.ts';

export interface RealtimeRestOptions {
  readonly calls: SipCalls;
  readonly secrets: ClientSecrets;
  readonly clock: RealtimeClock;
  /** Read at use: tests change it in the middle. */
  readonly faults: () => OpenAiRealtimeFaults;
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** What is wrong with the body of an accept is told as of a session (openai-agents-js, issue 741). */
const acceptSchema = z.strictObject({ session: sessionSchema });
const rejectSchema = z.strictObject({ status_code: z.int().min(300).max(699).default(603) });
const referSchema = z.strictObject({ target_uri: z.string().min(1) });
const clientSecretSchema = z.strictObject({
  expires_after: z
    .strictObject({
      anchor: z.literal('created_at').default('created_at'),
      seconds: z.int().min(10).max(7200).default(600),
    })
    .prefault({}),
  session: sessionSchema.optional(),
});

/** Calls and client secrets of the Realtime API. https://developers.openai.com/api/docs/guides/realtime-sip */
export const realtimeRest: FastifyPluginCallback<RealtimeRestOptions> = (app, options, done) => {
  const { calls, secrets, clock, faults } = options;
  type OneCall = { Params: { id: string } };

  /** @throws OpenAiError 404, as late as OpenAI says so */
  const act = async (id: string, action: (call: SipCall) => void): Promise<SipCall> => {
    try {
      const call = calls.find(id);
      action(call);
      return call;
    } catch (error) {
      const { notFoundDelayMs } = faults();
      if (error instanceof OpenAiError && error.code === NO_SUCH_CALL && notFoundDelayMs > 0) {
        await new Promise<void>((resolve) => void clock.after(notFoundDelayMs, resolve));
      }
      throw error;
    }
  };

  app.post<OneCall>('/calls/:id/accept', async (request, reply) => {
    const { session } = parseRequest(acceptSchema, { session: request.body ?? undefined });
    checkSession(session, 'session');
    if (faults().refusesSipTuning) refuseSipTuning(session, 'session');
    const call = await act(request.params.id, (ringing) => ringing.accept(session));
    if (!call.losesReply) return reply.code(200).send();
    reply.raw.destroy();
    return reply.hijack();
  });
  app.post<OneCall>('/calls/:id/reject', async (request, reply) => {
    const { status_code: statusCode } = parseRequest(rejectSchema, request.body ?? {});
    await act(request.params.id, (call) => call.reject(statusCode));
    return reply.code(200).send();
  });
  app.post<OneCall>('/calls/:id/refer', async (request, reply) => {
    const { target_uri: targetUri } = parseRequest(referSchema, request.body);
    if (!/^(tel:\+[1-9]\d{3,14}|sips?:[^\s@]+@[^\s@]+)$/.test(targetUri)) {
      throw OpenAiError.invalid(
        `Invalid 'target_uri': '${targetUri}'.`,
        'target_uri',
        'invalid_value',
      );
    }
    await act(request.params.id, (call) => call.refer(targetUri));
    return reply.code(200).send();
  });
  app.post<OneCall>('/calls/:id/hangup', async (request, reply) => {
    const current = faults();
    if (current.failHangUps > 0) {
      current.failHangUps--;
      throw new OpenAiError(503, 'The server is overloaded or not ready yet.');
    }
    await act(request.params.id, (call) => call.hangUp());
    return reply.code(200).send();
  });

  app.post('/client_secrets', (request) => {
    const { expires_after: expires, session } = parseRequest(
      clientSecretSchema,
      request.body ?? {},
    );
    const wanted: RealtimeSession = session ?? { type: 'realtime' };
    checkSession(wanted, 'session');
    const value = `ek_${hex(16)}`;
    const expiresAt = Math.floor(clock.now() / 1000) + expires.seconds;
    secrets.add(value, { session: wanted, expiresAtMs: expiresAt * 1000 });
    return {
      value,
      expires_at: expiresAt,
      session: {
        ...wanted,
        object: 'realtime.session',
        id: `sess_${hex(12)}`,
        model: wanted.model ?? REALTIME_MODELS[0],
        expires_at: 0,
      },
    };
  });
  done();
};
