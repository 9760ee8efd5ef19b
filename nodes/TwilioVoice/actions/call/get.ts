import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { callOutput } from '../../shared/callOutput';
import { callSidField } from '../../shared/locators';
import { readCallSid } from '../../shared/checks';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [callSidField];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readCallSid.call(this, itemIndex);
	return callOutput(
		await twilioRequest(this, { method: 'GET', path: `/Calls/${sid}.json`, itemIndex }),
	);
}
