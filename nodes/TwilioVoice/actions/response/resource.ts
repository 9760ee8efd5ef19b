import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Respond to Call',
	value: 'response',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['response'] } },
	default: 'connect',
	options: [
		{
			name: 'Connect to AI Agent',
			value: 'connect',
			action: 'Respond by connecting to an AI agent',
			description: 'Connect the waiting call to a session of the Voice Agent node',
		},
		{
			name: 'Hang Up',
			value: 'hangUp',
			action: 'Respond by hanging up',
			description: 'End the waiting call without a word',
		},
		{
			name: 'Play',
			value: 'play',
			action: 'Respond by playing audio',
			description: 'Play an audio file and hang up',
		},
		{
			name: 'Reject',
			value: 'reject',
			action: 'Respond by rejecting the call',
			description: 'Refuse the waiting call before it is answered',
		},
		{
			name: 'Say',
			value: 'say',
			action: 'Respond by saying a text',
			description: 'Say a text and hang up',
		},
	],
};
