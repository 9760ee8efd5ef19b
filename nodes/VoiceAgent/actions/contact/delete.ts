import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { contactIdOf } from '../../shared/contactId';
import { contactLocator, ownerLocator } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [ownerLocator, contactLocator];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const tenant = tenantGiven.call(this, itemIndex);
	const written = readText.call(this, 'contactId', 'Contact', itemIndex);
	const id = await contactIdOf.call(this, written, tenant, itemIndex);
	await sidecarRequest(this, {
		method: 'DELETE',
		path: `/v1/contacts/${encodeURIComponent(id)}`,
		qs: tenant,
		itemIndex,
	});
	return { id, deleted: true };
}
