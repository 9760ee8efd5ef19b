import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Call', value: 'call' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['call'] } },
	default: 'get',
	options: [
		{
			name: 'End',
			value: 'end',
			action: 'End a call',
			description: 'Hang up a conversation that is going on',
		},
		{
			name: 'Get',
			value: 'get',
			action: 'Get a call with its transcript',
			description: 'Read one conversation, turn by turn',
		},
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many calls',
			description: 'List conversations, newest first',
		},
		{
			name: 'Update',
			value: 'update',
			action: 'Update the metadata or analysis of a call',
			description: 'Keep data with a conversation: fields of your own, the result of an analysis',
		},
	],
};
