import { z } from 'zod';

/** A string is a regular expression without regard to case. */
const matchSchema = z.union([
  z.instanceof(RegExp),
  z.string().transform((source, context) => {
    try {
      return new RegExp(source, 'iu');
    } catch {
      context.addIssue({ code: 'custom', message: 'is no regular expression' });
      return z.NEVER;
    }
  }),
]);

/** One reply that a test wants of a model, and to what. */
export interface ScriptStep<Reply extends z.ZodType> {
  /** Tested on what the model answers to; each model's script says what that is. Absent: whatever comes. */
  readonly match?: RegExp | string | undefined;
  readonly reply: z.input<Reply>;
  /** @defaultValue 1 */
  readonly times?: number | undefined;
}

interface PendingStep<Reply extends z.ZodType> {
  readonly match?: RegExp | undefined;
  readonly reply: z.output<Reply>;
  left: number;
}

/** What a test wants a model to answer. Each step is used up; then the stand-in answers by itself. */
export class ReplyScript<Reply extends z.ZodType> {
  readonly #replySchema: Reply;
  #steps: PendingStep<Reply>[] = [];

  constructor(replySchema: Reply) {
    this.#replySchema = replySchema;
  }

  /**
   * Replaces what was left of the script before.
   * @throws z.ZodError
   */
  set(steps: readonly ScriptStep<Reply>[]): void {
    const stepSchema = z.strictObject({
      match: matchSchema.optional(),
      reply: this.#replySchema,
      times: z.number().int().positive().default(1),
    });
    // The type of an object schema over a type parameter does not resolve by itself.
    const parsed = z.array(stepSchema).parse(steps) as {
      match?: RegExp | undefined;
      reply: z.output<Reply>;
      times: number;
    }[];
    this.#steps = parsed.map(({ match, reply, times }) => ({ match, reply, left: times }));
  }

  /** Steps that nothing has matched yet. */
  get remaining(): number {
    return this.#steps.reduce((sum, step) => sum + step.left, 0);
  }

  /** The reply of the first step that fits, which is used up by it. */
  take(subject: string): z.output<Reply> | undefined {
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
