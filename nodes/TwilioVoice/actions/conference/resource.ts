import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const resource: INodePropertyOptions = {
	name: 'Conference',
	value: 'conference',
};

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['conference'] } },
	default: 'getMany',
	options: [
		{
			name: 'Add Participant',
			value: 'addParticipant',
			action: 'Add a participant to a conference',
			description: 'Call somebody into a conference, which begins with the first who is called',
		},
		{
			name: 'Coach Participant',
			value: 'coach',
			action: 'Coach a participant of a conference',
			description: 'Let one participant speak so that only one other hears it',
		},
		{
			name: 'End',
			value: 'end',
			action: 'End a conference',
			description: 'End a conference and hang up everybody in it',
		},
		{
			name: 'Get Many',
			value: 'getMany',
			action: 'Get many conferences',
			description: 'List the conferences of the account, newest first',
		},
		{
			name: 'Get Participants',
			value: 'getParticipants',
			action: 'Get the participants of a conference',
			description: 'List who is in a conference',
		},
		{
			name: 'Hold Participant',
			value: 'hold',
			action: 'Hold a participant of a conference',
			description: 'Put a participant on hold, or take them back',
		},
		{
			name: 'Mute Participant',
			value: 'mute',
			action: 'Mute a participant of a conference',
			description: 'Mute a participant, or let them speak again',
		},
		{
			name: 'Remove Participant',
			value: 'remove',
			action: 'Remove a participant from a conference',
			description: 'Hang up one participant; the others stay',
		},
	],
};
