import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, readLimit, returnAllOrLimit } from '../../../shared/paging';
import { callOutput } from '../../shared/callOutput';
import { checkMoment } from '../../shared/checks';
import { twilioList } from '../../transport/twilio';

export const description: INodeProperties[] = [
	...returnAllOrLimit,
	filtersField([
		{
			displayName: 'From',
			name: 'from',
			type: 'string',
			default: '',
			placeholder: '+56912345678',
			description: 'Only calls from this number',
		},
		{
			displayName: 'Parent Call SID',
			name: 'parentCallSid',
			type: 'string',
			default: '',
			description: 'Only calls that were begun by this call',
		},
		{
			displayName: 'Started After',
			name: 'startedAfter',
			type: 'dateTime',
			default: '',
			description: 'Only calls that started at this moment or later',
		},
		{
			displayName: 'Started Before',
			name: 'startedBefore',
			type: 'dateTime',
			default: '',
			description: 'Only calls that started at this moment or earlier',
		},
		{
			displayName: 'Status',
			name: 'status',
			type: 'options',
			default: 'completed',
			options: [
				{ name: 'Busy', value: 'busy' },
				{ name: 'Canceled', value: 'canceled' },
				{ name: 'Completed', value: 'completed' },
				{ name: 'Failed', value: 'failed' },
				{ name: 'In Progress', value: 'in-progress' },
				{ name: 'No Answer', value: 'no-answer' },
				{ name: 'Queued', value: 'queued' },
				{ name: 'Ringing', value: 'ringing' },
			],
			description: 'Only calls in this state',
		},
		{
			displayName: 'To',
			name: 'to',
			type: 'string',
			default: '',
			placeholder: '+56221234567',
			description: 'Only calls to this number',
		},
	]),
];

interface Filters {
	from?: string;
	to?: string;
	status?: string;
	parentCallSid?: string;
	startedAfter?: string;
	startedBefore?: string;
}

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const filters = this.getNodeParameter('filters', itemIndex, {}) as Filters;
	const calls = await twilioList(
		this,
		'calls',
		{
			path: '/Calls.json',
			qs: {
				From: filters.from,
				To: filters.to,
				Status: filters.status,
				ParentCallSid: filters.parentCallSid,
				// The comparison is part of the parameter's name.
				'StartTime>': checkMoment.call(this, filters.startedAfter, 'Started After', itemIndex),
				'StartTime<': checkMoment.call(this, filters.startedBefore, 'Started Before', itemIndex),
			},
			itemIndex,
		},
		readLimit.call(this, itemIndex),
	);
	return calls.map(callOutput);
}
