import { sql } from 'kysely';
import type { UsageRecord } from '../../call/ports.ts';
import type { TenantDb } from '../../db/database.ts';
import { toBudgetHolder, type BudgetHolderRow } from '../tenants/repository.ts';
import type { BudgetHolder } from '../tenants/schema.ts';
import type { PricedAmount } from './price-table.ts';

/** The tenant's month after something was added to it. */
export interface Month {
  readonly tenant: BudgetHolder;
  /** Its first day, in the tenant's time zone. @example '2026-11-01' */
  readonly month: string;
  /** What it has cost so far, in micro-USD, rounded. */
  readonly spentMicroUsd: number;
}

interface MonthRow extends BudgetHolderRow {
  readonly month: string | null;
  readonly spent: string | null;
}

type PricedUsage = Omit<UsageRecord, 'tenantId' | 'amounts'> & {
  readonly id: string;
  readonly amounts: readonly PricedAmount[];
};

/**
 * Stores what was used, and adds what it costs to its months. Whoever adds next waits for the end of
 * this transaction.
 * @returns the months that something was added to: not what is stored already, or has no price
 * @throws Error without the tenant
 */
export async function insertUsages(
  tx: TenantDb,
  usages: readonly PricedUsage[],
): Promise<readonly Month[]> {
  if (usages.length === 0) return [];
  const rows = usages.flatMap(({ amounts, atMs, callId, turnIndex, ...usage }) =>
    amounts.map(({ unit, quantity, microUsd }) => ({
      id: usage.id,
      call_id: callId,
      turn_index: turnIndex,
      at: new Date(atMs),
      service: usage.service,
      provider: usage.provider,
      model: usage.model,
      unit,
      quantity,
      micro_usd: microUsd,
    })),
  );
  // One statement: it runs several times a minute for each call.
  const { rows: months } = await sql<MonthRow>`
    with holder as (
      select tenant_id, slug, name, timezone, monthly_budget_micro_usd, budget_warn_percent
      from app.tenants where tenant_id = ${tx.tenantId}::uuid
    ), used as (
      select holder.tenant_id, usage.*,
             date_trunc('month', usage.at at time zone holder.timezone)::date as month
      from holder, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as usage (id uuid, call_id uuid, turn_index int, at timestamptz, service text, provider text,
                  model text, unit text, quantity numeric, micro_usd numeric)
    ), stored as (
      insert into app.call_usage
        (tenant_id, id, call_id, turn_index, at, service, provider, model, unit, quantity, micro_usd)
      select tenant_id, id, call_id, turn_index, at, service, provider, model, unit, quantity, micro_usd
      from used
      on conflict (tenant_id, id, unit) do nothing
      returning id, unit, micro_usd
    ), spent as (
      insert into app.monthly_spending (tenant_id, month, micro_usd)
      select used.tenant_id, used.month, sum(stored.micro_usd)
      from stored join used using (id, unit)
      where stored.micro_usd is not null
      group by used.tenant_id, used.month
      order by used.month
      on conflict (tenant_id, month)
        do update set micro_usd = monthly_spending.micro_usd + excluded.micro_usd
      returning month, round(micro_usd) as spent
    )
    select holder.*, month::text, spent from holder left join spent on true
    order by month`.execute(tx.db);
  if (months.length === 0) throw new Error('the tenant is not there');
  return months.flatMap(({ month, spent, ...tenant }) =>
    month === null || spent === null
      ? []
      : [{ tenant: toBudgetHolder(tenant), month, spentMicroUsd: Number(spent) }],
  );
}

/** What was spent in a month, in micro-USD, rounded. @param month its first day */
export async function spentIn(tx: TenantDb, month: string): Promise<number> {
  const row = await tx.db
    .selectFrom('monthly_spending')
    .select(sql<string>`round(micro_usd)`.as('spent'))
    .where('month', '=', sql<Date>`${month}::date`)
    .executeTakeFirst();
  return Number(row?.spent ?? 0);
}

/** Notes that something is told of a month's budget. @returns false when it was told already */
export async function noteTold(
  tx: TenantDb,
  month: string,
  kind: 'warning' | 'exceeded',
  now: Date,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.db
    .insertInto('budget_notices')
    .values({ tenant_id: tx.tenantId, month, kind, told_at: now })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'month', 'kind']).doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export interface Counted {
  readonly service: string;
  readonly provider: string;
  readonly model: string;
  readonly unit: string;
  readonly quantity: number;
  /** Rounded; null: without a price. */
  readonly microUsd: number | null;
}

export interface Period {
  readonly from: Date;
  /** The first moment after it. */
  readonly to: Date;
}

/** What was used in a period, by what it was; what had no price is apart. */
export async function usageByService(tx: TenantDb, { from, to }: Period): Promise<Counted[]> {
  const rows = await tx.db
    .selectFrom('call_usage')
    .select([
      'service',
      'provider',
      'model',
      'unit',
      sql<string>`sum(quantity)`.as('quantity'),
      sql<string | null>`round(sum(micro_usd))`.as('micro_usd'),
    ])
    .where('at', '>=', from)
    .where('at', '<', to)
    .groupBy(['service', 'provider', 'model', 'unit', sql`micro_usd is null`])
    .orderBy('service')
    .orderBy('provider')
    .orderBy('model')
    .orderBy('unit')
    .execute();
  return rows.map(({ micro_usd: microUsd, quantity, ...rest }) => ({
    ...rest,
    quantity: Number(quantity),
    microUsd: microUsd === null ? null : Number(microUsd),
  }));
}

/** What a period cost, in micro-USD, rounded once, and how many calls began in it. */
export async function totalsOf(
  tx: TenantDb,
  { from, to }: Period,
): Promise<{ readonly microUsd: number; readonly calls: number }> {
  const spent = await tx.db
    .selectFrom('call_usage')
    .select(sql<string>`coalesce(round(sum(micro_usd)), 0)`.as('micro_usd'))
    .where('at', '>=', from)
    .where('at', '<', to)
    .executeTakeFirstOrThrow();
  const counted = await tx.db
    .selectFrom('calls')
    .select(({ fn }) => fn.countAll<string>().as('calls'))
    .where('started_at', '>=', from)
    .where('started_at', '<', to)
    .executeTakeFirstOrThrow();
  return { microUsd: Number(spent.micro_usd), calls: Number(counted.calls) };
}
