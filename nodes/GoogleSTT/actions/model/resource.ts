import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Model',
	value: 'model',
	description: 'What Google recognises with',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['model'] } },
	default: 'getMany',
	options: [
		{
			name: 'Get Languages',
			value: 'getLanguages',
			action: 'Get the languages',
			description: 'List the languages and which models know them',
		},
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many models',
			description: 'List the models with their languages and features',
		},
	],
};
