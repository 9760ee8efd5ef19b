import { z } from 'zod';
import { apiErrorSchema } from './errors.ts';

/**
 * Server events that we read, after openai 7.55; the two that come all the time (audio and words of
 * the agent) are read by hand instead.
 * https://developers.openai.com/api/reference/resources/realtime/server-events
 */
const id = z.string().min(1);
const count = z.number().nonnegative();
const tokens = count.optional();
const item = z.object({ item_id: id });

const functionCall = z.object({
  type: z.literal('function_call'),
  id,
  call_id: id,
  name: z.string(),
  arguments: z.string(),
  status: z.string().optional(),
});

/** Of a turn or of something that we do not read. */
const otherItem = z.object({ type: z.string() });

const outputItem = z.union([functionCall, otherItem]);

const usage = z.object({
  input_token_details: z
    .object({
      text_tokens: tokens,
      audio_tokens: tokens,
      cached_tokens: tokens,
      cached_tokens_details: z.object({ text_tokens: tokens, audio_tokens: tokens }).nullish(),
    })
    .nullish(),
  output_token_details: z.object({ text_tokens: tokens, audio_tokens: tokens }).nullish(),
});

const transcriptionUsage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('duration'), seconds: count }),
  z.object({
    type: z.literal('tokens'),
    input_tokens: tokens,
    output_tokens: tokens,
    input_token_details: z.object({ text_tokens: tokens, audio_tokens: tokens }).nullish(),
  }),
]);

/** Only its id is indispensable: a response that never ends would keep all others from beginning. */
const response = z.object({
  id,
  status: z.string().optional().catch(undefined),
  status_details: z
    .object({ reason: z.string().nullish(), error: apiErrorSchema.nullish() })
    .nullish()
    .catch(null),
  metadata: z.record(z.string(), z.string()).nullish().catch(null),
  output: z.array(outputItem).optional().catch(undefined),
  usage: usage.nullish().catch(null),
});

const playback = z.object({ response_id: id });

export const eventSchemas = {
  'session.updated': z.object({}),
  error: z.object({ error: apiErrorSchema }),
  'rate_limits.updated': z.object({
    rate_limits: z.array(
      z.object({ name: z.string(), limit: count, remaining: count, reset_seconds: count }),
    ),
  }),
  'input_audio_buffer.speech_started': item.extend({ audio_start_ms: count }),
  'input_audio_buffer.speech_stopped': item.extend({ audio_end_ms: count }),
  'input_audio_buffer.committed': item.extend({ previous_item_id: z.string().nullish() }),
  'input_audio_buffer.dtmf_event_received': z.object({ event: z.string().regex(/^[0-9*#A-D]$/) }),
  'conversation.item.input_audio_transcription.delta': item.extend({
    delta: z.string().optional(),
  }),
  'conversation.item.input_audio_transcription.completed': item.extend({
    transcript: z.string(),
    // What a transcript cost must not keep its words from us.
    usage: transcriptionUsage.optional().catch(undefined),
  }),
  'conversation.item.input_audio_transcription.failed': item,
  'conversation.item.truncated': item.extend({ audio_end_ms: count }),
  'response.created': z.object({ response }),
  'response.output_audio.done': item.extend({ response_id: id }),
  'response.output_item.done': z.object({ response_id: id, item: outputItem }),
  'response.done': z.object({ response }),
  'output_audio_buffer.started': playback,
  'output_audio_buffer.stopped': playback,
  'output_audio_buffer.cleared': playback,
} as const;

export type EventType = keyof typeof eventSchemas;
export type Events = { [T in EventType]: z.output<(typeof eventSchemas)[T]> };
export type WireResponse = Events['response.done']['response'];
export type WireUsage = z.output<typeof usage>;
export type WireTranscriptionUsage = z.output<typeof transcriptionUsage>;
export type WireFunctionCall = z.output<typeof functionCall>;

export function isRead(type: string): type is EventType {
  return Object.hasOwn(eventSchemas, type);
}

/** What others tell as well, or what nobody here needs to know. */
export const ignoredEvents: ReadonlySet<string> = new Set([
  'session.created',
  'conversation.created',
  'conversation.item.created',
  'conversation.item.added',
  'conversation.item.done',
  'conversation.item.deleted',
  'conversation.item.retrieved',
  'conversation.item.input_audio_transcription.segment',
  'input_audio_buffer.cleared',
  'input_audio_buffer.timeout_triggered',
  'response.output_item.added',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_audio_transcript.done',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
]);
