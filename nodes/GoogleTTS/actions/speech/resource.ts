import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Speech',
	value: 'speech',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['speech'] } },
	default: 'synthesize',
	options: [
		{
			name: 'Synthesize',
			value: 'synthesize',
			action: 'Synthesize speech from text',
			description: 'Turn a text into an audio file that is spoken by a voice of Google',
		},
	],
};
