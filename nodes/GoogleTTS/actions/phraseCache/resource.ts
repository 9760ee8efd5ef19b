import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Phrase Cache',
	value: 'phraseCache',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['phraseCache'] } },
	default: 'warm',
	options: [
		{
			name: 'Get Statistics',
			value: 'getStatistics',
			action: 'Get statistics of the phrase cache',
			description: 'How many phrases are kept, and how often they were found',
		},
		{
			name: 'Get Warming',
			value: 'getWarming',
			action: 'Get the progress of a warming',
			description: 'How far a warming is that was started without waiting for it',
		},
		{
			name: 'Remove',
			value: 'remove',
			action: 'Remove phrases from the phrase cache',
			description: 'Forget the phrases of a tenant, of a voice, or one phrase',
		},
		{
			name: 'Warm',
			value: 'warm',
			action: 'Warm the phrase cache',
			description: 'Have many phrases spoken ahead of calls, so that they are heard without delay',
		},
	],
};
