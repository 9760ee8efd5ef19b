import { z } from 'zod';
import { callSchema, callWithTurnsSchema, turnSchema } from '../calls/schema.ts';
import { tenantReferenceSchema } from '../tenants/schema.ts';

export const eventTypeSchema = z.enum([
  'call.started',
  'call.turn',
  'call.completed',
  'call.failed',
]);
export type EventType = z.infer<typeof eventTypeSchema>;

const tenant = tenantReferenceSchema;

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
]);
export type EventData = z.infer<typeof eventDataSchema>;

/** One event for one subscriber. Ids only: the rest is read under the tenant's own role. */
export const deliverySchema = z.strictObject({
  tenantId: z.uuid(),
  callId: z.uuid(),
  eventId: z.uuid(),
  subscriptionId: z.uuid(),
  /** Whose subscription it is. */
  owner: z.enum(['tenant', 'platform']),
});
export type Delivery = z.infer<typeof deliverySchema>;
