import { z } from 'zod';
import type { Callback } from '../callbacks/schema.ts';
import type { Call, CallWithTurns, Escalation, Turn } from '../calls/schema.ts';
import type { BudgetState } from '../costs/schema.ts';
import type { TenantReference } from '../tenants/schema.ts';
import type {
  Transcription,
  TranscriptionWithUtterances,
  Utterance,
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

/** What a subscriber is told of a tenant. */
type Told<Type extends EventType, Data> = {
  readonly type: Type;
  readonly data: Data & { readonly tenant: TenantReference };
};

export type EventData =
  | Told<'call.started', { readonly call: Call }>
  | Told<'call.turn', { readonly call: Call; readonly turn: Turn }>
  | Told<'call.completed' | 'call.failed', { readonly call: CallWithTurns }>
  | Told<'call.escalated', { readonly call: Call; readonly escalation: Escalation }>
  | Told<'callback.requested', { readonly callback: Callback }>
  | Told<
      'contact.opted_out',
      { readonly phoneNumber: string; readonly callId: string; readonly reason: string | null }
    >
  | Told<'budget.warning' | 'budget.exceeded', { readonly budget: BudgetState }>
  | Told<'transcription.started', { readonly transcription: Transcription }>
  | Told<
      'transcription.utterance',
      { readonly transcription: Transcription; readonly utterance: Utterance }
    >
  | Told<
      'transcription.completed' | 'transcription.failed',
      { readonly transcription: TranscriptionWithUtterances }
    >;

/** One event for one subscriber. Ids only: the rest is read under the tenant's own role. */
export const deliverySchema = z.object({
  tenantId: z.uuid(),
  eventId: z.uuid(),
  subscriptionId: z.uuid(),
  /** Whose subscription it is. */
  owner: z.enum(['tenant', 'platform']),
});
export type Delivery = z.infer<typeof deliverySchema>;
