import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, returnAllOrLimit } from '../../../shared/paging';
import { asTime } from '../../shared/checks';
import { listed } from '../../shared/list';

export const description: INodeProperties[] = [
	...returnAllOrLimit,
	filtersField([
		{
			displayName: 'Call SID',
			name: 'callSid',
			type: 'string',
			default: '',
			placeholder: 'CA…',
			description: "Only the conversation of this call of Twilio's",
		},
		{
			displayName: 'Direction',
			name: 'direction',
			type: 'options',
			default: 'inbound',
			options: [
				{ name: 'Inbound', value: 'inbound' },
				{ name: 'Outbound', value: 'outbound' },
			],
			description: 'Only conversations in this direction',
		},
		{
			displayName: 'From',
			name: 'from',
			type: 'string',
			default: '',
			placeholder: '+56912345678',
			description: 'Only conversations that this number began',
		},
		{
			displayName: 'Started After',
			name: 'startedAfter',
			type: 'dateTime',
			default: '',
			description: 'Only conversations that began at this moment or later',
		},
		{
			displayName: 'Started Before',
			name: 'startedBefore',
			type: 'dateTime',
			default: '',
			description: 'Only conversations that began before this moment',
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
			],
			description: 'Only conversations in this state',
		},
		{
			displayName: 'Tenant',
			name: 'tenant',
			type: 'string',
			default: '',
			placeholder: 'automotora-andes',
			description: 'Only conversations of the tenant with this slug or ID',
		},
		{
			displayName: 'To',
			name: 'to',
			type: 'string',
			default: '',
			placeholder: '+56221234567',
			description: 'Only conversations in which this number was called',
		},
	]),
];

type Filters = Partial<
	Record<
		| 'callSid'
		| 'direction'
		| 'from'
		| 'startedAfter'
		| 'startedBefore'
		| 'status'
		| 'tenant'
		| 'to',
		string
	>
>;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const { startedAfter, startedBefore, ...filters } = this.getNodeParameter(
		'filters',
		itemIndex,
		{},
	) as Filters;
	const query = {
		...filters,
		startedAfter: asTime.call(this, startedAfter, 'Started After', itemIndex),
		startedBefore: asTime.call(this, startedBefore, 'Started Before', itemIndex),
	};
	return await listed.call(this, '/v1/calls', query, itemIndex);
}
