import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, returnAllOrLimit } from '../../../shared/paging';
import { listed } from '../../shared/list';
import { listFields, listGiven } from '../../shared/doNotCallFields';

export const description: INodeProperties[] = [
	...listFields,
	...returnAllOrLimit,
	filtersField([
		{
			displayName: 'Search',
			name: 'search',
			type: 'string',
			default: '',
			placeholder: '+569',
			description: 'Only numbers with these digits',
		},
	]),
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const filters = this.getNodeParameter('filters', itemIndex, {}) as IDataObject;
	const query = { ...listGiven.call(this, itemIndex), ...filters };
	return await listed.call(this, '/v1/do-not-call', query, itemIndex);
}
