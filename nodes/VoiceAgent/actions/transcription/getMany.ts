import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, returnAllOrLimit } from '../../../shared/paging';
import { ownerFilter } from '../../shared/locators';
import { listedOfTenant } from '../../shared/tenantList';

export const description: INodeProperties[] = [
	ownerFilter,
	...returnAllOrLimit,
	filtersField([
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
	]),
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	return await listedOfTenant.call(this, '/v1/transcriptions', itemIndex);
}
