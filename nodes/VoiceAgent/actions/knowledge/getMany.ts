import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, returnAllOrLimit } from '../../../shared/paging';
import { ownerLocator } from '../../shared/locators';
import { listedOfTenant } from '../../shared/tenantList';

export const description: INodeProperties[] = [
	ownerLocator,
	...returnAllOrLimit,
	filtersField([
		{
			displayName: 'External ID',
			name: 'externalId',
			type: 'string',
			default: '',
			description: 'Only the document with this ID where it comes from',
		},
		{
			displayName: 'Search',
			name: 'search',
			type: 'string',
			default: '',
			description: 'Only documents with this text in their title',
		},
	]),
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	return await listedOfTenant.call(this, '/v1/knowledge/documents', itemIndex);
}
