import { z } from 'zod';
import { ReplyScript, type ScriptStep } from '../scripted-replies/reply-script.ts';

const replySchema = z.union([
  z.string(),
  z.strictObject({ refusal: z.string().min(1) }),
  z.strictObject({
    text: z.string().default(''),
    incomplete: z.enum(['max_output_tokens', 'content_filter']),
  }),
  z.strictObject({
    error: z.strictObject({
      status: z.number().int().min(400).max(599),
      message: z.string().default('The server had an error while processing your request.'),
      type: z.string().optional(),
      code: z.string().optional(),
      retryAfterMs: z.number().nonnegative().optional(),
    }),
  }),
]);

export type OpenAiScriptStep = ScriptStep<typeof replySchema>;
export type OpenAiScriptReply = z.output<typeof replySchema>;

/** What OpenAI is to answer to the last input of the user. */
export class OpenAiScript extends ReplyScript<typeof replySchema> {
  constructor() {
    super(replySchema);
  }
}
