import type { INodeProperties } from 'n8n-workflow';

export const callSidField: INodeProperties = {
	displayName: 'Call',
	name: 'callSid',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'id', value: '={{ $json.callSid }}' },
	description: 'The call, as Twilio names it. A trigger or another Twilio Voice node puts it out.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchCalls', searchable: true },
		},
		{ displayName: 'By SID', name: 'id', type: 'string', placeholder: 'CA…' },
	],
};

export const recordingField: INodeProperties = {
	displayName: 'Recording',
	name: 'recordingSid',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'id', value: '={{ $json.recordingSid }}' },
	description: 'The recording, as Twilio names it',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchRecordings', searchable: true },
		},
		{ displayName: 'By SID', name: 'id', type: 'string', placeholder: 'RE…' },
	],
};

export const conferenceField: INodeProperties = {
	displayName: 'Conference',
	name: 'conferenceSid',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'id', value: '={{ $json.conferenceSid }}' },
	description: 'The conference, as Twilio names it',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchConferences', searchable: true },
		},
		{ displayName: 'By SID', name: 'id', type: 'string', placeholder: 'CF…' },
	],
};

export const participantField: INodeProperties = {
	displayName: 'Participant',
	name: 'participant',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'id', value: '={{ $json.callSid }}' },
	description: 'Who is meant: the Call SID of the participant, or its label',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchParticipants', searchable: true },
		},
		{
			displayName: 'By Call SID or Label',
			name: 'id',
			type: 'string',
			placeholder: 'CA… or customer',
		},
	],
};

/** A number of the account, by the number itself. */
export function ownNumberField(
	displayName: string,
	name: string,
	description: string,
): INodeProperties {
	return {
		displayName,
		name,
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchPhoneNumbers', searchable: true },
			},
			{
				displayName: 'By Number',
				name: 'number',
				type: 'string',
				placeholder: '+56221234567',
				hint: 'In E.164 format, or an expression',
			},
		],
	};
}
