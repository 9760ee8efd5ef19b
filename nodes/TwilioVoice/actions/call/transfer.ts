import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { replacesNotice } from '../../shared/afterwards';
import { callOutput } from '../../shared/callOutput';
import {
	checkPhoneNumber,
	checkRange,
	isHttpUrl,
	optionalUrl,
	readCallSid,
	requireText,
} from '../../shared/checks';
import { fitsParameter } from '../../shared/instructionFields';
import { callSidField } from '../../shared/locators';
import { languageField } from '../../shared/sayFields';
import { dial, dialVerb, fallbackVerbs, type TransferPlace } from '../../transfer/answers';
import type { DialOptions, Fallback, Whisper } from '../../transfer/state';
import { readAuthToken, twilioRequest } from '../../transport/twilio';
import { twiml } from '../../twiml/document';
import { sayLanguage } from '../../twiml/language';
import { say } from '../../twiml/verbs';
import type { Element } from '../../twiml/xml';

export const description: INodeProperties[] = [
	{
		...replacesNotice,
		displayName:
			'Twilio drops what the call is doing: a conversation with an AI agent ends, and the caller hears it ring until a human answers.',
	},
	callSidField,
	{
		displayName: 'Kind',
		name: 'kind',
		type: 'options',
		default: 'blind',
		options: [
			{
				name: 'Blind',
				value: 'blind',
				description: 'Put the caller through as soon as somebody answers',
			},
			{
				name: 'Warm',
				value: 'warm',
				description:
					'Tell the human a summary first, and put the caller through when they accept with a key',
			},
		],
		description: 'How the human gets the call',
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		required: true,
		default: '',
		placeholder: '+56912345678',
		description:
			'Who takes the call: a number in E.164 format, a SIP address or a Twilio client. Several, separated by commas, are tried in order.',
	},
	{
		displayName: 'Summary',
		name: 'summary',
		type: 'string',
		typeOptions: { rows: 3 },
		required: true,
		default: '',
		placeholder: 'Llama Ana Pérez. Quiere reagendar su prueba de manejo para el viernes.',
		displayOptions: { show: { kind: ['warm'] } },
		description:
			'What the human hears before accepting; the caller does not. About 600 characters at most.',
	},
	languageField,
	{
		displayName: 'If Nobody Takes It',
		name: 'fallback',
		type: 'options',
		default: 'say',
		options: [
			{ name: 'Hang Up', value: 'hangUp' },
			{ name: 'Say a Text', value: 'say', description: 'Say a text and hang up' },
			{ name: 'Take a Message', value: 'record', description: 'Say a text and record a message' },
		],
		description: 'What the caller meets when nobody answers, or nobody accepts',
	},
	{
		displayName: 'Trigger URL',
		name: 'triggerUrl',
		type: 'string',
		default: '',
		placeholder: 'https://n8n.example.com/webhook/…/voice',
		description:
			'The production URL of a Twilio Voice Trigger of an active workflow with the same credential. It says the summary, asks for the key and decides what follows, by itself. A warm transfer needs it, and so do several numbers. Without it, the fallback is also heard by a caller who stays on the line after the conversation.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Accept With Key',
				name: 'acceptKey',
				type: 'string',
				default: '1',
				description: 'The key with which the human takes a warm transfer, 0 to 9',
			},
			{
				displayName: 'Caller ID',
				name: 'callerId',
				type: 'string',
				default: '',
				placeholder: '+56221234567',
				description:
					'The number that the human sees: one of the account. Empty: the number of the caller.',
			},
			{
				displayName: 'Fallback Text',
				name: 'fallbackText',
				type: 'string',
				typeOptions: { rows: 2 },
				default: '',
				description:
					'What the caller hears when nobody takes the call. Empty: an apology in the language.',
			},
			{
				displayName: 'Record the Conversation',
				name: 'record',
				type: 'boolean',
				default: false,
				description:
					'Whether the conversation is recorded, each side in a channel of its own. Both have to know.',
			},
			{
				displayName: 'Ring At Most (Seconds)',
				name: 'timeout',
				type: 'number',
				typeOptions: { minValue: 5, maxValue: 600 },
				default: 25,
				description: 'How long each number rings',
			},
			{
				displayName: 'Say to the Caller First',
				name: 'firstText',
				type: 'string',
				default: '',
				placeholder: 'Un momento, por favor. Le comunico con un ejecutivo.',
				description: 'What the caller hears before it rings',
			},
			{
				displayName: 'Status Callback URL',
				name: 'statusCallback',
				type: 'string',
				default: '',
				placeholder: 'https://n8n.example.com/webhook/…/voice?event=status',
				description:
					'Where Twilio reports the call to the human: the address of a Twilio Voice Trigger with ?event=status behind it',
			},
		],
	},
];

