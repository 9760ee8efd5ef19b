import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { callOutput } from '../../shared/callOutput';
import { callSidField } from '../../shared/locators';
import { readCallSid } from '../../shared/checks';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [callSidField];

/** `completed` ends a call that rings as well as one that is in progress; `canceled` only the former. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readCallSid.call(this, itemIndex);
	return callOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/Calls/${sid}.json`,
			form: { Status: 'completed' },
			itemIndex,
		}),
	);
}
