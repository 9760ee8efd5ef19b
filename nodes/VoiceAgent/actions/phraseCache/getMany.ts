import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, returnAllOrLimit } from '../../../shared/paging';
import { ownerFilter } from '../../shared/locators';
import { listedOfTenant } from '../../shared/tenantList';

export const description: INodeProperties[] = [
	ownerFilter,
	...returnAllOrLimit,
	filtersField([
		{
			displayName: 'Search',
			name: 'search',
			type: 'string',
			default: '',
			description: 'Only phrases with this text',
		},
	]),
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	return await listedOfTenant.call(this, '/v1/phrases', itemIndex);
}
