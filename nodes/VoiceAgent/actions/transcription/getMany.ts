import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { returnAllOrLimit } from '../../../shared/paging';
import { listed } from '../../shared/list';
import { ownerFilter } from '../../shared/locators';
import { tenantGiven } from '../../shared/tenants';

export const description: INodeProperties[] = [
	ownerFilter,
	...returnAllOrLimit,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: [
			{
				displayName: 'Call SID',
				name: 'callSid',
				type: 'string',
				default: '',
				placeholder: 'CA…',
				description: "Only transcriptions of this call of Twilio's",
			},
			{
				displayName: 'Status',
				name: 'status',
				type: 'options',
				default: 'completed',
				options: [
					{ name: 'Completed', value: 'completed' },
					{ name: 'Failed', value: 'failed' },
					{ name: 'In Progress', value: 'in-progress' },
					{ name: 'Waiting', value: 'waiting', description: 'The audio has not begun' },
				],
				description: 'Only transcriptions in this state',
			},
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const filters = this.getNodeParameter('filters', itemIndex, {}) as IDataObject;
	const query = { ...tenantGiven.call(this, itemIndex), ...filters };
	return await listed.call(this, '/v1/transcriptions', query, itemIndex);
}
