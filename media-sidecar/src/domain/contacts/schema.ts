import { IANAZone } from 'luxon';
import { z } from 'zod';
import { jsonObjectOf, jsonObjectSchema } from '../json.ts';
import { phoneNumberSchema } from '../phone-numbers/schema.ts';
import { languageSchema, tenantReferenceSchema } from '../tenants/schema.ts';

export const maxAttributesBytes = 16_384;

const text = (max: number) => z.string().trim().min(1).max(max).nullable().exactOptional();

/** Absent: stays as it is. Null: cleared. */
const fields = {
  name: text(200),
  email: z.email().max(320).nullable().exactOptional(),
  language: languageSchema.nullable().exactOptional(),
  timezone: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), {
      message: 'must be an IANA time zone, like America/Santiago',
    })
    .nullable()
    .exactOptional(),
  company: text(200),
  role: text(200),
  externalId: text(200),
  status: text(100),
  lastOutcome: text(200),
  notes: text(20_000),
  /** Merged by its top-level names; null removes a name. */
  attributes: jsonObjectOf(maxAttributesBytes).exactOptional(),
};

/** What `POST /v1/contacts` takes. */
export const contactInputSchema = z.strictObject({
  phoneNumber: phoneNumberSchema,
  ...fields,
  tenant: z.string().min(1).max(64).optional(),
});
export type ContactInput = z.infer<typeof contactInputSchema>;

/** What `PATCH /v1/contacts/:id` takes. */
export const contactUpdateSchema = z.strictObject({
  phoneNumber: phoneNumberSchema.exactOptional(),
  ...fields,
  tenant: z.string().min(1).max(64).optional(),
});
export type ContactUpdate = z.infer<typeof contactUpdateSchema>;

export const contactSchema = z.object({
  id: z.uuid(),
  tenant: tenantReferenceSchema,
  phoneNumber: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  language: z.string().nullable(),
  timezone: z.string().nullable(),
  company: z.string().nullable(),
  role: z.string().nullable(),
  externalId: z.string().nullable(),
  status: z.string().nullable(),
  lastOutcome: z.string().nullable(),
  notes: z.string().nullable(),
  attributes: jsonObjectSchema,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Contact = z.infer<typeof contactSchema>;

export const contactFilterSchema = z.strictObject({
  tenant: z.string().min(1).max(64).optional(),
  search: z.string().max(200).optional(),
  phoneNumber: phoneNumberSchema.optional(),
  externalId: z.string().max(200).optional(),
  status: z.string().max(100).optional(),
});
export type ContactFilter = z.infer<typeof contactFilterSchema>;
