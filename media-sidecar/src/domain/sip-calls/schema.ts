import { z } from 'zod';
import { decisionSchema, sessionRequestSchema } from '../sessions/schema.ts';
import { tenantBriefSchema } from '../tenants/schema.ts';

const sessionFields = sessionRequestSchema.shape;

/** What `POST /v1/sip-calls` takes. */
export const sipCallRequestSchema = z.strictObject({
  openAiCallId: z.string().regex(/^rtc_[\w-]{1,120}$/, 'must be the id of a call, like rtc_…'),
  /** As OpenAI tells them. */
  sipHeaders: z
    .array(z.object({ name: z.string().max(256), value: z.string().max(8192) }))
    .max(200)
    .default([]),
  // Whose call it is, where the headers name no session.
  calledNumber: sessionFields.calledNumber,
  tenant: sessionFields.tenant,
  from: sessionFields.from,
  agent: sessionFields.agent,
  contact: sessionFields.contact,
  variables: sessionFields.variables,
  tools: sessionFields.tools,
});
export type SipCallRequest = z.infer<typeof sipCallRequestSchema>;

export const sipCallReplySchema = z.object({
  outcome: z.enum(['answered', 'duplicate', 'gone', 'declined']),
  sessionId: z.uuid().nullable(),
  callId: z.uuid().nullable(),
  /** null for a duplicate that belongs to a tenant which the key may not see */
  tenant: tenantBriefSchema.nullable(),
  decision: decisionSchema.nullable(),
});
export type SipCallReply = z.infer<typeof sipCallReplySchema>;
