import { z } from 'zod';
import { isKeys } from '../telephone-network/tones.ts';

const ms = z.number().int().min(0).max(3_600_000);

/** Patterns arrive as text over HTTP and as expressions from code. */
const pattern = z
  .union([z.instanceof(RegExp), z.string().min(1).max(500)])
  .transform((value, context) => {
    if (value instanceof RegExp) return value;
    try {
      return new RegExp(value, 'iu');
    } catch {
      context.addIssue({ code: 'custom', message: 'not a regular expression' });
      return z.NEVER;
    }
  });

const text = z.string().min(1).max(5000);

const step = z.discriminatedUnion('do', [
  /** Words that began after the caller's last ones and after the last match; as soon as they are heard. */
  z.strictObject({
    do: z.literal('wait-for-speech'),
    matching: pattern.optional(),
    timeoutMs: ms.default(15_000),
  }),
  /** The other side has spoken since the caller's last words, and has been silent for so long. */
  z.strictObject({ do: z.literal('wait-for-silence'), ms, timeoutMs: ms.default(60_000) }),
  /** The tone before a recording, after the caller's last words; when it is over. */
  z.strictObject({ do: z.literal('wait-for-beep'), timeoutMs: ms.default(15_000) }),
  z.strictObject({ do: z.literal('say'), text, voice: z.string().min(1).optional() }),
  z.strictObject({ do: z.literal('wait'), ms }),
  /** So long after the other side begins to speak, or at once where it has spoken longer already. */
  z.strictObject({
    do: z.literal('interrupt'),
    afterMs: ms,
    text,
    voice: z.string().min(1).optional(),
    timeoutMs: ms.default(15_000),
  }),
  z.strictObject({
    do: z.literal('press'),
    digits: z.string().refine(isKeys, 'keys are 0-9, * and #'),
  }),
  z.strictObject({ do: z.literal('hang-up') }),
  /** Stays on the line until the other side ends the call. */
  z.strictObject({ do: z.literal('wait-for-end'), timeoutMs: ms.default(60_000) }),
]);

export const scriptSchema = z.array(step).max(200);

export type ScriptInput = z.input<typeof scriptSchema>;
export type Script = z.output<typeof scriptSchema>;
export type ScriptStep = Script[number];
