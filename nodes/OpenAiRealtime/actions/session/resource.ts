import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Session', value: 'session' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['session'] } },
	default: 'build',
	options: [
		{
			name: 'Build',
			value: 'build',
			action: 'Build a session',
			description: 'Put a session together without sending it anywhere',
		},
	],
};
