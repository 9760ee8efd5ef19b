import { IANAZone } from 'luxon';
import { z } from 'zod';
import type { TenantProfile } from '../../call/ports.ts';
import { phoneNumberSchema } from '../phone-numbers/schema.ts';
import { businessHoursSchema, isOpen } from './business-hours.ts';
import { budgetSchema, realtimeSchema, storedRealtimeSchema } from './realtime.ts';

const maxFactsBytes = 65_536;

export const slugSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be lower-case letters, digits and hyphens',
  );

export const languageSchema = z
  .string()
  .refine(isLanguage, { message: 'must be a BCP-47 language tag' });

export const voiceSchema = z.strictObject({
  name: z.string().min(1).max(100),
  languageCode: languageSchema,
  speakingRate: z.number().min(0.25).max(2).optional(),
});

export const pipelineSchema = z.enum(['cascade', 'realtime']);

const factsSchema = z
  .record(z.string(), z.json())
  .refine((facts) => Buffer.byteLength(JSON.stringify(facts)) <= maxFactsBytes, {
    message: 'must be at most 64 KB of JSON',
  });

/** What `PUT /v1/tenants/:slug` takes. */
export const tenantInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  status: z.enum(['active', 'suspended']).default('active'),
  timezone: z.string().refine((zone) => IANAZone.isValidZone(zone), {
    message: 'must be an IANA time zone, like America/Santiago',
  }),
  language: languageSchema,
  voice: voiceSchema,
  greeting: z.string().trim().min(1).max(2000),
  disclosure: z.string().trim().min(1).max(1000),
  instructions: z.string().max(20_000).default(''),
  closedMessage: z.string().trim().min(1).max(2000),
  escalationNumber: phoneNumberSchema.nullish(),
  agent: z.enum(['contact-center']).default('contact-center'),
  /** How its agents hold a conversation. */
  pipeline: pipelineSchema.default('cascade'),
  /** For speech to speech; null: the defaults of the sidecar. */
  realtime: realtimeSchema.nullable().default(null),
  /** null: calls may cost anything. */
  budget: budgetSchema.nullable().default(null),
  businessHours: businessHoursSchema.nullable().default(null),
  facts: factsSchema.default({}),
  phoneNumbers: z
    .array(phoneNumberSchema)
    .max(500)
    .refine((numbers) => new Set(numbers).size === numbers.length, {
      message: 'must name each number once',
    })
    .default([]),
});
export type TenantInput = z.infer<typeof tenantInputSchema>;

const tenantFields = tenantInputSchema.shape;

/** What `PATCH /v1/tenants/:idOrSlug` takes: the fields that change, without their defaults. */
export const tenantUpdateSchema = z.strictObject({
  name: tenantFields.name.exactOptional(),
  status: tenantFields.status.unwrap().exactOptional(),
  timezone: tenantFields.timezone.exactOptional(),
  language: tenantFields.language.exactOptional(),
  voice: tenantFields.voice.exactOptional(),
  greeting: tenantFields.greeting.exactOptional(),
  disclosure: tenantFields.disclosure.exactOptional(),
  instructions: tenantFields.instructions.unwrap().exactOptional(),
  closedMessage: tenantFields.closedMessage.exactOptional(),
  escalationNumber: phoneNumberSchema.nullable().exactOptional(),
  agent: tenantFields.agent.unwrap().exactOptional(),
  pipeline: tenantFields.pipeline.unwrap().exactOptional(),
  realtime: tenantFields.realtime.unwrap().exactOptional(),
  budget: tenantFields.budget.unwrap().exactOptional(),
  businessHours: tenantFields.businessHours.unwrap().exactOptional(),
  facts: tenantFields.facts.unwrap().exactOptional(),
  phoneNumbers: tenantFields.phoneNumbers.unwrap().exactOptional(),
});
export type TenantUpdate = z.infer<typeof tenantUpdateSchema>;

export const tenantSchema = z.object({
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  status: z.enum(['active', 'suspended']),
  timezone: z.string(),
  language: z.string(),
  voice: voiceSchema,
  greeting: z.string(),
  disclosure: z.string(),
  instructions: z.string(),
  closedMessage: z.string(),
  escalationNumber: z.string().nullable(),
  agent: z.string(),
  pipeline: pipelineSchema,
  realtime: storedRealtimeSchema.nullable(),
  budget: budgetSchema.nullable(),
  businessHours: businessHoursSchema.nullable(),
  facts: z.record(z.string(), z.json()),
  phoneNumbers: z.array(z.string()),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Tenant = z.infer<typeof tenantSchema>;

/** What it takes to tell whether a tenant's month is spent. */
export type BudgetHolder = Pick<Tenant, 'id' | 'slug' | 'name' | 'timezone' | 'budget'>;

/** Who a tenant is, inside other things. */
export const tenantReferenceSchema = z.object({
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
});
export type TenantReference = z.infer<typeof tenantReferenceSchema>;

/** What a workflow needs to know of the tenant of a call. */
export const tenantBriefSchema = tenantReferenceSchema.extend({
  timezone: z.string(),
  language: z.string(),
  greeting: z.string(),
  voice: voiceSchema,
  escalationNumber: z.string().nullable(),
  facts: z.record(z.string(), z.json()),
});
export type TenantBrief = z.infer<typeof tenantBriefSchema>;

export function toBrief(tenant: Tenant): TenantBrief {
  const { id, slug, name, timezone, language, greeting, voice, escalationNumber, facts } = tenant;
  return { id, slug, name, timezone, language, greeting, voice, escalationNumber, facts };
}

export function toReference(tenant: TenantReference): TenantReference {
  return { id: tenant.id, slug: tenant.slug, name: tenant.name };
}

/** What the agent of a call knows of its tenant. */
export function toProfile(tenant: Tenant): TenantProfile {
  const { id, slug, name, timezone, language, greeting, disclosure, instructions } = tenant;
  const { speakingRate, ...voice } = tenant.voice;
  return {
    id,
    slug,
    name,
    timezone,
    language,
    voice: { ...voice, ...(speakingRate !== undefined && { speakingRate }) },
    ...(tenant.realtime !== null && { realtime: tenant.realtime }),
    isOpenAt: (atMs) => isOpen(tenant.businessHours, timezone, atMs),
    greeting,
    disclosure,
    instructions,
    ...(tenant.escalationNumber !== null && { escalationNumber: tenant.escalationNumber }),
  };
}

function isLanguage(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
}
