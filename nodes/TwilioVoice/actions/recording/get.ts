import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readSid } from '../../shared/checks';
import { recordingField } from '../../shared/locators';
import { recordingOutput } from '../../shared/outputs';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [recordingField];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readSid.call(this, 'Recording', 'recordingSid', itemIndex, 'Recording');
	return recordingOutput(
		await twilioRequest(this, { method: 'GET', path: `/Recordings/${sid}.json`, itemIndex }),
	);
}
