import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Live',
	value: 'live',
	description: 'A call that is going on',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['live'] } },
	default: 'start',
	options: [
		{
			name: 'Start',
			value: 'start',
			action: 'Start a live transcription',
			description: 'Have a running call transcribed while it goes on',
		},
		{
			name: 'Stop',
			value: 'stop',
			action: 'Stop a live transcription',
			description: 'End it before the call ends',
		},
	],
};
