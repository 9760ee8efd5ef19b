import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'Session', value: 'session' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['session'] } },
	default: 'start',
	options: [
		{
			name: 'Answer SIP Call',
			value: 'answerSipCall',
			action: 'Answer a SIP call with an agent',
			description: 'Let an agent take a call that has reached OpenAI by SIP',
		},
		{
			name: 'Start',
			value: 'start',
			action: 'Start a session',
			description: 'Ask whether a call may be connected to an agent, and how',
		},
	],
};
