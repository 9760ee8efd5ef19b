import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Personal Data', value: 'personalData' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['personalData'] } },
	default: 'redact',
	options: [
		{
			name: 'Redact',
			value: 'redact',
			action: 'Redact personal data in a conversation',
			description: 'Replace telephone numbers, identity numbers, cards, names and the like',
		},
	],
};
