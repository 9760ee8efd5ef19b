import type { Database } from '../../db/database.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { AddressPolicy } from './address-guard.ts';
import type { Sealer } from './sealer.ts';

/** What keeps addresses to which signed requests go, with their secrets. */
export interface WebhookOwnerParts {
  readonly db: Database;
  readonly tenants: Tenants;
  readonly sealer: Sealer;
  readonly policy: AddressPolicy;
}
