import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readSid } from '../../shared/checks';
import { recordingField } from '../../shared/locators';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [recordingField];

/** Twilio keeps the metadata for 40 days; the audio is gone at once. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readSid.call(this, 'Recording', 'recordingSid', itemIndex, 'Recording');
	await twilioRequest(this, { method: 'DELETE', path: `/Recordings/${sid}.json`, itemIndex });
	return { recordingSid: sid, deleted: true };
}
