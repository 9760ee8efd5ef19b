import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { SystemDb, TenantDb } from '../../db/database.ts';
import type { TenantsTable } from '../../db/schema.ts';
import { json } from '../../db/sql.ts';
import type { Page } from '../paging.ts';
import type { BudgetHolder, Tenant, TenantInput } from './schema.ts';
import { tenantSchema } from './schema.ts';

type Reader = TenantDb | SystemDb;

export async function tenantOfPhoneNumber(
  tx: Reader,
  phoneNumber: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ tenant_id: string | null }>`
    select app.tenant_of_phone_number(${phoneNumber}) as tenant_id`.execute(tx.db);
  return rows[0]?.tenant_id ?? undefined;
}

/** @returns the id of the tenant with this slug, or this id if there is such a tenant */
export async function findTenantId(
  tx: Reader,
  by: { readonly id: string } | { readonly slug: string },
): Promise<string | undefined> {
  const query = tx.db.selectFrom('tenants').select('tenant_id');
  const row = await (
    'id' in by ? query.where('tenant_id', '=', by.id) : query.where('slug', '=', by.slug)
  ).executeTakeFirst();
  return row?.tenant_id;
}

/** The tenant of the transaction. */
export async function getTenant(tx: TenantDb): Promise<Tenant | undefined> {
  const [tenant] = await read(tx, undefined);
  return tenant;
}

/** Keeps others from changing the tenant of the transaction until its end. */
export async function lockTenant(tx: TenantDb): Promise<Tenant | undefined> {
  await tx.db.selectFrom('tenants').select('tenant_id').forUpdate().execute();
  return getTenant(tx);
}

export type BudgetHolderRow = Pick<
  Selectable<TenantsTable>,
  'tenant_id' | 'slug' | 'name' | 'timezone' | 'monthly_budget_micro_usd' | 'budget_warn_percent'
>;

export function toBudgetHolder(row: BudgetHolderRow): BudgetHolder {
  const { tenant_id: id, slug, name, timezone } = row;
  return { id, slug, name, timezone, budget: budgetOf(row) };
}

/** Every tenant that the transaction may see, by slug. */
export function listTenants(tx: Reader, page: Page<string>): Promise<Tenant[]> {
  return read(tx, page);
}

async function read(tx: Reader, page: Page<string> | undefined): Promise<Tenant[]> {
  const rows = await tx.db
    .selectFrom('tenants')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('phone_numbers')
        .whereRef('phone_numbers.tenant_id', '=', 'tenants.tenant_id')
        .select(
          sql<string[]>`coalesce(array_agg(phone_number order by phone_number), '{}')`.as(
            'numbers',
          ),
        )
        .as('phone_numbers'),
    )
    .$if(page?.after !== undefined, (query) => query.where('slug', '>', page?.after ?? ''))
    .orderBy('slug')
    .limit(page?.limit ?? 1)
    .execute();
  return rows.map((row) => toTenant(row, row.phone_numbers ?? []));
}

/** Slugs of tenants whose escalation number is one of these. */
export async function tenantsEscalatingTo(
  tx: SystemDb,
  phoneNumbers: readonly string[],
): Promise<string[]> {
  if (phoneNumbers.length === 0) return [];
  const rows = await tx.db
    .selectFrom('tenants')
    .select('slug')
    .where('escalation_number', 'in', phoneNumbers)
    .execute();
  return rows.map((row) => row.slug);
}

/** Creates or replaces the tenant of the transaction, with its phone numbers. */
export async function saveTenant(tx: TenantDb, slug: string, input: TenantInput): Promise<void> {
  const values = {
    slug,
    name: input.name,
    status: input.status,
    timezone: input.timezone,
    language: input.language,
    voice: json(input.voice),
    greeting: input.greeting,
    disclosure: input.disclosure,
    instructions: input.instructions,
    closed_message: input.closedMessage,
    escalation_number: input.escalationNumber ?? null,
    agent: input.agent,
    business_hours: input.businessHours === null ? null : json(input.businessHours),
    facts: json(input.facts),
    pipeline: input.pipeline,
    realtime: input.realtime === null ? null : json<unknown>(input.realtime),
    monthly_budget_micro_usd: input.budget?.monthlyMicroUsd ?? null,
    ...(input.budget !== null && { budget_warn_percent: input.budget.warnAtPercent }),
    updated_at: sql<Date>`now()`,
  };
  await tx.db
    .insertInto('tenants')
    .values({ tenant_id: tx.tenantId, ...values })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(values))
    .execute();
  const numbers = input.phoneNumbers;
  await tx.db
    .deleteFrom('phone_numbers')
    .$if(numbers.length > 0, (query) => query.where('phone_number', 'not in', numbers))
    .execute();
  if (numbers.length > 0) {
    await tx.db
      .insertInto('phone_numbers')
      .values(numbers.map((phone_number) => ({ tenant_id: tx.tenantId, phone_number })))
      .onConflict((conflict) => conflict.columns(['tenant_id', 'phone_number']).doNothing())
      .execute();
  }
}

/** Whether a call or a transcription of the transaction's tenant is going on. */
export async function hasLiveCalls(tx: TenantDb): Promise<boolean> {
  const live = await tx.db
    .selectFrom('calls')
    .select('id')
    .where('status', '=', 'in-progress')
    .unionAll(tx.db.selectFrom('transcriptions').select('id').where('status', '=', 'in-progress'))
    .limit(1)
    .executeTakeFirst();
  return live !== undefined;
}

/** Removes the tenant of the transaction; everything that it has goes with it. */
export async function deleteTenant(tx: TenantDb): Promise<void> {
  await tx.db.deleteFrom('tenants').where('tenant_id', '=', tx.tenantId).execute();
}

function toTenant(row: Selectable<TenantsTable>, phoneNumbers: string[]): Tenant {
  return tenantSchema.parse({
    id: row.tenant_id,
    slug: row.slug,
    name: row.name,
    status: row.status,
    timezone: row.timezone,
    language: row.language,
    voice: row.voice,
    greeting: row.greeting,
    disclosure: row.disclosure,
    instructions: row.instructions,
    closedMessage: row.closed_message,
    escalationNumber: row.escalation_number,
    agent: row.agent,
    businessHours: row.business_hours,
    facts: row.facts,
    pipeline: row.pipeline,
    realtime: row.realtime,
    budget: budgetOf(row),
    phoneNumbers,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  });
}

function budgetOf(
  row: Pick<Selectable<TenantsTable>, 'monthly_budget_micro_usd' | 'budget_warn_percent'>,
): Tenant['budget'] {
  if (row.monthly_budget_micro_usd === null) return null;
  return {
    monthlyMicroUsd: Number(row.monthly_budget_micro_usd),
    warnAtPercent: row.budget_warn_percent,
  };
}
