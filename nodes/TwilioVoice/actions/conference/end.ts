import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { conferenceField } from '../../shared/locators';
import { conferenceOutput } from '../../shared/outputs';
import { readConference } from '../../shared/participants';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [conferenceField];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readConference.call(this, itemIndex);
	return conferenceOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/Conferences/${sid}.json`,
			form: { Status: 'completed' },
			itemIndex,
		}),
	);
}
