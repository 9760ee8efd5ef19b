import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { shownWhen } from '../../../shared/shownWhen';
import { replacesNotice } from '../../shared/afterwards';
import { callOutput } from '../../shared/callOutput';
import { checkRange, readCallSid, readUrl } from '../../shared/checks';
import { fitsParameter, readTwiml, twimlField, urlField } from '../../shared/instructionFields';
import { callSidField } from '../../shared/locators';
import { languageField, sayVerb, textField } from '../../shared/sayFields';
import { twilioRequest } from '../../transport/twilio';
import { twiml } from '../../twiml/document';
import { hangUp } from '../../twiml/verbs';

export const description: INodeProperties[] = [
	{
		...replacesNotice,
		displayName:
			'Twilio drops what the call is doing: a conversation with an AI agent, a question or a conference ends for it.',
	},
	callSidField,
	{
		displayName: 'Redirect To',
		name: 'instructions',
		type: 'options',
		default: 'twiml',
		options: [
			{
				name: 'Text',
				value: 'text',
				description: 'Say a text and hang up',
			},
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
	...shownWhen({ instructions: ['twiml'] }, [twimlField]),
	...shownWhen({ instructions: ['url'] }, [urlField]),
	...shownWhen({ instructions: ['text'] }, [textField, languageField]),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Talk At Most (Seconds)',
				name: 'timeLimit',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 86400 },
				default: 3600,
				description: 'After this time, from the beginning of the call, it is ended',
			},
		],
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readCallSid.call(this, itemIndex);
	const { timeLimit } = this.getNodeParameter('options', itemIndex, {}) as { timeLimit?: number };
	const form = {
		...instructions.call(this, itemIndex),
		TimeLimit: checkRange.call(this, timeLimit, [1, 86_400], 'Talk At Most', itemIndex),
	};
	return callOutput(
		await twilioRequest(this, { method: 'POST', path: `/Calls/${sid}.json`, form, itemIndex }),
	);
}

function instructions(this: IExecuteFunctions, itemIndex: number): IDataObject {
	switch (this.getNodeParameter('instructions', itemIndex)) {
		case 'url':
			return { Url: readUrl.call(this, 'url', 'URL', itemIndex), Method: 'POST' };
		case 'text': {
			const document = twiml([sayVerb.call(this, itemIndex), hangUp()]);
			return { Twiml: fitsParameter.call(this, document, itemIndex) };
		}
		default:
			return { Twiml: readTwiml.call(this, itemIndex) };
	}
}
