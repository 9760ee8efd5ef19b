import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Conversation',
	value: 'conversation',
	description: 'The call waits on the canvas: one execution carries all of it',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['conversation'] } },
	default: 'ask',
	options: [
		{
			name: 'Ask',
			value: 'ask',
			action: 'Ask the caller a question',
			description: 'Ask a question, and go on with what the caller says or keys in',
		},
		{
			name: 'Dial',
			value: 'dial',
			action: 'Dial somebody for the caller',
			description: 'Connect the caller to a number, SIP address or app, and go on after it',
		},
		{
			name: 'Enqueue',
			value: 'enqueue',
			action: 'Put the caller into a queue',
			description: 'Let the caller wait for a human, and go on after it',
		},
		{
			name: 'Hang Up',
			value: 'hangUp',
			action: 'Hang up the conversation',
			description: 'End the call, and go on without the caller',
		},
		{
			name: 'Pause',
			value: 'pause',
			action: 'Pause the conversation',
			description: 'Wait in silence, and go on',
		},
		{
			name: 'Play',
			value: 'play',
			action: 'Play audio to the caller',
			description: 'Play an audio file, and go on when it has been heard',
		},
		{
			name: 'Record a Message',
			value: 'record',
			action: 'Record a message of the caller',
			description: 'Record what the caller says, and go on with the recording',
		},
		{
			name: 'Reject',
			value: 'reject',
			action: 'Reject the incoming call',
			description: 'Refuse the call before it is answered, at no cost',
		},
		{
			name: 'Say',
			value: 'say',
			action: 'Say a text to the caller',
			description: 'Say a text, and go on when it has been heard',
		},
	],
};
