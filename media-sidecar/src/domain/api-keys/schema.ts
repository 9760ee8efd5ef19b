import { z } from 'zod';
import { tenantReferenceSchema } from '../tenants/schema.ts';

/** What `POST /v1/api-keys` takes. Without a tenant it makes a platform key. */
export const apiKeyInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  tenant: z.string().min(1).max(64).optional(),
});
export type ApiKeyInput = z.infer<typeof apiKeyInputSchema>;

export const apiKeySchema = z.object({
  id: z.uuid(),
  name: z.string(),
  scope: z.enum(['platform', 'tenant']),
  tenant: tenantReferenceSchema.nullable(),
  createdAt: z.iso.datetime(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export const createdApiKeySchema = apiKeySchema.extend({ key: z.string() });
