import { z } from 'zod';
import { voiceSchema } from '../tenants/schema.ts';

/** Google's limit of one request. */
const maxTextBytes = 5000;
/** What the cache keeps. */
const maxKeptLength = 1000;

const text = z.string().refine((value) => value.trim() !== '', { message: 'must not be empty' });
const tenant = z.string().min(1).max(64).optional();

const voice = voiceSchema.extend({ speakingRate: z.number().min(0.25).max(2).exactOptional() });

/** What `POST /v1/phrases/audio` takes. */
export const phraseAudioInputSchema = z.strictObject({
  text: text.refine((value) => Buffer.byteLength(value) <= maxTextBytes, {
    message: `must be at most ${String(maxTextBytes)} bytes of UTF-8`,
  }),
  voice,
  tenant,
});
export type PhraseAudioInput = z.infer<typeof phraseAudioInputSchema>;

export const phraseAudioSchema = z.object({
  /** Headerless G.711 µ-law, base64. */
  audio: z.string(),
  encoding: z.literal('audio/x-mulaw'),
  sampleRateHz: z.literal(8000),
  cached: z.boolean(),
  durationMs: z.int(),
  characters: z.int(),
});
export type PhraseAudio = z.infer<typeof phraseAudioSchema>;

/** What `POST /v1/phrases/warmings` takes. */
export const warmingInputSchema = z.strictObject({
  phrases: z
    .array(
      z.strictObject({
        text: text.max(maxKeptLength, `must be at most ${String(maxKeptLength)} characters`),
        voice,
      }),
    )
    .min(1)
    .max(1000),
  tenant,
});
export type WarmingInput = z.infer<typeof warmingInputSchema>;

export const warmingSchema = z.object({
  id: z.uuid(),
  status: z.enum(['running', 'completed', 'failed']),
  total: z.int(),
  done: z.int(),
  synthesized: z.int(),
  alreadyCached: z.int(),
  failed: z.int(),
  errors: z.array(z.object({ index: z.int(), code: z.string(), message: z.string() })),
});
export type Warming = z.infer<typeof warmingSchema>;

export const phraseStatisticsSchema = z.object({
  entries: z.int(),
  sizeBytes: z.int(),
  hits: z.int(),
  misses: z.int(),
  /** 0 to 1; null before the first request */
  hitRate: z.number().nullable(),
});
export type PhraseStatistics = z.infer<typeof phraseStatisticsSchema>;

export const phraseSchema = z.object({
  text: z.string(),
  voice,
  sizeBytes: z.int(),
  durationMs: z.int(),
  hits: z.int(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
});
export type Phrase = z.infer<typeof phraseSchema>;

/** What `DELETE /v1/phrases` takes. */
export const phraseRemovalSchema = z.strictObject({
  tenant,
  text: text.exactOptional(),
  voice: z
    .strictObject({
      name: z.string().min(1).max(100).exactOptional(),
      languageCode: z.string().min(1).max(35).exactOptional(),
      speakingRate: z.number().min(0.25).max(2).exactOptional(),
    })
    .exactOptional(),
});
export type PhraseRemoval = z.infer<typeof phraseRemovalSchema>;
