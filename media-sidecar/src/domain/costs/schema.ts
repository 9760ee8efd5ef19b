import { z } from 'zod';
import { tenantReferenceSchema } from '../tenants/schema.ts';
import { usageUnitSchema } from './price-table.ts';

const microUsdSchema = z.int();

/** How a month's spending stands against its budget. */
export const budgetStateSchema = z.object({
  monthlyMicroUsd: microUsdSchema,
  warnAtPercent: z.int(),
  spentMicroUsd: microUsdSchema,
  state: z.enum(['ok', 'warned', 'exceeded']),
});
export type BudgetState = z.infer<typeof budgetStateSchema>;

/** What a call cost. */
export const costSchema = z.object({
  currency: z.literal('USD'),
  microUsd: microUsdSchema,
  /** Whether everything in it has a price. */
  complete: z.boolean(),
});

export const costQuerySchema = z.strictObject({
  tenant: z.string().min(1).max(64).optional(),
  /** First day, in the tenant's time zone. */
  from: z.iso.date().optional(),
  /** Last day, in the tenant's time zone. */
  to: z.iso.date().optional(),
});
export type CostQuery = z.infer<typeof costQuerySchema>;

const countedSchema = z.object({
  provider: z.string(),
  model: z.string(),
  unit: usageUnitSchema,
  quantity: z.number(),
});

export const costReportSchema = z.object({
  tenant: tenantReferenceSchema,
  from: z.iso.date(),
  to: z.iso.date(),
  currency: z.literal('USD'),
  /** Of everything together, rounded once: perhaps not the sum of what is rounded below. */
  microUsd: microUsdSchema,
  /** That began in these days. */
  calls: z.int(),
  byService: z.array(countedSchema.extend({ service: z.string(), microUsd: microUsdSchema })),
  unpriced: z.array(countedSchema),
  /** Of this month, whatever days are asked for. */
  budget: budgetStateSchema.nullable(),
});
export type CostReport = z.infer<typeof costReportSchema>;
