import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Call',
	value: 'call',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['call'] } },
	default: 'make',
	options: [
		{
			name: 'Get',
			value: 'get',
			action: 'Get a call',
			description: 'Read the state of a call',
		},
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many calls',
			description: 'List the calls of the account, newest first',
		},
		{
			name: 'Hang Up',
			value: 'hangUp',
			action: 'Hang up a call',
			description: 'End a call that rings or is in progress',
		},
		{
			name: 'Make',
			value: 'make',
			action: 'Make a call',
			description: 'Call somebody, and say a text, follow TwiML or connect an AI agent',
		},
		{
			name: 'Redirect',
			value: 'update',
			action: 'Redirect a call',
			description: 'Give a call in progress new instructions: a text, TwiML or an address',
		},
		{
			name: 'Say or Play',
			value: 'speak',
			action: 'Say or play something into a call',
			description: 'Say a text or play audio in a call in progress, then go on as you choose',
		},
		{
			name: 'Transfer',
			value: 'transfer',
			action: 'Transfer a call',
			description: 'Put the caller through to a human, at once or after a spoken summary',
		},
	],
};
