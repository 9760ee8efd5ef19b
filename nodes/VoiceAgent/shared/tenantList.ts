import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { asNumber } from './checks';
import { listed } from './list';
import { tenantGiven } from './tenants';

/** What tenants have of something, as the fields Tenant, Return All, Limit and Filters say. */
export async function listedOfTenant(
	this: IExecuteFunctions,
	path: string,
	itemIndex: number,
): Promise<IDataObject[]> {
	const query = { ...tenantGiven.call(this, itemIndex), ...readFilters.call(this, itemIndex) };
	return await listed.call(this, path, query, itemIndex);
}

/** The filters that were added: a phone number in E.164, the others as they are. */
function readFilters(this: IExecuteFunctions, itemIndex: number): IDataObject {
	const filters = this.getNodeParameter('filters', itemIndex, {}) as IDataObject;
	const { phoneNumber, ...others } = filters;
	if (!phoneNumber) return others;
	const number = asNumber.call(this, String(phoneNumber), 'Phone Number', itemIndex);
	return { ...others, phoneNumber: number };
}
