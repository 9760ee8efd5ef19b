import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { twilioRequest } from '../transport/twilio';
import { readSid, readString } from './checks';
import { participantOutput } from './outputs';

export function readConference(this: IExecuteFunctions, itemIndex: number): string {
	return readSid.call(this, 'Conference', 'conferenceSid', itemIndex, 'Conference');
}

/** The path of a participant, who is named by the Call SID or the label. */
export function participantPath(this: IExecuteFunctions, itemIndex: number): string {
	const conference = readConference.call(this, itemIndex);
	const participant = readString.call(this, 'participant', itemIndex);
	if (participant !== '') {
		return `/Conferences/${conference}/Participants/${encodeURIComponent(participant)}.json`;
	}
	throw new NodeOperationError(this.getNode(), 'The field Participant is empty', {
		itemIndex,
		description:
			'Choose a participant, or give the Call SID or the label. The trigger or Get Participants puts out callSid.',
	});
}

export async function changeParticipant(
	this: IExecuteFunctions,
	itemIndex: number,
	form: IDataObject,
): Promise<IDataObject> {
	const path = participantPath.call(this, itemIndex);
	return participantOutput(await twilioRequest(this, { method: 'POST', path, form, itemIndex }));
}
