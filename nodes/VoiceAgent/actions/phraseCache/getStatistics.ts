import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { ownerFilter } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [ownerFilter];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await sidecarRequest(this, {
		method: 'GET',
		path: '/v1/phrases/stats',
		qs: tenantGiven.call(this, itemIndex),
		itemIndex,
	});
}
