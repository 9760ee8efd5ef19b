import { DateTime } from 'luxon';
import type { Database, TenantDb } from '../../db/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { EventPublisher } from '../events/publisher.ts';
import type { EventData } from '../events/schema.ts';
import type { Budget } from '../tenants/realtime.ts';
import type { BudgetHolder, Tenant } from '../tenants/schema.ts';
import { toReference } from '../tenants/schema.ts';
import { noteTold, spentIn } from './repository.ts';
import type { BudgetState } from './schema.ts';

/** First day of the month of a moment. @param timezone IANA name @example '2026-11-01' */
export function monthOf(atMs: number, timezone: string): string {
  return DateTime.fromMillis(atMs, { zone: timezone }).toFormat('yyyy-MM-01');
}

export function budgetState(budget: Budget, spentMicroUsd: number): BudgetState {
  const { monthlyMicroUsd, warnAtPercent } = budget;
  const warnAt = (monthlyMicroUsd * warnAtPercent) / 100;
  const state =
    spentMicroUsd >= monthlyMicroUsd ? 'exceeded' : spentMicroUsd >= warnAt ? 'warned' : 'ok';
  return { monthlyMicroUsd, warnAtPercent, spentMicroUsd, state };
}

/**
 * What is to be told of a month's budget, which counts as told then.
 * @param month its first day
 */
export async function dueNotices(
  tx: TenantDb,
  tenant: BudgetHolder,
  month: string,
  spentMicroUsd: number,
  now: Date,
): Promise<EventData[]> {
  if (tenant.budget === null) return [];
  const budget = budgetState(tenant.budget, spentMicroUsd);
  if (budget.state === 'ok') return [];
  const data = { tenant: toReference(tenant), budget };
  const events: EventData[] = [];
  if (await noteTold(tx, month, 'warning', now)) events.push({ type: 'budget.warning', data });
  if (budget.state === 'exceeded' && (await noteTold(tx, month, 'exceeded', now))) {
    events.push({ type: 'budget.exceeded', data });
  }
  return events;
}

interface BudgetsParts {
  readonly db: Database;
  readonly publisher: EventPublisher;
  readonly clock: Clock;
}

/** Whether a tenant's month is spent. */
export class Budgets {
  readonly #parts: BudgetsParts;

  constructor(parts: BudgetsParts) {
    this.#parts = parts;
  }

  /** How this month stands; tells what is to be told of it. @returns null without a budget */
  async stateOf(tenant: Tenant): Promise<BudgetState | null> {
    const { budget } = tenant;
    if (budget === null) return null;
    const now = new Date(this.#parts.clock.nowMs());
    const month = monthOf(now.getTime(), tenant.timezone);
    const { state, told } = await this.#parts.db.withTenant(tenant.id, async (tx) => {
      const spentMicroUsd = await spentIn(tx, month);
      let told = false;
      for (const event of await dueNotices(tx, tenant, month, spentMicroUsd, now)) {
        told = (await this.#parts.publisher.publish(tx, event)) || told;
      }
      return { state: budgetState(budget, spentMicroUsd), told };
    });
    if (told) this.#parts.publisher.committed();
    return state;
  }
}
