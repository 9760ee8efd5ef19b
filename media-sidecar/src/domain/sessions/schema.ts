import { z } from 'zod';
import { contactSchema } from '../contacts/schema.ts';
import { phoneNumberSchema } from '../phone-numbers/schema.ts';
import { pipelineSchema, slugSchema, tenantBriefSchema } from '../tenants/schema.ts';
import { toolNameSchema } from '../tools/schema.ts';

export const directionSchema = z.enum(['inbound', 'outbound']);

export const callSidSchema = z.string().regex(/^CA[0-9a-fA-F]{32}$/, 'must be a Twilio call SID');

/** A slug or an id: both fit the shape of a slug. */
export const tenantNameSchema = slugSchema;

const variablesSchema = z
  .record(z.string().min(1).max(64), z.string().max(2000))
  .refine((variables) => Object.keys(variables).length <= 50, {
    message: 'must be at most 50 variables',
  });

/** What `POST /v1/sessions` takes. */
export const sessionRequestSchema = z
  .strictObject({
    calledNumber: phoneNumberSchema.optional(),
    tenant: tenantNameSchema.optional(),
    direction: directionSchema,
    callSid: callSidSchema.optional(),
    /** The other side of the line. Twilio sends a word instead of a number that is withheld. */
    from: z.string().max(64).optional(),
    to: z.string().max(64).optional(),
    agent: z.enum(['contact-center']).optional(),
    /** Default: the tenant's, and `realtime` over SIP. */
    pipeline: pipelineSchema.optional(),
    /** How the audio gets to the agent: through this sidecar, or from the carrier to OpenAI. */
    transport: z.enum(['media-stream', 'sip']).default('media-stream'),
    contact: z.strictObject({ name: z.string().max(200).optional() }).default({}),
    variables: variablesSchema.default({}),
    tools: z.array(toolNameSchema).max(64).optional(),
  })
  .refine((request) => request.calledNumber !== undefined || request.tenant !== undefined, {
    path: ['calledNumber'],
    message: 'either calledNumber or tenant is needed',
  })
  .refine(({ transport, pipeline }) => transport !== 'sip' || pipeline !== 'cascade', {
    path: ['pipeline'],
    message: 'must be realtime over SIP',
  });
export type SessionRequest = z.infer<typeof sessionRequestSchema>;

const declineReasonSchema = z.enum([
  'closed',
  'suspended',
  'capacity',
  'draining',
  'do-not-call',
  'budget',
]);
export type DeclineReason = z.infer<typeof declineReasonSchema>;

export const decisionSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('connect'), reason: z.literal('open') }),
  z.object({
    action: z.literal('decline'),
    reason: declineReasonSchema,
    /** null where nobody is on the line */
    message: z.string().nullable(),
  }),
]);

export const sessionReplySchema = z.object({
  sessionId: z.uuid().nullable(),
  callId: z.uuid().nullable(),
  token: z.string().nullable(),
  expiresAt: z.iso.datetime().nullable(),
  /** What the conversation will be held with: `cascade` also where `realtime` is not configured. */
  pipeline: pipelineSchema.nullable(),
  streamUrl: z.string().nullable(),
  actionUrl: z.string().nullable(),
  streamStatusUrl: z.string().nullable(),
  /** For `<Dial action timeLimit><Sip>`; null without SIP. */
  sip: z.object({ uri: z.string(), actionUrl: z.string(), timeLimitMs: z.int() }).nullable(),
  tenant: tenantBriefSchema,
  /** Whom the number of the other side belongs to. */
  contact: contactSchema.nullable(),
  decision: decisionSchema,
});
export type SessionReply = z.infer<typeof sessionReplySchema>;

/**
 * What Twilio may tell in place of a number that is withheld: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and
 * UNAVAILABLE, as typed on a telephone's keys. The last one looks like a number of China.
 * @see https://help.twilio.com/articles/223179988
 */
const withheld = ['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253'];

/** Number of the other side, or undefined for one that is withheld or is none (`anonymous`, `sip:…`). */
export function numberOrUndefined(value: string | undefined): string | undefined {
  if (value === undefined || withheld.includes(value)) return undefined;
  return phoneNumberSchema.safeParse(value).success ? value : undefined;
}
