import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readCallSid } from './checks';
import { callSidField } from './locators';
import { recordingOutput } from './outputs';
import { twilioRequest } from '../transport/twilio';

/** The recording that is going on, whatever its SID. https://www.twilio.com/docs/voice/api/recording */
const current = 'Twilio.CURRENT';

export const runningRecordingFields: INodeProperties[] = [callSidField];

/** Changes the recording of a running call. */
export async function changeRecording(
	this: IExecuteFunctions,
	itemIndex: number,
	form: IDataObject,
): Promise<IDataObject> {
	const sid = readCallSid.call(this, itemIndex);
	try {
		const recording = await twilioRequest(this, {
			method: 'POST',
			path: `/Calls/${sid}/Recordings/${current}.json`,
			form,
			itemIndex,
		});
		return recordingOutput(recording);
	} catch (error) {
		if (!(error instanceof NodeApiError) || error.httpCode !== '404') {
			// n8n hands back an error of the request as it is.
			throw new NodeApiError(this.getNode(), error as never, { itemIndex });
		}
		throw new NodeOperationError(this.getNode(), 'Nothing is being recorded in this call', {
			itemIndex,
			description:
				'Start a recording first, and check the Call SID: where a call was transferred, Twilio records its first leg.',
		});
	}
}
