import { randomBytes } from 'node:crypto';
import type { FastifyPluginCallback } from 'fastify';
import { z } from 'zod';
import { OpenAiError } from '../openai-error.ts';
import { parseRequest } from '../parse.ts';
import {
  checkSession,
  REALTIME_MODELS,
  sessionSchema,
  type RealtimeSession,
} from './session-schema.ts';
import type { ClientSecrets } from './client-secrets.ts';
import type { SipCalls } from './sip-calls.ts';

export interface RealtimeRestOptions {
  readonly calls: SipCalls;
  readonly secrets: ClientSecrets;
  readonly now: () => number;
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

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
  const { calls, secrets, now } = options;
  type OneCall = { Params: { id: string } };

  app.post<OneCall>('/calls/:id/accept', (request, reply) => {
    const session = parseRequest(sessionSchema, request.body);
    checkSession(session, '');
    refuseWhatSipNegotiates(session);
    const call = calls.find(request.params.id);
    call.accept(session);
    if (!call.losesReply) return reply.code(200).send();
    reply.raw.destroy();
    return reply.hijack();
  });
  app.post<OneCall>('/calls/:id/reject', (request, reply) => {
    const { status_code: statusCode } = parseRequest(rejectSchema, request.body ?? {});
    calls.find(request.params.id).reject(statusCode);
    return reply.code(200).send();
  });
  app.post<OneCall>('/calls/:id/refer', (request, reply) => {
    const { target_uri: targetUri } = parseRequest(referSchema, request.body);
    if (!/^(tel:\+[1-9]\d{3,14}|sips?:[^\s@]+@[^\s@]+)$/.test(targetUri)) {
      throw OpenAiError.invalid(
        `Invalid 'target_uri': '${targetUri}'.`,
        'target_uri',
        'invalid_value',
      );
    }
    calls.find(request.params.id).refer(targetUri);
    return reply.code(200).send();
  });
  app.post<OneCall>('/calls/:id/hangup', (request, reply) => {
    calls.find(request.params.id).hangUp();
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
    const expiresAt = Math.floor(now() / 1000) + expires.seconds;
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

/** Accepting a SIP call refuses the tuning of server_vad (openai-agents-js, openaiRealtimeSip.ts). */
function refuseWhatSipNegotiates(session: RealtimeSession): void {
  const detection = session.audio?.input?.turn_detection;
  if (detection?.type !== 'server_vad') return;
  for (const name of ['threshold', 'prefix_padding_ms', 'silence_duration_ms'] as const) {
    if (detection[name] === undefined) continue;
    const param = `audio.input.turn_detection.${name}`;
    throw OpenAiError.invalid(`Unknown parameter: '${param}'.`, param, 'unknown_parameter');
  }
}
