import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { callOutput } from '../../shared/callOutput';
import { callSidField } from '../../shared/locators';
import { readCallSid, readUrl } from '../../shared/checks';
import { readTwiml, twimlField, urlField } from '../../shared/instructionFields';
import { twilioRequest } from '../../transport/twilio';

export const description: INodeProperties[] = [
	callSidField,
	{
		displayName: 'Redirect To',
		name: 'instructions',
		type: 'options',
		default: 'twiml',
		options: [
			{
				name: 'TwiML',
				value: 'twiml',
				description: 'Give the call new instructions directly',
			},
			{
				name: 'URL',
				value: 'url',
				description: 'Let Twilio fetch the new instructions from an address',
			},
		],
		description: 'Where the running call gets its new instructions from',
	},
	{ ...twimlField, displayOptions: { show: { instructions: ['twiml'] } } },
	{ ...urlField, displayOptions: { show: { instructions: ['url'] } } },
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readCallSid.call(this, itemIndex);
	const form =
		this.getNodeParameter('instructions', itemIndex) === 'url'
			? { Url: readUrl.call(this, 'url', 'URL', itemIndex), Method: 'POST' }
			: { Twiml: readTwiml.call(this, itemIndex) };
	return callOutput(
		await twilioRequest(this, { method: 'POST', path: `/Calls/${sid}.json`, form, itemIndex }),
	);
}
