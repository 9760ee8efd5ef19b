import { z } from 'zod';
import { ReplyScript, type ScriptStep } from '../scripted-replies/reply-script.ts';

const errorStatus = z.union([
  z.literal(400),
  z.literal(403),
  z.literal(404),
  z.literal(429),
  z.literal(500),
  z.literal(503),
  z.literal(504),
]);

const toolCall = z.strictObject({
  name: z.string().min(1),
  args: z.record(z.string(), z.unknown()).default({}),
});

/** Reasons for which an answer ends early (`FinishReason` of the API, without those of images). */
const endings = z.enum([
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
  'MALFORMED_RESPONSE',
  'OTHER',
]);

/** Reasons for which a prompt is not even read (`BlockReason`). */
const blocks = z.enum(['SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'JAILBREAK']);

const replySchema = z.union([
  z.string().min(1),
  z.strictObject({ text: z.string().default(''), finishReason: endings }),
  z.strictObject({ blockReason: blocks }),
  /** Ends at once, as if all was said. */
  z.strictObject({ empty: z.literal(true) }),
  z.strictObject({ text: z.string().min(1).optional(), toolCall }),
  z.strictObject({ text: z.string().min(1).optional(), toolCalls: z.array(toolCall).min(1) }),
  z.strictObject({
    error: z.strictObject({ status: errorStatus, message: z.string().optional() }),
  }),
]);

export type GeminiScriptStep = ScriptStep<typeof replySchema>;
export type GeminiScriptReply = z.output<typeof replySchema>;

/** What Gemini is to answer to what the caller said last or, after a tool call, to the JSON of its result. */
export class GeminiScript extends ReplyScript<typeof replySchema> {
  constructor() {
    super(replySchema);
  }
}
