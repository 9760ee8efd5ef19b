import { z } from 'zod';
import { tenantReferenceSchema } from '../tenants/schema.ts';

const callbackStatusSchema = z.enum(['open', 'done', 'cancelled']);
export type CallbackStatus = z.infer<typeof callbackStatusSchema>;

/** Somebody who is to be called back. */
export const callbackSchema = z.object({
  id: z.uuid(),
  tenant: tenantReferenceSchema,
  /** The call in which it was asked for. */
  callId: z.uuid(),
  phoneNumber: z.string(),
  /** The moment of the request, when it is to be as soon as possible. */
  dueAt: z.iso.datetime(),
  reason: z.string().nullable(),
  status: callbackStatusSchema,
  createdAt: z.iso.datetime(),
});
export type Callback = z.infer<typeof callbackSchema>;

export const callbackFilterSchema = z.strictObject({
  tenant: z.string().min(1).max(64).optional(),
  status: callbackStatusSchema.optional(),
});
export type CallbackFilter = z.infer<typeof callbackFilterSchema>;

/** What `PATCH /v1/callbacks/:id` takes. */
export const callbackUpdateSchema = z.strictObject({ status: callbackStatusSchema });
export type CallbackUpdate = z.infer<typeof callbackUpdateSchema>;
