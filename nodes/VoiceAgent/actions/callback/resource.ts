import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Callback', value: 'callback' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['callback'] } },
	default: 'getMany',
	options: [
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many callbacks',
			description: 'List whom agents have promised that somebody calls back, the earliest first',
		},
		{
			name: 'Update Status',
			value: 'updateStatus',
			action: 'Update the status of a callback',
			description: 'Note that somebody has called back, or need not any more',
		},
	],
};
