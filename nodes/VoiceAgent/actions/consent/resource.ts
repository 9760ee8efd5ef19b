import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Consent', value: 'consent' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['consent'] } },
	default: 'getState',
	options: [
		{
			name: 'Get History',
			value: 'getMany',
			action: 'Get the history of consents',
			description: 'List what was granted and withdrawn, newest first',
		},
		{
			name: 'Get State',
			value: 'getState',
			action: 'Get the consents that hold for a phone number',
			description: 'Find out what somebody has agreed to now',
		},
		{
			name: 'Record',
			value: 'record',
			action: 'Record a consent',
			description: 'Write down that somebody agreed, or took it back; entries are never changed',
		},
	],
};
