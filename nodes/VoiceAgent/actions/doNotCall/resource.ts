import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Do Not Call', value: 'doNotCall' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['doNotCall'] } },
	default: 'check',
	options: [
		{
			name: 'Add',
			value: 'add',
			action: 'Add a number to the do not call list',
			description: 'Sessions for calls to this number are declined from now on',
		},
		{
			name: 'Check',
			value: 'check',
			action: 'Check a number against the do not call lists',
			description: 'Find out whether a number must not be called',
		},
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many numbers of the do not call list',
			description: 'List the numbers that must not be called, newest first',
		},
		{
			name: 'Remove',
			value: 'remove',
			action: 'Remove a number from the do not call list',
			description: 'Allow calls to a number again',
		},
	],
};
