import { z } from 'zod';
import { OpenAiError } from '../openai-error.ts';
import { parseRequest } from '../parse.ts';
import { itemSchema } from './item-schema.ts';
import { responseSchema } from './response-settings.ts';
import { sessionSchema } from './session-schema.ts';

const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), event_id: z.string().max(512).optional(), ...shape });

const itemId = { item_id: z.string().min(1) };

/** What a client may send. */
const schemas = {
  'session.update': event('session.update', { session: sessionSchema }),
  'input_audio_buffer.append': event('input_audio_buffer.append', { audio: z.string() }),
  'input_audio_buffer.commit': event('input_audio_buffer.commit', {}),
  'input_audio_buffer.clear': event('input_audio_buffer.clear', {}),
  'conversation.item.create': event('conversation.item.create', {
    item: itemSchema,
    previous_item_id: z.string().nullish(),
  }),
  'conversation.item.retrieve': event('conversation.item.retrieve', itemId),
  'conversation.item.truncate': event('conversation.item.truncate', {
    ...itemId,
    content_index: z.int().min(0),
    audio_end_ms: z.int().min(0),
  }),
  'conversation.item.delete': event('conversation.item.delete', itemId),
  'response.create': event('response.create', { response: responseSchema.optional() }),
  'response.cancel': event('response.cancel', { response_id: z.string().optional() }),
  'output_audio_buffer.clear': event('output_audio_buffer.clear', {}),
} as const;

export type ClientEventType = keyof typeof schemas;
export type ClientEvents = { [T in ClientEventType]: z.output<(typeof schemas)[T]> };
export type ClientEvent = ClientEvents[ClientEventType];

const TYPES = Object.keys(schemas);

/** @throws OpenAiError, worded as the API does */
export function parseClientEvent(json: unknown): ClientEvent {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new OpenAiError(400, 'Invalid event: expected a JSON object.', { code: 'invalid_event' });
  }
  if (isPlainAppend(json)) return json;
  const { type } = json as { type?: unknown };
  if (type === undefined) {
    throw OpenAiError.invalid(
      "Missing required parameter: 'type'.",
      'type',
      'missing_required_parameter',
    );
  }
  if (typeof type !== 'string' || !TYPES.includes(type)) {
    const values = TYPES.map((each) => `'${each}'`).join(', ');
    throw OpenAiError.invalid(
      `Invalid value: '${String(type)}'. Supported values are: ${values}.`,
      'type',
      'invalid_value',
    );
  }
  return parseRequest<ClientEvent>(schemas[type as ClientEventType], json);
}

/** Audio comes 50 times a second and session: its schema, without the detour through zod. */
function isPlainAppend(json: object): json is ClientEvents['input_audio_buffer.append'] {
  const { type, audio, event_id: id, ...rest } = json as Record<string, unknown>;
  if (type !== 'input_audio_buffer.append' || typeof audio !== 'string') return false;
  if (id !== undefined && (typeof id !== 'string' || id.length > 512)) return false;
  return Object.keys(rest).length === 0;
}
