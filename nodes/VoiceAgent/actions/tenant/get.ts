import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { tenantLocator } from '../../shared/tenantLocator';

export const description: INodeProperties[] = [tenantLocator];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const tenant = readText.call(this, 'tenant', 'Tenant', itemIndex);
	const reply = await sidecarRequest(this, {
		method: 'GET',
		path: `/v1/tenants/${encodeURIComponent(tenant)}`,
		itemIndex,
	});
	return (reply.tenant ?? reply) as IDataObject;
}
