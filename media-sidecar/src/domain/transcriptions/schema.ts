import { z } from 'zod';
import { phoneNumberSchema } from '../phone-numbers/schema.ts';
import { callSidSchema, tenantNameSchema } from '../sessions/schema.ts';
import { languageSchema, tenantReferenceSchema } from '../tenants/schema.ts';

const wantedTrackSchema = z.enum(['inbound', 'outbound', 'both']);
const trackSchema = z.enum(['inbound', 'outbound']);

const metadataSchema = z
  .record(z.string().min(1).max(64), z.string().max(2000))
  .refine((metadata) => Object.keys(metadata).length <= 50, {
    message: 'must be at most 50 names',
  });

/** What `POST /v1/transcriptions` takes. */
export const transcriptionRequestSchema = z.strictObject({
  callSid: callSidSchema,
  calledNumber: phoneNumberSchema.optional(),
  tenant: tenantNameSchema.optional(),
  language: languageSchema.optional(),
  track: wantedTrackSchema.default('both'),
  /** Google takes 5000 phrases of 100 characters; a call has no use for more than these. */
  phrases: z.array(z.string().trim().min(1).max(100)).max(500).default([]),
  /** Twilio sends a word instead of a number that is withheld. */
  from: z.string().max(64).optional(),
  to: z.string().max(64).optional(),
  metadata: metadataSchema.default({}),
});
export type TranscriptionRequest = z.infer<typeof transcriptionRequestSchema>;

/** `track` is a value of Twilio's attribute of that name. */
export const transcriptionTicketSchema = z.object({
  transcriptionId: z.uuid(),
  streamUrl: z.string(),
  token: z.string(),
  streamStatusUrl: z.string(),
  track: z.enum(['inbound_track', 'outbound_track', 'both_tracks']),
  expiresAt: z.iso.datetime(),
});
export type TranscriptionTicket = z.infer<typeof transcriptionTicketSchema>;

const transcriptionStatusSchema = z.enum(['waiting', 'in-progress', 'completed', 'failed']);

export const utteranceSchema = z.object({
  index: z.int(),
  track: trackSchema,
  text: z.string(),
  /** 0 to 1; null when the recogniser does not tell */
  confidence: z.number().nullable(),
  /** Since the start of the stream. */
  startMs: z.int(),
  endMs: z.int(),
  languageCode: z.string(),
});
export type Utterance = z.infer<typeof utteranceSchema>;

const gapSchema = z.object({
  track: trackSchema,
  startMs: z.int(),
  endMs: z.int(),
  reason: z.enum(['audio', 'recognition']),
});

export const transcriptionSchema = z.object({
  id: z.uuid(),
  tenant: tenantReferenceSchema,
  callSid: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  language: z.string(),
  track: wantedTrackSchema,
  metadata: z.record(z.string(), z.string()),
  status: transcriptionStatusSchema,
  endReason: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  durationMs: z.int().nullable(),
  gaps: z.array(gapSchema),
});
export type Transcription = z.infer<typeof transcriptionSchema>;

export const transcriptionWithUtterancesSchema = transcriptionSchema.extend({
  utterances: z.array(utteranceSchema),
});
export type TranscriptionWithUtterances = z.infer<typeof transcriptionWithUtterancesSchema>;

export const transcriptionFilterSchema = z.strictObject({
  tenant: z.string().min(1).max(64).optional(),
  callSid: z.string().max(64).optional(),
  status: transcriptionStatusSchema.optional(),
});
export type TranscriptionFilter = z.infer<typeof transcriptionFilterSchema>;
