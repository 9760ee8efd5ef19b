import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Live Audio',
	value: 'liveAudio',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['liveAudio'] } },
	default: 'connect',
	options: [
		{
			name: 'Connect to AI Agent',
			value: 'connect',
			action: 'Connect a running call to an AI agent',
			description: 'Hand a call in progress to a session of the Voice Agent node',
		},
		{
			name: 'Send Digits',
			value: 'sendDigits',
			action: 'Send digits into a call',
			description: 'Press keys in a call in progress, then go on as you choose',
		},
		{
			name: 'Start Copy',
			value: 'start',
			action: 'Start a copy of the audio of a call',
			description:
				'Have a call transcribed live, or send its audio to a WebSocket; the call goes on as it was',
		},
		{
			name: 'Stop Copy',
			value: 'stop',
			action: 'Stop a copy of the audio of a call',
			description: 'End a live transcription or a stream; the call goes on as it was',
		},
	],
};
