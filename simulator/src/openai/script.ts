import { z } from 'zod';

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

const stepSchema = z.strictObject({
  /** Tested on the last input of the user, without regard to case. Absent: whatever comes. */
  match: z
    .string()
    .transform((source, context) => {
      try {
        return new RegExp(source, 'iu');
      } catch {
        context.addIssue({ code: 'custom', message: 'is no regular expression' });
        return z.NEVER;
      }
    })
    .optional(),
  reply: replySchema,
  /** @defaultValue 1 */
  times: z.number().int().positive().default(1),
});

export type OpenAiScriptStep = z.input<typeof stepSchema>;
export type OpenAiScriptReply = z.infer<typeof replySchema>;

/** What a test wants OpenAI to answer. Each step is used up; then the stand-in answers by itself. */
export class OpenAiScript {
  #steps: (z.infer<typeof stepSchema> & { left: number })[] = [];

  /**
   * Replaces what was left of the script before.
   * @throws z.ZodError
   */
  set(steps: readonly OpenAiScriptStep[]): void {
    this.#steps = z
      .array(stepSchema)
      .parse(steps)
      .map((step) => ({ ...step, left: step.times }));
  }

  /** The reply of the first step that fits, which is used up by it. */
  take(subject: string): OpenAiScriptReply | undefined {
    const step = this.#steps.find(({ match }) => match === undefined || match.test(subject));
    if (!step) return undefined;
    step.left--;
    if (step.left === 0) this.#steps = this.#steps.filter((each) => each !== step);
    return step.reply;
  }
}
