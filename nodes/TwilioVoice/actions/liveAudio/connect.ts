import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { replacesNotice } from '../../shared/afterwards';
import { agentFields } from '../../shared/agentFields';
import { agentVerbs } from '../../shared/agentVerbs';
import { callOutput } from '../../shared/callOutput';
import { readCallSid } from '../../shared/checks';
import { fitsParameter } from '../../shared/instructionFields';
import { callSidField } from '../../shared/locators';
import { twilioRequest } from '../../transport/twilio';
import { twiml } from '../../twiml/document';

export const description: INodeProperties[] = [
	{
		...replacesNotice,
		displayName:
			'Twilio drops what the call is doing and connects it to the agent. For a call that waits for its answer, use the resource that answers it instead.',
	},
	callSidField,
	...agentFields,
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readCallSid.call(this, itemIndex);
	const document = twiml(agentVerbs.call(this, itemIndex));
	return callOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/Calls/${sid}.json`,
			form: { Twiml: fitsParameter.call(this, document, itemIndex) },
			itemIndex,
		}),
	);
}
