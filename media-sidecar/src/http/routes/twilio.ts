import { parse } from 'node:querystring';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Logger } from '../../kernel/logger.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { DialEnd, StreamEnd } from '../after-stream.ts';
import type { Form } from '../app-type.ts';
import { httpErrors } from '../http-errors.ts';

export interface TwilioParts {
  /** Origin as Twilio sees it. */
  readonly publicUrl: string;
  /** Whether a signature fits a URL and the parameters of the form. */
  readonly verifySignature: (
    signature: string | readonly string[] | undefined,
    url: string,
    form: Form,
  ) => boolean;
  /** TwiML of what follows when the stream of a call has ended. */
  readonly afterStream: (end: StreamEnd) => Promise<string>;
  /** TwiML for the person who takes a call over; its SID is that of the caller's call. */
  readonly whisper: (callSid: string) => Promise<string>;
  /** TwiML of what follows when a dial has ended. */
  readonly dialEnded: (end: DialEnd) => Promise<string>;
  /** TwiML that ends the call. */
  readonly hangUp: () => string;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const maxFormBytes = 65_536;

/** Only what is read; Twilio adds parameters without notice. */
const streamEndedSchema = z.object({
  CallSid: z.string().min(1).max(64),
  To: z.string().max(64).optional(),
  RecordingUrl: z.string().optional(),
  /** Of a dial, which over SIP leads to the model. */
  DialCallStatus: z.string().max(64).optional(),
});
const dialEndedSchema = streamEndedSchema.extend({
  DialBridged: z.enum(['true', 'false']).optional().catch(undefined),
});
const whisperSchema = z.object({ call: z.string().min(1).max(64) });
const streamStatusSchema = z.object({
  StreamEvent: z.string().max(64).optional(),
  StreamError: z.string().max(500).optional(),
  CallSid: z.string().max(64).optional(),
});

/** What Twilio asks the sidecar. Its signature stands in for a key. */
export function registerTwilioRoutes(app: FastifyInstance, parts: TwilioParts): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: maxFormBytes },
    (_request, body, done) => {
      done(null, parse(body as string));
    },
  );
  app.decorateRequest('form');
  // Before anything is made of the body.
  app.addHook('preValidation', async (request) => {
    // Its prototype is null, as querystring makes it.
    const form = { ...((request.body ?? {}) as Form) };
    const signature = request.headers['x-twilio-signature'];
    if (!parts.verifySignature(signature, `${parts.publicUrl}${request.url}`, form)) {
      parts.metrics.count('callbacks_refused', { reason: 'signature' });
      throw httpErrors.badSignature();
    }
    request.form = form;
  });

  const options = { config: { access: 'twilio' }, schema: { hide: true } } as const;

  app.post('/twilio/stream-ended', options, async (request, reply) => {
    const form = read(streamEndedSchema, request.form);
    const { CallSid: callSid, To: to } = form;
    const twiml = hasMessage(form) ? parts.hangUp() : await parts.afterStream({ callSid, to });
    return reply.type('text/xml').send(twiml);
  });

  app.post('/twilio/whisper', options, async (request, reply) => {
    const { call } = read(whisperSchema, request.query);
    return reply.type('text/xml').send(await parts.whisper(call));
  });

  app.post('/twilio/dial-ended', options, async (request, reply) => {
    const form = read(dialEndedSchema, request.form);
    const { CallSid: callSid, To: to, DialCallStatus: status } = form;
    const twiml = hasMessage(form)
      ? parts.hangUp()
      : await parts.dialEnded({ callSid, to, bridged: wereJoined(status, form.DialBridged) });
    return reply.type('text/xml').send(twiml);
  });

  app.post('/twilio/stream-status', options, async (request, reply) => {
    const {
      StreamEvent: event,
      StreamError: error,
      CallSid: callSid,
    } = read(streamStatusSchema, request.form);
    if (event === 'stream-error') {
      parts.metrics.count('media_protocol_errors', { kind: 'reported-by-twilio' });
      parts.logger.warn({ callSid, reason: error }, 'Twilio reports an error of a stream');
    }
    return reply.status(204).send();
  });
  return Promise.resolve();
}

/**
 * Twilio comes back with a message to where the verbs came from that took it. A dial that was recorded
 * has a recording too.
 */
function hasMessage(form: z.infer<typeof streamEndedSchema>): boolean {
  return Boolean(form.RecordingUrl) && form.DialCallStatus === undefined;
}

/** Somebody who hangs up during the whisper has answered, but talked to nobody. */
function wereJoined(status: string | undefined, bridged: 'true' | 'false' | undefined): boolean {
  if (bridged !== undefined) return bridged === 'true';
  return status === 'completed' || status === 'answered';
}

function read<T>(schema: z.ZodType<T>, form: unknown): T {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw httpErrors.invalid(issue?.message ?? 'is invalid', issue?.path.join('.'));
}
