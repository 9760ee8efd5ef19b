import { z } from 'zod';
import { ReplyScript, type ScriptStep } from '../../scripted-replies/reply-script.ts';

const call = z.strictObject({
  name: z.string().min(1),
  /** A string goes out as it is, so that it may be no JSON. */
  arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).default({}),
});

const replySchema = z.union([
  z.string().min(1),
  z.strictObject({ text: z.string().default(''), calls: z.array(call).min(1) }),
  z.strictObject({
    text: z.string().default(''),
    incomplete: z.enum(['max_output_tokens', 'content_filter']),
  }),
  z.strictObject({
    error: z.strictObject({
      type: z.string().default('server_error'),
      code: z.string().default('server_error'),
      message: z.string().default('The server had an error while processing your request.'),
    }),
  }),
]);

export type RealtimeScriptStep = ScriptStep<typeof replySchema>;
export type RealtimeScriptReply = z.output<typeof replySchema>;

/** What the realtime model is to say or call: in answer to the last words of the user, after a function call to its
 * output, and where nobody has spoken yet to the instructions of the response. */
export class RealtimeScript extends ReplyScript<typeof replySchema> {
  constructor() {
    super(replySchema);
  }
}
