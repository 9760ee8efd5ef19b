import { DateTime } from 'luxon';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import type { RecordsParts } from '../records-parts.ts';
import { toReference } from '../tenants/schema.ts';
import { budgetState, monthOf } from './budgets.ts';
import type { PriceTable, PriceTableData } from './price-table.ts';
import { usageUnitSchema } from './price-table.ts';
import { spentIn, totalsOf, usageByService } from './repository.ts';
import type { CostQuery, CostReport } from './schema.ts';

/** Longer reports would keep the database busy. */
const maxDays = 400;

interface CostsParts extends RecordsParts {
  readonly prices: PriceTable;
}

/** What calls cost, as far as a key may see it. */
export class Costs {
  readonly #parts: CostsParts;

  constructor(parts: CostsParts) {
    this.#parts = parts;
  }

  /** The prices in force. */
  get prices(): PriceTableData {
    return this.#parts.prices.data;
  }

  /** @throws DomainError tenant-required, tenant-not-found, invalid-request */
  async report(access: Access, query: CostQuery): Promise<CostReport> {
    const tenant = await this.#parts.tenants.requireScope(access, query.tenant);
    const zone = tenant.timezone;
    const now = DateTime.fromMillis(this.#parts.clock.nowMs(), { zone });
    const from = dayOf(query.from, zone) ?? now.startOf('month');
    const to = dayOf(query.to, zone) ?? now.endOf('month').startOf('day');
    if (to < from) throw domainErrors.invalid('to', 'must not be before from');
    if (to.diff(from, 'days').days >= maxDays) {
      throw domainErrors.invalid('to', `must be less than ${String(maxDays)} days after from`);
    }
    const period = { from: from.toJSDate(), to: to.plus({ days: 1 }).startOf('day').toJSDate() };
    const { counted, totals, spent } = await this.#parts.db.withTenant(tenant.id, async (tx) => ({
      counted: await usageByService(tx, period),
      totals: await totalsOf(tx, period),
      spent: await spentIn(tx, monthOf(now.toMillis(), zone)),
    }));
    const known = counted.map((each) => ({ ...each, unit: usageUnitSchema.parse(each.unit) }));
    return {
      tenant: toReference(tenant),
      from: from.toFormat('yyyy-MM-dd'),
      to: to.toFormat('yyyy-MM-dd'),
      currency: 'USD',
      ...totals,
      byService: known.flatMap(({ microUsd, ...rest }) =>
        microUsd === null ? [] : [{ ...rest, microUsd }],
      ),
      unpriced: known.flatMap(({ microUsd, service: _service, ...rest }) =>
        microUsd === null ? [rest] : [],
      ),
      budget: tenant.budget === null ? null : budgetState(tenant.budget, spent),
    };
  }
}

function dayOf(date: string | undefined, zone: string): DateTime | undefined {
  return date === undefined ? undefined : DateTime.fromISO(date, { zone }).startOf('day');
}
