import { z } from 'zod';
import { OpenAiError } from '../openai-error.ts';
import { newId, type ContentPart, type Item } from './items.ts';

/** Of an item or of a call: the real service says so of both (`string_above_max_length`). */
const id = z
  .string()
  .min(1)
  .max(32)
  .regex(/^[\w-]+$/, "string does not match pattern. Expected '^[a-zA-Z0-9_-]+$'");
const common = {
  id: id.optional(),
  object: z.literal('realtime.item').optional(),
  status: z.enum(['completed', 'incomplete', 'in_progress']).optional(),
};
const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string() });

const message = z.discriminatedUnion('role', [
  z.strictObject({
    ...common,
    type: z.literal('message'),
    role: z.literal('system'),
    content: z.array(inputText).min(1),
  }),
  z.strictObject({
    ...common,
    type: z.literal('message'),
    role: z.literal('user'),
    content: z
      .array(
        z.discriminatedUnion('type', [
          inputText,
          z.strictObject({
            type: z.literal('input_audio'),
            audio: z.base64().min(1),
            transcript: z.string().optional(),
          }),
          z.strictObject({
            type: z.literal('input_image'),
            image_url: z.string().regex(/^data:image\/(png|jpeg);base64,/),
            detail: z.enum(['auto', 'low', 'high']).optional(),
          }),
        ]),
      )
      .min(1),
  }),
  z.strictObject({
    ...common,
    type: z.literal('message'),
    role: z.literal('assistant'),
    // Audio of the assistant cannot be put back: text is asked for whatever the type.
    content: z
      .array(
        z.strictObject({
          type: z.enum(['output_text', 'output_audio']),
          text: z.string(),
          audio: z.string().nullish(),
          transcript: z.string().nullish(),
        }),
      )
      .min(1),
  }),
]);

export const itemSchema = z.discriminatedUnion('type', [
  message,
  z.strictObject({
    ...common,
    type: z.literal('function_call'),
    name: z.string().min(1),
    call_id: id.optional(),
    arguments: z.string(),
  }),
  z.strictObject({
    ...common,
    type: z.literal('function_call_output'),
    call_id: id,
    output: z.string(),
  }),
]);

type WireItem = z.output<typeof itemSchema>;
type WirePart = Extract<WireItem, { type: 'message' }>['content'][number];

/**
 * @param hear what there is to hear in audio that came with an item, and how long it is
 * @throws OpenAiError
 */
export function itemFromWire(
  wire: WireItem,
  hear: (audio: Buffer) => { readonly words: string; readonly durationMs: number },
): Item {
  const itemId = wire.id ?? newId('item');
  if (wire.type === 'function_call') {
    const { name, arguments: args, call_id: call = newId('call') } = wire;
    return {
      type: wire.type,
      id: itemId,
      status: 'completed',
      name,
      callId: call,
      arguments: args,
    };
  }
  if (wire.type === 'function_call_output') {
    const { call_id: call, output } = wire;
    return { type: wire.type, id: itemId, status: 'completed', callId: call, output };
  }
  const words: string[] = [];
  let audioMs = 0;
  const parts: readonly WirePart[] = wire.content;
  const content = parts.map((part): ContentPart => {
    if (part.type === 'input_audio') {
      const audio = Buffer.from(part.audio, 'base64');
      const heard = hear(audio);
      audioMs += heard.durationMs;
      words.push(heard.words);
      return { type: 'input_audio', transcript: part.transcript ?? null, audio };
    }
    if (part.type === 'input_image') {
      throw OpenAiError.invalid('The simulator sees no images.', 'item.content', 'not_imitated');
    }
    words.push(part.text);
    return { type: part.type === 'input_text' ? 'input_text' : 'output_text', text: part.text };
  });
  const { role } = wire;
  return {
    type: 'message',
    id: itemId,
    role,
    status: 'completed',
    content,
    audioMs,
    words: words.join(' ').trim(),
  };
}
