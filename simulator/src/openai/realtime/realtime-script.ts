import { z } from 'zod';

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

const stepSchema = z.strictObject({
  /**
   * Tested on the last words of the user; after a function call on its output; where nobody has
   * spoken yet, on the instructions of the response. A string is a regular expression without
   * regard to case. Absent: whatever comes.
   */
  match: z
    .union([
      z.instanceof(RegExp),
      z.string().transform((source, context) => {
        try {
          return new RegExp(source, 'iu');
        } catch {
          context.addIssue({ code: 'custom', message: 'is no regular expression' });
          return z.NEVER;
        }
      }),
    ])
    .optional(),
  reply: replySchema,
  /** @defaultValue 1 */
  times: z.number().int().positive().default(1),
});

export type RealtimeScriptStep = z.input<typeof stepSchema>;
export type RealtimeScriptReply = z.infer<typeof replySchema>;

/** What a test wants the model to say or call. Each step is used up; then the stand-in thinks by itself. */
export class RealtimeScript {
  #steps: (z.infer<typeof stepSchema> & { left: number })[] = [];

  /**
   * Replaces what was left of the script before.
   * @throws z.ZodError
   */
  set(steps: readonly RealtimeScriptStep[]): void {
    this.#steps = z
      .array(stepSchema)
      .parse(steps)
      .map((step) => ({ ...step, left: step.times }));
  }

  /** The reply of the first step that fits, which is used up by it. */
  take(subject: string): RealtimeScriptReply | undefined {
    const step = this.#steps.find(({ match }) => {
      if (!match) return true;
      match.lastIndex = 0;
      return match.test(subject);
    });
    if (!step) return undefined;
    step.left--;
    if (step.left === 0) this.#steps = this.#steps.filter((each) => each !== step);
    return step.reply;
  }
}
