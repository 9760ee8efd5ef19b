import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Phrase Cache', value: 'phraseCache' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['phraseCache'] } },
	default: 'getMany',
	options: [
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many cached phrases',
			description: 'List the phrases whose audio is kept, newest first',
		},
		{
			name: 'Get Statistics',
			value: 'getStatistics',
			action: 'Get statistics of the phrase cache',
			description: 'How many phrases are kept, and how often they were found',
		},
		{
			name: 'Remove',
			value: 'remove',
			action: 'Remove cached phrases',
			description: 'Have phrases spoken anew, for example after a voice was changed',
		},
	],
};
