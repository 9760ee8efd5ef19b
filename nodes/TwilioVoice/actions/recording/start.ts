import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readCallSid } from '../../shared/checks';
import { callSidField } from '../../shared/locators';
import { recordingOutput } from '../../shared/outputs';
import { consentNotice, recordingForm, recordingOptions } from '../../shared/recordingFields';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [callSidField, consentNotice, recordingOptions];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readCallSid.call(this, itemIndex);
	return recordingOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/Calls/${sid}/Recordings.json`,
			form: recordingForm.call(this, itemIndex),
			itemIndex,
		}),
	);
}
