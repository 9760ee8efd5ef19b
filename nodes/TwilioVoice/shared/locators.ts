import type { INodeProperties } from 'n8n-workflow';

import { fromList } from '../../shared/fromList';

/** Something that Twilio names by a SID, or by what the `mode` says. */
function sidField(
	field: Pick<INodeProperties, 'displayName' | 'name' | 'description'>,
	from: { output: string; list: string },
	mode: { displayName: string; placeholder: string },
): INodeProperties {
	return {
		...field,
		type: 'resourceLocator',
		required: true,
		default: { mode: 'id', value: `={{ $json.${from.output} }}` },
		modes: [fromList(from.list), { name: 'id', type: 'string', ...mode }],
	};
}

export const callSidField = sidField(
	{
		displayName: 'Call',
		name: 'callSid',
		description:
			'The call, as Twilio names it. A trigger or another Twilio Voice node puts it out.',
	},
	{ output: 'callSid', list: 'searchCalls' },
	{ displayName: 'By SID', placeholder: 'CA…' },
);

export const recordingField = sidField(
	{
		displayName: 'Recording',
		name: 'recordingSid',
		description: 'The recording, as Twilio names it',
	},
	{ output: 'recordingSid', list: 'searchRecordings' },
	{ displayName: 'By SID', placeholder: 'RE…' },
);

export const conferenceField = sidField(
	{
		displayName: 'Conference',
		name: 'conferenceSid',
		description: 'The conference, as Twilio names it',
	},
	{ output: 'conferenceSid', list: 'searchConferences' },
	{ displayName: 'By SID', placeholder: 'CF…' },
);

export const participantField = sidField(
	{
		displayName: 'Participant',
		name: 'participant',
		description: 'Who is meant: the Call SID of the participant, or its label',
	},
	{ output: 'callSid', list: 'searchParticipants' },
	{ displayName: 'By Call SID or Label', placeholder: 'CA… or customer' },
);

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
			fromList('searchPhoneNumbers'),
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
