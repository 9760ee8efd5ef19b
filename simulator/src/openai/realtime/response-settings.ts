import { z } from 'zod';
import { itemSchema } from './item-schema.ts';
import { checkSession, sessionSchema } from './session-schema.ts';
import type { Settings, Tool, ToolChoice } from './settings.ts';

const session = sessionSchema.shape;
const output = session.audio.unwrap().shape.output.unwrap().shape;

/** `response` of `response.create`. */
export const responseSchema = z.strictObject({
  conversation: z.enum(['auto', 'none']).optional(),
  input: z
    .array(
      z.union([
        itemSchema,
        z.strictObject({ type: z.literal('item_reference'), id: z.string().min(1) }),
      ]),
    )
    .optional(),
  instructions: z.string().optional(),
  max_output_tokens: session.max_output_tokens,
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine((value) => Object.keys(value).length <= 16, 'has at most 16 pairs')
    .nullish(),
  output_modalities: session.output_modalities,
  audio: z
    .strictObject({
      output: z.strictObject({ format: output.format, voice: output.voice }).optional(),
    })
    .optional(),
  parallel_tool_calls: session.parallel_tool_calls,
  reasoning: session.reasoning,
  tool_choice: session.tool_choice,
  tools: session.tools,
});

export type ResponseRequest = z.output<typeof responseSchema>;

/** What holds for one response: the session's settings, or its own in their place. */
export interface ResponseSettings {
  readonly instructions: string;
  readonly ownInstructions: string | undefined;
  readonly modality: 'text' | 'audio';
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly maxOutputTokens: number | 'inf';
  readonly format: Settings['output']['format'];
  readonly voice: Settings['output']['voice'];
  readonly speed: number;
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** @throws OpenAiError for what the model does not do */
export function responseSettings(request: ResponseRequest, settings: Settings): ResponseSettings {
  const { instructions, reasoning, parallel_tool_calls: parallel, tools } = request;
  checkSession(
    {
      type: 'realtime',
      model: settings.model,
      ...(instructions === undefined ? {} : { instructions }),
      ...(reasoning === undefined ? {} : { reasoning }),
      ...(parallel === undefined ? {} : { parallel_tool_calls: parallel }),
      ...(tools === undefined ? {} : { tools }),
    },
    'response',
  );
  return {
    instructions: instructions ?? settings.instructions,
    ownInstructions: instructions,
    modality: request.output_modalities?.[0] ?? settings.outputModality,
    tools: request.tools ?? settings.tools,
    toolChoice: request.tool_choice ?? settings.toolChoice,
    maxOutputTokens: request.max_output_tokens ?? settings.maxOutputTokens,
    format: request.audio?.output?.format ?? settings.output.format,
    voice: request.audio?.output?.voice ?? settings.output.voice,
    speed: settings.output.speed,
    metadata: request.metadata ?? null,
  };
}
