import { z } from 'zod';
import type { RealtimePreferences } from '../../call/ports.ts';

export const realtimeModels = [
  'gpt-realtime-2.1',
  'gpt-realtime-2.1-mini',
  'gpt-realtime-2',
  'gpt-realtime-1.5',
] as const;

/** Names, with or without a date, that OpenAI has shut down or shuts down on 2027-01-20. */
const retired = /^gpt-(?:realtime|4o(?:-mini)?-realtime-preview)(-mini)?(?:-\d{4}-\d{2}-\d{2})?$/;

/** What takes the place of a retired model; undefined for one that is not retired. */
function successorOf(model: string): (typeof realtimeModels)[number] | undefined {
  if (!retired.test(model)) return undefined;
  return model.includes('-mini') ? 'gpt-realtime-2.1-mini' : 'gpt-realtime-2.1';
}

const modelSchema = z
  .string()
  .max(100)
  .superRefine((model, context) => {
    if ((realtimeModels as readonly string[]).includes(model)) return;
    const successor = successorOf(model);
    context.addIssue({
      code: 'custom',
      message:
        successor === undefined
          ? `must be one of ${realtimeModels.join(', ')}`
          : `is retired by OpenAI: use ${successor} instead`,
    });
  });

const turnDetectionSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).exactOptional(),
  }),
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).exactOptional(),
    prefixPaddingMs: z.int().min(0).max(5000).exactOptional(),
    silenceDurationMs: z.int().min(50).max(10_000).exactOptional(),
  }),
]);

/** What a tenant sets for speech to speech. */
export const realtimeSchema = z.strictObject({
  model: modelSchema.exactOptional(),
  voice: z
    .enum(['alloy', 'ash', 'ballad', 'cedar', 'coral', 'echo', 'marin', 'sage', 'shimmer', 'verse'])
    .exactOptional(),
  speed: z.number().min(0.25).max(1.5).exactOptional(),
  turnDetection: turnDetectionSchema.exactOptional(),
  noiseReduction: z.enum(['near_field', 'far_field']).nullable().exactOptional(),
  transcriptionModel: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,99}$/, 'must be the name of a model')
    .exactOptional(),
  reasoningEffort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).exactOptional(),
}) satisfies z.ZodType<RealtimePreferences>;

/** A retired model that was stored before it was retired must not make its tenant unreadable. */
export const storedRealtimeSchema = realtimeSchema.extend({
  model: z.string().exactOptional(),
  voice: z.string().exactOptional(),
});

const maxBudgetMicroUsd = 1_000_000_000_000_000;

/** What the calls of a month may cost. */
export const budgetSchema = z.strictObject({
  monthlyMicroUsd: z.int().min(1).max(maxBudgetMicroUsd),
  warnAtPercent: z.int().min(1).max(100).default(80),
});
export type Budget = z.infer<typeof budgetSchema>;
