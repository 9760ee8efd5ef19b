import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = { name: 'SIP Call', value: 'call' };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['call'] } },
	default: 'accept',
	options: [
		{
			name: 'Accept',
			value: 'accept',
			action: 'Accept a SIP call',
			description: 'Answer an incoming SIP call with a realtime session',
		},
		{
			name: 'Hang Up',
			value: 'hangUp',
			action: 'Hang up a SIP call',
			description: 'End a call that a realtime session holds',
		},
		{
			name: 'Refer',
			value: 'refer',
			action: 'Refer a SIP call',
			description: 'Transfer a running call to somebody else by SIP REFER',
		},
		{
			name: 'Reject',
			value: 'reject',
			action: 'Reject a SIP call',
			description: 'Refuse an incoming SIP call',
		},
	],
};
