import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { isE164 } from '../../../shared/phoneNumber';
import { shownWhen } from '../../../shared/shownWhen';
import { agentFields } from '../../shared/agentFields';
import { agentVerbs } from '../../shared/agentVerbs';
import { waitForBatch } from '../../shared/batching';
import { callOutput } from '../../shared/callOutput';
import {
	checkDigits,
	checkRange,
	optionalUrl,
	readPhoneNumber,
	readUrl,
} from '../../shared/checks';
import { fitsParameter, readTwiml, twimlField, urlField } from '../../shared/instructionFields';
import { ownNumberField } from '../../shared/locators';
import { machineDetectionFields, machineDetectionForm } from '../../shared/machineDetection';
import { makeOptions, type MakeOptions } from '../../shared/makeOptions';
import { fallbackOfNumber } from '../../shared/ownNumber';
import { consentNotice, recordingForm, recordingOptions } from '../../shared/recordingFields';
import { languageField, sayVerb, textField } from '../../shared/sayFields';
import { twilioRequest } from '../../transport/twilio';
import { twiml } from '../../twiml/document';

export const description: INodeProperties[] = [
	ownNumberField('From', 'from', 'The number that the called person sees: one of the account'),
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		required: true,
		default: '',
		placeholder: '+56912345678',
		description:
			'Who is called: a number in E.164 format, a SIP address (sip:ana@example.com) or a Twilio client (client:ana)',
	},
	{
		displayName: 'When Answered',
		name: 'instructions',
		type: 'options',
		default: 'text',
		options: [
			{
				name: 'Connect to an AI Agent',
				value: 'agent',
				description: 'Connect the call to a session of the Voice Agent node',
			},
			{ name: 'Follow TwiML', value: 'twiml', description: 'Run TwiML that you write here' },
			{ name: 'Follow TwiML From a URL', value: 'url', description: 'Fetch TwiML from an address' },
			{ name: 'Say a Text', value: 'text', description: 'Say a text and hang up' },
		],
		description: 'What the called person meets',
	},
	...shownWhen({ instructions: ['twiml'] }, [twimlField]),
	...shownWhen({ instructions: ['url'] }, [urlField]),
	...shownWhen({ instructions: ['text'] }, [textField, languageField]),
	...shownWhen({ instructions: ['agent'] }, agentFields),
	...machineDetectionFields,
	{
		displayName: 'Record',
		name: 'record',
		type: 'boolean',
		default: false,
		description: 'Whether the call is recorded from the answer on',
	},
	...shownWhen({ record: [true] }, [consentNotice, recordingOptions]),
	makeOptions,
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const options = this.getNodeParameter('options', itemIndex, {}) as MakeOptions;
	const form = callForm.call(this, options, itemIndex);
	await waitForBatch.call(this, options.batching?.batch, itemIndex);
	const isAgent = this.getNodeParameter('instructions', itemIndex) === 'agent';
	if (isAgent && form.FallbackUrl === undefined) {
		Object.assign(form, await fallbackOfNumber.call(this, String(form.From), itemIndex));
	}
	return callOutput(
		await twilioRequest(this, { method: 'POST', path: '/Calls.json', form, itemIndex }),
	);
}

function callForm(this: IExecuteFunctions, options: MakeOptions, itemIndex: number): IDataObject {
	const digits = options.sendDigits?.trim()
		? checkDigits.call(this, options.sendDigits, 'Send Digits', itemIndex, 32)
		: undefined;
	const isRecorded = this.getNodeParameter('record', itemIndex, false) === true;
	return {
		...parties.call(this, itemIndex),
		...instructions.call(this, itemIndex),
		Timeout: checkRange.call(this, options.timeout, [1, 600], 'Ring At Most', itemIndex),
		TimeLimit: checkRange.call(this, options.timeLimit, [1, 86_400], 'Talk At Most', itemIndex),
		SendDigits: digits,
		SipAuthUsername: options.sipAuthUsername || undefined,
		SipAuthPassword: options.sipAuthPassword || undefined,
		FallbackUrl: optionalUrl.call(this, options.fallbackUrl, 'Fallback URL', itemIndex),
		...statusCallback.call(this, options, itemIndex),
		...machineDetectionForm.call(this, itemIndex, digits),
		...(isRecorded ? { Record: true, ...recordingForm.call(this, itemIndex) } : {}),
	};
}

function parties(this: IExecuteFunctions, itemIndex: number): IDataObject {
	const from = readPhoneNumber.call(this, 'from', 'From', itemIndex, 'callable');
	const to = readPhoneNumber.call(this, 'to', 'To', itemIndex, 'callable');
	if (isE164(to) && !isE164(from)) {
		throw new NodeOperationError(
			this.getNode(),
			`"${from}" in the field From cannot call a phone number`,
			{
				itemIndex,
				description: 'Choose a number of the account in the field From.',
			},
		);
	}
	return { From: from, To: to };
}

/** Twilio's documentation contradicts itself on which of Url and Twiml wins, so one is sent. */
function instructions(this: IExecuteFunctions, itemIndex: number): IDataObject {
	switch (this.getNodeParameter('instructions', itemIndex)) {
		case 'url':
			return { Url: readUrl.call(this, 'url', 'URL', itemIndex), Method: 'POST' };
		case 'twiml':
			return { Twiml: readTwiml.call(this, itemIndex) };
		case 'agent': {
			const document = twiml(agentVerbs.call(this, itemIndex));
			return { Twiml: fitsParameter.call(this, document, itemIndex) };
		}
		default: {
			const document = twiml([sayVerb.call(this, itemIndex)]);
			return { Twiml: fitsParameter.call(this, document, itemIndex) };
		}
	}
}

function statusCallback(
	this: IExecuteFunctions,
	{ statusCallback: given, statusCallbackEvents: events }: MakeOptions,
	itemIndex: number,
): IDataObject {
	const url = optionalUrl.call(this, given, 'Status Callback URL', itemIndex);
	if (url === undefined) return {};
	return {
		StatusCallback: url,
		StatusCallbackMethod: 'POST',
		StatusCallbackEvent: events?.length ? events : ['completed'],
	};
}
