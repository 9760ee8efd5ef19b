import { z } from 'zod';

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

/** Reasons for which an answer ends early (`FinishReason` of the API). */
const endings = z.enum([
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'OTHER',
]);

/** Reasons for which a prompt is not even read (`BlockReason`). */
const blocks = z.enum(['SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'JAILBREAK']);

const replySchema = z.union([
  z.string().min(1),
  z.strictObject({ text: z.string().default(''), finishReason: endings }),
  z.strictObject({ blockReason: blocks }),
  z.strictObject({ text: z.string().min(1).optional(), toolCall }),
  z.strictObject({ text: z.string().min(1).optional(), toolCalls: z.array(toolCall).min(1) }),
  z.strictObject({
    error: z.strictObject({ status: errorStatus, message: z.string().optional() }),
  }),
]);

const stepSchema = z.strictObject({
  /**
   * Tested on what the caller said last; after a tool call, on the JSON of its result. A string is
   * a regular expression without regard to case. Absent: whatever comes.
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

export type GeminiScriptStep = z.input<typeof stepSchema>;
export type GeminiScriptReply = z.infer<typeof replySchema>;

/** What a test wants Gemini to answer. Each step is used up; then the stand-in answers by itself. */
export class GeminiScript {
  #steps: (z.infer<typeof stepSchema> & { left: number })[] = [];

  /**
   * Replaces what was left of the script before.
   * @throws z.ZodError
   */
  set(steps: readonly GeminiScriptStep[]): void {
    this.#steps = z
      .array(stepSchema)
      .parse(steps)
      .map((step) => ({ ...step, left: step.times }));
  }

  /** Steps that nothing has matched yet. */
  get remaining(): number {
    return this.#steps.reduce((sum, step) => sum + step.left, 0);
  }

  /** The reply of the first step that fits, which is used up by it. */
  take(subject: string): GeminiScriptReply | undefined {
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
