import { z } from 'zod';
import { callSchema, callWithTurnsSchema, escalationSchema, turnSchema } from '../calls/schema.ts';
import { callbackSchema } from '../callbacks/schema.ts';
import { budgetStateSchema } from '../costs/schema.ts';
import { tenantReferenceSchema } from '../tenants/schema.ts';
import {
  transcriptionSchema,
  transcriptionWithUtterancesSchema,
  utteranceSchema,
} from '../transcriptions/schema.ts';

export const eventTypeSchema = z.enum([
  'call.started',
  'call.turn',
  'call.completed',
  'call.failed',
  'call.escalated',
  'callback.requested',
  'contact.opted_out',
  'budget.warning',
  'budget.exceeded',
  'transcription.started',
  'transcription.utterance',
  'transcription.completed',
  'transcription.failed',
]);
export type EventType = z.infer<typeof eventTypeSchema>;

const tenant = tenantReferenceSchema;
const transcription = transcriptionSchema;

/** What a subscriber is told. */
export const eventDataSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call.started'), data: z.object({ tenant, call: callSchema }) }),
  z.object({
    type: z.literal('call.turn'),
    data: z.object({ tenant, call: callSchema, turn: turnSchema }),
  }),
  z.object({
    type: z.enum(['call.completed', 'call.failed']),
    data: z.object({ tenant, call: callWithTurnsSchema }),
  }),
  z.object({
    type: z.literal('call.escalated'),
    data: z.object({ tenant, call: callSchema, escalation: escalationSchema }),
  }),
  z.object({
    type: z.literal('callback.requested'),
    data: z.object({ tenant, callback: callbackSchema }),
  }),
  z.object({
    type: z.literal('contact.opted_out'),
    data: z.object({
      tenant,
      phoneNumber: z.string(),
      callId: z.uuid(),
      reason: z.string().nullable(),
    }),
  }),
  z.object({
    type: z.enum(['budget.warning', 'budget.exceeded']),
    data: z.object({ tenant, budget: budgetStateSchema }),
  }),
  z.object({
    type: z.literal('transcription.started'),
    data: z.object({ tenant, transcription }),
  }),
  z.object({
    type: z.literal('transcription.utterance'),
    data: z.object({ tenant, transcription, utterance: utteranceSchema }),
  }),
  z.object({
    type: z.enum(['transcription.completed', 'transcription.failed']),
    data: z.object({ tenant, transcription: transcriptionWithUtterancesSchema }),
  }),
]);
export type EventData = z.infer<typeof eventDataSchema>;

/** One event for one subscriber. Ids only: the rest is read under the tenant's own role. */
export const deliverySchema = z.object({
  tenantId: z.uuid(),
  eventId: z.uuid(),
  subscriptionId: z.uuid(),
  /** Whose subscription it is. */
  owner: z.enum(['tenant', 'platform']),
});
export type Delivery = z.infer<typeof deliverySchema>;
