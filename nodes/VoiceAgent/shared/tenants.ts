import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { RequestContext } from '../../shared/request';
import { optionalText } from './checks';
import { pageOf } from './list';

/** All tenants that the API key sees. */
export async function listTenants(
	context: RequestContext,
	itemIndex?: number,
): Promise<IDataObject[]> {
	const tenants: IDataObject[] = [];
	let cursor: string | undefined;
	do {
		const page = await pageOf(context, '/v1/tenants', { cursor }, itemIndex);
		tenants.push(...page.data);
		cursor = page.nextCursor;
	} while (cursor !== undefined);
	return tenants;
}

/** The field Tenant, for a request; nothing when it is empty. */
export function tenantGiven(
	this: IExecuteFunctions,
	itemIndex: number,
): { tenant: string | undefined } {
	return { tenant: optionalText.call(this, 'tenant', itemIndex) };
}
