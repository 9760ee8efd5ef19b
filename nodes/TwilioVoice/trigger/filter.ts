import type { IWebhookFunctions } from 'n8n-workflow';

import { chosenNumbers } from './numbers';
import { ownNumber, type EventFields } from './events';
import type { TenantLookup } from './tenant';

interface Filters {
	onlyNumbers?: unknown;
	onlyTenants?: unknown;
}

/**
 * Whether the builder wants the event. What an event does not tell cannot exclude it: those without a
 * number pass the filter by number, and a sidecar that is not there excludes no tenant.
 */
export function isWanted(
	this: IWebhookFunctions,
	fields: EventFields,
	{ tenant, tenantLookup }: TenantLookup,
): boolean {
	const { onlyNumbers, onlyTenants } = this.getNodeParameter('options', {}) as Filters;
	const numbers = chosenNumbers(onlyNumbers);
	const number = ownNumber(fields);
	if (numbers.length > 0 && number !== '' && ![number, '*'].some((one) => numbers.includes(one))) {
		return false;
	}
	const tenants = chosenSlugs(onlyTenants);
	if (tenants.length === 0 || ['off', 'no-number', 'unavailable'].includes(tenantLookup)) {
		return true;
	}
	return tenant !== null && tenants.includes(String(tenant.slug));
}

function chosenSlugs(value: unknown): string[] {
	const list = Array.isArray(value) ? value : String(value ?? '').split(',');
	return list.map((one) => String(one).trim()).filter(Boolean);
}
