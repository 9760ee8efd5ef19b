import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readLimit, returnAllOrLimit } from '../../../shared/paging';
import { conferenceField } from '../../shared/locators';
import { participantOutput } from '../../shared/outputs';
import { readConference } from '../../shared/participants';
import { twilioList } from '../../transport/twilio';

export const description: INodeProperties[] = [conferenceField, ...returnAllOrLimit];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const sid = readConference.call(this, itemIndex);
	const participants = await twilioList(
		this,
		'participants',
		{ path: `/Conferences/${sid}/Participants.json`, itemIndex },
		readLimit.call(this, itemIndex),
	);
	return participants.map(participantOutput);
}
