import { z } from 'zod';
import { phoneNumberSchema } from '../phone-numbers/schema.ts';
import { tenantReferenceSchema } from '../tenants/schema.ts';

const tenant = z.string().min(1).max(64).optional();

export const consentKindSchema = z.enum(['recording', 'ai-call', 'marketing', 'data-processing']);
export type ConsentKind = z.infer<typeof consentKindSchema>;
const consentStatusSchema = z.enum(['granted', 'withdrawn']);

/** What `POST /v1/consents` takes. */
export const consentInputSchema = z.strictObject({
  phoneNumber: phoneNumberSchema,
  kind: consentKindSchema,
  status: consentStatusSchema,
  /** Where it was given: `call`, `web form`, … */
  source: z.string().trim().min(1).max(200),
  /** What proves it, such as the words that were said. */
  evidence: z.string().trim().min(1).max(20_000).optional(),
  callId: z.uuid().optional(),
  /** Default: now. */
  recordedAt: z.iso.datetime({ offset: true }).optional(),
  tenant,
});
export type ConsentInput = z.infer<typeof consentInputSchema>;

export const consentSchema = z.object({
  id: z.uuid(),
  tenant: tenantReferenceSchema,
  phoneNumber: z.string(),
  kind: consentKindSchema,
  status: consentStatusSchema,
  source: z.string(),
  evidence: z.string().nullable(),
  callId: z.uuid().nullable(),
  recordedAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
});
export type Consent = z.infer<typeof consentSchema>;

const currentConsentSchema = z.object({
  status: z.enum(['granted', 'withdrawn', 'unknown']),
  recordedAt: z.iso.datetime().nullable(),
  source: z.string().nullable(),
  consentId: z.uuid().nullable(),
});

export const consentStateSchema = z.object({
  phoneNumber: z.string(),
  consents: z.record(consentKindSchema, currentConsentSchema),
});
export type ConsentState = z.infer<typeof consentStateSchema>;

export const consentFilterSchema = z.strictObject({
  tenant,
  phoneNumber: phoneNumberSchema.optional(),
  kind: consentKindSchema.optional(),
  status: consentStatusSchema.optional(),
  callId: z.uuid().optional(),
});
export type ConsentFilter = z.infer<typeof consentFilterSchema>;

/** Whose list is meant. Default: the named tenant's or the key's own, and else the platform's. */
const scopeSchema = z.enum(['tenant', 'platform']);

/** How a list is named in a query. */
export const doNotCallListSchema = z.strictObject({ tenant, scope: scopeSchema.optional() });
export type DoNotCallList = z.infer<typeof doNotCallListSchema>;

/** What `POST /v1/do-not-call` takes. */
export const doNotCallInputSchema = doNotCallListSchema.extend({
  phoneNumber: phoneNumberSchema,
  reason: z.string().trim().min(1).max(1000).optional(),
  source: z.string().trim().min(1).max(200).optional(),
});
export type DoNotCallInput = z.infer<typeof doNotCallInputSchema>;

export const doNotCallEntrySchema = z.object({
  phoneNumber: z.string(),
  scope: scopeSchema,
  tenant: tenantReferenceSchema.nullable(),
  reason: z.string().nullable(),
  source: z.string().nullable(),
  /** null where a tenant is not told */
  addedAt: z.iso.datetime().nullable(),
});
export type DoNotCallEntry = z.infer<typeof doNotCallEntrySchema>;

export const doNotCallCheckSchema = z.object({
  phoneNumber: z.string(),
  listed: z.boolean(),
  entries: z.array(doNotCallEntrySchema),
});
export type DoNotCallCheck = z.infer<typeof doNotCallCheckSchema>;

export const doNotCallFilterSchema = doNotCallListSchema.extend({
  search: z.string().max(20).optional(),
});
export type DoNotCallFilter = z.infer<typeof doNotCallFilterSchema>;

/** Where a page of numbers begins: behind this one. */
export const doNotCallPositionSchema = z.tuple([z.iso.datetime(), z.string()]);
export type DoNotCallPosition = z.infer<typeof doNotCallPositionSchema>;
