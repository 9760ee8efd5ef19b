import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readString } from '../../shared/checks';
import { conferenceField, participantField } from '../../shared/locators';
import { participantPath, readConference } from '../../shared/participants';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [conferenceField, participantField];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const path = participantPath.call(this, itemIndex);
	await twilioRequest(this, { method: 'DELETE', path, itemIndex });
	return {
		conferenceSid: readConference.call(this, itemIndex),
		participant: readString.call(this, 'participant', itemIndex),
		removed: true,
	};
}
