import { z } from 'zod';
import { costSchema } from '../costs/schema.ts';
import { jsonObjectOf, jsonObjectSchema } from '../json.ts';
import { phoneNumberSchema } from '../phone-numbers/schema.ts';
import { directionSchema } from '../sessions/schema.ts';
import { tenantReferenceSchema } from '../tenants/schema.ts';

const callStatusSchema = z.enum(['in-progress', 'completed', 'failed']);
export type CallStatus = z.infer<typeof callStatusSchema>;

const delaySchema = z.number().exactOptional();

export const turnSchema = z.object({
  index: z.int(),
  role: z.enum(['caller', 'agent', 'tool']),
  /** Caller: the transcript. Agent: what was heard. Tool: its name. */
  text: z.string(),
  /** Agent: everything that was generated. Tool: its result as JSON text. */
  generatedText: z.string().nullable(),
  interrupted: z.boolean(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  delays: z.object({
    endOfTurnMs: delaySchema,
    modelFirstTokenMs: delaySchema,
    firstAudioByteMs: delaySchema,
    firstAudioSentMs: delaySchema,
    firstMarkMs: delaySchema,
  }),
  /** Of what has a price; null when nothing was counted for it, or nothing of that has one. */
  costMicroUsd: z.int().nullable(),
});
export type Turn = z.infer<typeof turnSchema>;

/** Why somebody else was to take over, and what that person should know. */
export const escalationSchema = z.object({
  reason: z.string().nullable(),
  summary: z.string().nullable(),
  /** Where the call goes; null: the tenant has no number for that. */
  phoneNumber: z.string().nullable(),
});
export type Escalation = z.infer<typeof escalationSchema>;

export const callSchema = z.object({
  id: z.uuid(),
  tenant: tenantReferenceSchema,
  callSid: z.string().nullable(),
  direction: directionSchema,
  from: z.string().nullable(),
  to: z.string().nullable(),
  agent: z.string(),
  pipeline: z.string(),
  status: callStatusSchema,
  endReason: z.string().nullable(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  durationMs: z.int().nullable(),
  audio: z.object({ framesReceived: z.int(), framesLost: z.int(), framesSent: z.int() }),
  /** What workflows keep with the call. */
  metadata: jsonObjectSchema,
  /** What an analysis found out. */
  analysis: jsonObjectSchema.nullable(),
  cost: costSchema,
});
export type Call = z.infer<typeof callSchema>;

export const maxMetadataBytes = 16_384;
const maxAnalysisBytes = 65_536;

/** What `PATCH /v1/calls/:id` takes. */
export const callUpdateSchema = z
  .strictObject({
    /** Merged by its top-level names; null removes a name. */
    metadata: jsonObjectOf(maxMetadataBytes).exactOptional(),
    analysis: jsonObjectOf(maxAnalysisBytes).nullable().exactOptional(),
  })
  .refine((update) => update.metadata !== undefined || update.analysis !== undefined, {
    message: 'metadata or analysis is needed',
  });
export type CallUpdate = z.infer<typeof callUpdateSchema>;

export const callWithTurnsSchema = callSchema.extend({ turns: z.array(turnSchema) });
export type CallWithTurns = z.infer<typeof callWithTurnsSchema>;

export const callFilterSchema = z.strictObject({
  tenant: z.string().min(1).max(64).optional(),
  callSid: z.string().max(64).optional(),
  from: phoneNumberSchema.optional(),
  to: phoneNumberSchema.optional(),
  status: callStatusSchema.optional(),
  direction: directionSchema.optional(),
  startedAfter: z.iso.datetime({ offset: true }).optional(),
  startedBefore: z.iso.datetime({ offset: true }).optional(),
});
export type CallFilter = z.infer<typeof callFilterSchema>;
