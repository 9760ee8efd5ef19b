import { z } from 'zod';
import { languageSchema, tenantReferenceSchema } from '../tenants/schema.ts';

const maxTextBytes = 1_048_576;
const tenant = z.string().min(1).max(64).optional();

/** What `POST /v1/knowledge/documents` takes. */
export const documentInputSchema = z.strictObject({
  title: z.string().trim().min(1).max(500),
  text: z
    .string()
    .refine((text) => text.trim() !== '', { message: 'must not be empty' })
    .refine((text) => Buffer.byteLength(text) <= maxTextBytes, {
      message: 'must be at most 1 MB of UTF-8',
    }),
  externalId: z.string().trim().min(1).max(200).optional(),
  /** Where it comes from: an address, the name of a file. */
  source: z.string().trim().min(1).max(2000).optional(),
  /** Default: the tenant's. */
  language: languageSchema.optional(),
  tenant,
});
export type DocumentInput = z.infer<typeof documentInputSchema>;

export const documentSchema = z.object({
  id: z.uuid(),
  tenant: tenantReferenceSchema,
  externalId: z.string().nullable(),
  title: z.string(),
  source: z.string().nullable(),
  language: z.string(),
  characters: z.int(),
  passages: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type KnowledgeDocument = z.infer<typeof documentSchema>;

export const documentWithTextSchema = documentSchema.extend({ text: z.string() });
export type DocumentWithText = z.infer<typeof documentWithTextSchema>;

export const documentFilterSchema = z.strictObject({
  tenant,
  search: z.string().max(200).optional(),
  externalId: z.string().max(200).optional(),
});
export type DocumentFilter = z.infer<typeof documentFilterSchema>;

/** What `GET /v1/knowledge/search` takes. */
export const knowledgeQuerySchema = z.strictObject({
  tenant,
  query: z.string().trim().min(1).max(1000),
  /** Only documents of this language. */
  language: languageSchema.optional(),
  documentId: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(50).default(5),
});
export type KnowledgeQuery = z.infer<typeof knowledgeQuerySchema>;

export const knowledgeHitSchema = z.object({
  document: z.object({
    id: z.uuid(),
    title: z.string(),
    source: z.string().nullable(),
    externalId: z.string().nullable(),
    language: z.string(),
  }),
  passage: z.object({ index: z.int(), text: z.string() }),
  /** Around the words that were found, which are between asterisks. */
  headline: z.string(),
  /** More is better; comparable within one search only. */
  score: z.number(),
});
export type KnowledgeHit = z.infer<typeof knowledgeHitSchema>;
