import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Number',
	value: 'number',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['number'] } },
	default: 'getMany',
	options: [
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many numbers',
			description: 'List the phone numbers of the account and where their calls go',
		},
		{
			name: 'Look Up',
			value: 'lookUp',
			action: 'Look up a number',
			description: 'Find out whether any phone number is valid, and whether it is a mobile',
		},
		{
			name: 'Set Voice Webhooks',
			value: 'setWebhooks',
			action: 'Set the voice webhooks of a number',
			description: 'Say where Twilio asks what to do with the calls to a number',
		},
	],
};
