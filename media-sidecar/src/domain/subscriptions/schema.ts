import { z } from 'zod';
import { eventTypeSchema } from '../events/schema.ts';
import { tenantReferenceSchema } from '../tenants/schema.ts';

/** What `POST /v1/subscriptions` takes. */
export const subscriptionInputSchema = z.strictObject({
  url: z.string().max(2000),
  events: z
    .array(eventTypeSchema)
    .min(1)
    .refine((events) => new Set(events).size === events.length, {
      message: 'must name each type once',
    }),
  tenant: z.string().min(1).max(64).optional(),
});
export type SubscriptionInput = z.infer<typeof subscriptionInputSchema>;

export const subscriptionSchema = z.object({
  id: z.uuid(),
  url: z.string(),
  events: z.array(z.string()),
  /** null: events of every tenant */
  tenant: tenantReferenceSchema.nullable(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

export const createdSubscriptionSchema = subscriptionSchema.extend({ secret: z.string() });
