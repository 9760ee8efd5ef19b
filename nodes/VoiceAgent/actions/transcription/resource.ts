import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Transcription', value: 'transcription' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['transcription'] } },
	default: 'get',
	options: [
		{
			name: 'Get',
			value: 'get',
			action: 'Get a live transcription',
			description: 'Read what was said on a call so far, or in all',
		},
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many live transcriptions',
			description: 'List live transcriptions, newest first',
		},
	],
};
