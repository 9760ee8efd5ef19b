import type { UsageRecord } from '../../call/ports.ts';
import type { TenantDb } from '../../db/database.ts';
import type { EventData } from '../events/schema.ts';
import { dueNotices } from './budgets.ts';
import type { PriceTable } from './price-table.ts';
import { insertUsage } from './repository.ts';

/**
 * Stores what was used with what it costs, and adds that to its month.
 * @param usage its id recognises it when it is stored again
 * @returns what is to be told of the budget
 */
export async function storeUsage(
  tx: TenantDb,
  usage: UsageRecord & { readonly id: string },
  prices: PriceTable,
): Promise<EventData[]> {
  const amounts = prices.price(usage);
  if (amounts.length === 0) return [];
  const added = await insertUsage(tx, usage, amounts);
  if (added === undefined) throw new Error('the tenant is not there');
  const { tenant, month, spentMicroUsd } = added;
  if (spentMicroUsd === undefined) return [];
  return dueNotices(tx, tenant, month, spentMicroUsd, new Date(usage.atMs));
}
