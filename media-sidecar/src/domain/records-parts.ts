import type { Database } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Tenants } from './tenants/tenants.ts';

/** What the records of tenants need. */
export interface RecordsParts {
  readonly db: Database;
  readonly tenants: Tenants;
  readonly clock: Clock;
}
