import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { tenantLocator } from '../../shared/tenantLocator';

export const description: INodeProperties[] = [
	{
		displayName:
			'The calls, contacts, consents, do-not-call entries, documents and API keys of the tenant go with it. This cannot be undone.',
		name: 'deleteNotice',
		type: 'notice',
		default: '',
	},
	{ ...tenantLocator, description: 'Which tenant' },
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const tenant = readText.call(this, 'tenant', 'Tenant', itemIndex);
	await sidecarRequest(this, {
		method: 'DELETE',
		path: `/v1/tenants/${encodeURIComponent(tenant)}`,
		itemIndex,
	});
	return { tenant, deleted: true };
}
