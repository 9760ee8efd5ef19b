import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { e164, readText } from '../../shared/checks';
import { contactLocator, ownerLocator } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [ownerLocator, contactLocator];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const qs = tenantGiven.call(this, itemIndex);
	let id = readText.call(this, 'contactId', 'Contact', itemIndex);
	if (e164.test(id)) {
		const path = `/v1/contacts/${encodeURIComponent(id)}`;
		id = String((await sidecarRequest(this, { method: 'GET', path, qs, itemIndex })).id);
	}
	await sidecarRequest(this, {
		method: 'DELETE',
		path: `/v1/contacts/${encodeURIComponent(id)}`,
		qs,
		itemIndex,
	});
	return { id, deleted: true };
}
