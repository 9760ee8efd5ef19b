import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Audio',
	value: 'audio',
	description: 'A recording',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['audio'] } },
	default: 'transcribe',
	options: [
		{
			name: 'Transcribe',
			value: 'transcribe',
			action: 'Transcribe a recording',
			description: 'Turn a recording of any length into text, turns or subtitles',
		},
	],
};
