import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filtersField, readLimit, returnAllOrLimit } from '../../../shared/paging';
import { checkMoment } from '../../shared/checks';
import { conferenceOutput } from '../../shared/outputs';
import { twilioList } from '../../transport/twilio';

export const description: INodeProperties[] = [
	{
		displayName: 'Status',
		name: 'status',
		type: 'options',
		default: 'in-progress',
		options: [
			{ name: 'Completed', value: 'completed' },
			{ name: 'In Progress', value: 'in-progress' },
			{ name: 'Not Begun', value: 'init', description: 'Everybody in it is still waiting' },
		],
		description: 'Only conferences in this state; Twilio lists one state at a time',
	},
	...returnAllOrLimit,
	filtersField([
		{
			displayName: 'Created After',
			name: 'createdAfter',
			type: 'dateTime',
			default: '',
			description: 'Only conferences from this moment on',
		},
		{
			displayName: 'Created Before',
			name: 'createdBefore',
			type: 'dateTime',
			default: '',
			description: 'Only conferences up to this moment',
		},
		{
			displayName: 'Friendly Name',
			name: 'friendlyName',
			type: 'string',
			default: '',
			placeholder: 'support-42',
			description: 'Only conferences of exactly this name',
		},
	]),
];

/** Since September 2026 Twilio lists those in progress when no status is given, so it is always sent. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const filters = this.getNodeParameter('filters', itemIndex, {}) as {
		createdAfter?: string;
		createdBefore?: string;
		friendlyName?: string;
	};
	const conferences = await twilioList(
		this,
		'conferences',
		{
			path: '/Conferences.json',
			qs: {
				Status: this.getNodeParameter('status', itemIndex),
				FriendlyName: filters.friendlyName,
				// The comparison is part of the parameter's name.
				'DateCreated>': checkMoment.call(this, filters.createdAfter, 'Created After', itemIndex),
				'DateCreated<': checkMoment.call(this, filters.createdBefore, 'Created Before', itemIndex),
			},
			itemIndex,
		},
		readLimit.call(this, itemIndex),
	);
	return conferences.map(conferenceOutput);
}
