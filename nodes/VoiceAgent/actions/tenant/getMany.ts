import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { listTenants } from '../../shared/tenants';

export const description: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const tenants = await listTenants(this, itemIndex);
	return this.getNodeParameter('returnAll', itemIndex, false)
		? tenants
		: tenants.slice(0, Number(this.getNodeParameter('limit', itemIndex, 50)));
}