interface TransferOptions {
	acceptKey?: string;
	callerId?: string;
	fallbackText?: string;
	firstText?: string;
	record?: boolean;
	statusCallback?: string;
	timeout?: number;
}

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const sid = readCallSid.call(this, itemIndex);
	const options = this.getNodeParameter('options', itemIndex, {}) as TransferOptions;
	const language = sayLanguage(String(this.getNodeParameter('language', itemIndex, '') ?? ''));
	const first = options.firstText?.trim() ? [say(options.firstText, { language })] : [];
	const verbs = [...first, ...(await handOver.call(this, options, language, itemIndex))];
	return callOutput(
		await twilioRequest(this, {
			method: 'POST',
			path: `/Calls/${sid}.json`,
			form: { Twiml: fitsParameter.call(this, twiml(verbs), itemIndex) },
			itemIndex,
		}),
	);
}

async function handOver(
	this: IExecuteFunctions,
	options: TransferOptions,
	language: string,
	itemIndex: number,
): Promise<Element[]> {
	const targets = readTargets.call(this, itemIndex);
	const fallback: Fallback = {
		kind: this.getNodeParameter('fallback', itemIndex) as Fallback['kind'],
		text: options.fallbackText?.trim() ?? '',
		language,
	};
	const dialling = dialOptions.call(this, options, itemIndex);
	const whisper = readWhisper.call(this, options, language, itemIndex);
	const place = await readPlace.call(this, itemIndex);
	if (place) {
		const transfer = { targets, dial: dialling, fallback, ...(whisper ? { whisper } : {}) };
		return [dialVerb(transfer, place)];
	}
	if (whisper || targets.length > 1) {
		throw new NodeOperationError(this.getNode(), 'The field Trigger URL is empty', {
			itemIndex,
			description: `${whisper ? 'A warm transfer' : 'More than one number'} needs it: copy the production URL of a Twilio Voice Trigger of an active workflow with the same credential.`,
		});
	}
	return [dial(targets[0] ?? '', dialling), ...fallbackVerbs(fallback)];
}

function readTargets(this: IExecuteFunctions, itemIndex: number): string[] {
	const value = String(this.getNodeParameter('to', itemIndex, '') ?? '');
	return value
		.split(',')
		.map((target) => checkPhoneNumber.call(this, target, 'To', itemIndex, 'callable'));
}

function dialOptions(
	this: IExecuteFunctions,
	{ callerId, record, statusCallback, timeout }: TransferOptions,
	itemIndex: number,
): DialOptions {
	const url = optionalUrl.call(this, statusCallback, 'Status Callback URL', itemIndex);
	return {
		timeoutSeconds: checkRange.call(this, timeout, [5, 600], 'Ring At Most', itemIndex) ?? 25,
		...(callerId?.trim()
			? { callerId: checkPhoneNumber.call(this, callerId, 'Caller ID', itemIndex) }
			: {}),
		...(record ? { record } : {}),
		...(url ? { statusCallback: url } : {}),
	};
}

function readWhisper(
	this: IExecuteFunctions,
	{ acceptKey = '1' }: TransferOptions,
	language: string,
	itemIndex: number,
): Whisper | undefined {
	if (this.getNodeParameter('kind', itemIndex) !== 'warm') return undefined;
	const key = String(acceptKey).trim();
	if (!/^\d$/.test(key)) {
		throw new NodeOperationError(this.getNode(), `"${key}" is not a key`, {
			itemIndex,
			description: 'The option Accept With Key takes one digit, 0 to 9.',
		});
	}
	return { text: requireText.call(this, 'summary', 'Summary', itemIndex), language, key };
}

async function readPlace(
	this: IExecuteFunctions,
	itemIndex: number,
): Promise<TransferPlace | undefined> {
	const url = String(this.getNodeParameter('triggerUrl', itemIndex, '') ?? '').trim();
	if (url === '') return undefined;
	if (!isHttpUrl(url)) {
		throw new NodeOperationError(this.getNode(), `"${url}" is no Trigger URL`, {
			itemIndex,
			description: 'Copy the production URL of a Twilio Voice Trigger into the field Trigger URL.',
		});
	}
	const { origin, pathname } = new URL(url);
	return { address: `${origin}${pathname}`, authToken: await readAuthToken(this, itemIndex) };
}
