import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { returnAllOrLimit } from '../../../shared/paging';
import { listTenants } from '../../shared/tenants';

export const description: INodeProperties[] = returnAllOrLimit;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const tenants = await listTenants(this, itemIndex);
	return this.getNodeParameter('returnAll', itemIndex, false)
		? tenants
		: tenants.slice(0, Number(this.getNodeParameter('limit', itemIndex, 50)));
}
