import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { afterwardsFields, replacesNotice, withAfterwards } from '../../shared/afterwards';
import { callOutput } from '../../shared/callOutput';
import { checkDigits, readCallSid, readString } from '../../shared/checks';
import { callSidField } from '../../shared/locators';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [
	replacesNotice,
	callSidField,
	{
		displayName: 'Digits',
		name: 'digits',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'ww1234#',
		description: 'The keys to press: 0 to 9, *, # and A to D; w waits half a second, W a second',
	},
	...afterwardsFields,
];

/** Twilio has no request that sends tones: they are played by new TwiML of the call. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readCallSid.call(this, itemIndex);
	const given = readString.call(this, 'digits', itemIndex);
	const digits = checkDigits.call(this, given, 'Digits', itemIndex);
	const verb = { name: 'Play', attributes: { digits } };
	return callOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/Calls/${sid}.json`,
			form: { Twiml: withAfterwards.call(this, [verb], itemIndex) },
			itemIndex,
		}),
	);
}
