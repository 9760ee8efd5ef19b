import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Recording',
	value: 'recording',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['recording'] } },
	default: 'download',
	options: [
		{
			name: 'Delete',
			value: 'delete',
			action: 'Delete a recording',
			description: 'Delete the audio of a recording for good',
		},
		{
			name: 'Download',
			value: 'download',
			action: 'Download a recording',
			description: 'Get the audio of a recording as a file, WAV or MP3',
		},
		{
			name: 'Get',
			value: 'get',
			action: 'Get a recording',
			description: 'Read the state of a recording: whether it is complete, its length, its call',
		},
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many recordings',
			description: 'List the recordings of the account, of a call or of a conference, newest first',
		},
		{
			name: 'Pause',
			value: 'pause',
			action: 'Pause a recording',
			description: 'Stop recording a running call for a while, for example for a card number',
		},
		{
			name: 'Resume',
			value: 'resume',
			action: 'Resume a recording',
			description: 'Go on recording after a pause',
		},
		{
			name: 'Start',
			value: 'start',
			action: 'Start a recording',
			description: 'Begin to record a running call',
		},
		{
			name: 'Stop',
			value: 'stop',
			action: 'Stop a recording',
			description: 'End the recording of a running call',
		},
	],
};
