import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { returnAllOrLimit } from '../../../shared/paging';
import { sidecarRequest } from '../../../shared/sidecar';

/** What the sidecar gives at once, at most. */
const pageSize = 200;

export const description: INodeProperties[] = [
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
		],
	},
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
	const limit = this.getNodeParameter('returnAll', itemIndex, false)
		? Infinity
		: Number(this.getNodeParameter('limit', itemIndex, 50));
	if (!(limit >= 1)) {
		throw new NodeOperationError(this.getNode(), 'The field Limit must be at least 1', {
			itemIndex,
			description: 'To get all conversations, turn on Return All.',
		});
	}
	const calls: IDataObject[] = [];
	let cursor: string | undefined;
	do {
		const page = await sidecarRequest(this, {
			method: 'GET',
			path: '/v1/calls',
			qs: {
				...filters,
				startedAfter: moment.call(this, startedAfter, 'Started After', itemIndex),
				startedBefore: moment.call(this, startedBefore, 'Started Before', itemIndex),
				limit: Math.min(pageSize, limit - calls.length),
				cursor,
			},
			itemIndex,
		});
		calls.push(...((page.data ?? []) as IDataObject[]));
		cursor = typeof page.nextCursor === 'string' ? page.nextCursor : undefined;
	} while (cursor !== undefined && calls.length < limit);
	return calls.slice(0, limit);
}

function moment(
	this: IExecuteFunctions,
	value: string | undefined,
	label: string,
	itemIndex: number,
): string | undefined {
	if (!value) return undefined;
	const time = new Date(value);
	if (!Number.isNaN(time.getTime())) return time.toISOString();
	throw new NodeOperationError(this.getNode(), `"${value}" in ${label} is not a date`, {
		itemIndex,
		description: 'Use an ISO 8601 date such as 2026-11-21T09:00:00-03:00.',
	});
}
