import type { UsageRecord } from '../../call/ports.ts';
import type { TenantDb } from '../../db/database.ts';
import type { EventData } from '../events/schema.ts';
import { dueNotices } from './budgets.ts';
import type { PriceTable } from './price-table.ts';
import { insertUsages } from './repository.ts';

/** Its id recognises it when it is stored again. */
export type IdentifiedUsage = UsageRecord & { readonly id: string };

/**
 * Stores what was used with what it costs, and adds that to its months.
 * @returns what is to be told of the budget
 */
export async function storeUsages(
  tx: TenantDb,
  usages: readonly IdentifiedUsage[],
  prices: PriceTable,
): Promise<EventData[]> {
  const priced = usages.map((usage) => ({ ...usage, amounts: prices.price(usage) }));
  const months = await insertUsages(
    tx,
    priced.filter(({ amounts }) => amounts.length > 0),
  );
  const now = new Date(Math.max(...usages.map(({ atMs }) => atMs)));
  const events: EventData[] = [];
  for (const { tenant, month, spentMicroUsd } of months) {
    events.push(...(await dueNotices(tx, tenant, month, spentMicroUsd, now)));
  }
  return events;
}
