import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { agentFields, agentVerbs } from '../../shared/agentFields';
import { callOutput } from '../../shared/callOutput';
import { isHttpUrl, readPhoneNumber, readUrl } from '../../shared/checks';
import { fitsParameter, readTwiml, twimlField, urlField } from '../../shared/instructionFields';
import { languageField, sayVerb, textField } from '../../shared/sayFields';
import { twilioRequest } from '../../transport/twilio';
import { twiml } from '../../twiml/document';

const showFor =
	(instructions: string) =>
	(property: INodeProperties): INodeProperties => ({
		...property,
		displayOptions: {
			show: { ...property.displayOptions?.show, instructions: [instructions] },
		},
	});

export const description: INodeProperties[] = [
	{
		displayName: 'From',
		name: 'from',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description: 'The number that the called person sees: one of the account',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchPhoneNumbers', searchable: true },
			},
			{
				displayName: 'By Number',
				name: 'number',
				type: 'string',
				placeholder: '+56221234567',
				hint: 'In E.164 format, or an expression',
			},
		],
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		required: true,
		default: '',
		placeholder: '+56912345678',
		description: 'Who is called: a number in E.164 format, a SIP address or a Twilio client',
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
	showFor('twiml')(twimlField),
	showFor('url')(urlField),
	showFor('text')(textField),
	showFor('text')(languageField),
	...agentFields.map(showFor('agent')),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Ring At Most (Seconds)',
				name: 'timeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 600 },
				default: 60,
				description: 'How long it rings before the call counts as not answered',
			},
			{
				displayName: 'Status Callback Events',
				name: 'statusCallbackEvents',
				type: 'multiOptions',
				default: ['completed'],
				options: [
					{ name: 'Answered', value: 'answered' },
					{ name: 'Completed', value: 'completed' },
					{ name: 'Initiated', value: 'initiated' },
					{ name: 'Ringing', value: 'ringing' },
				],
				description: 'Which changes are reported. Completed covers busy, failed and not answered.',
			},
			{
				displayName: 'Status Callback URL',
				name: 'statusCallback',
				type: 'string',
				default: '',
				placeholder: 'https://n8n.example.com/webhook/…/voice',
				description:
					'Where Twilio reports the progress of the call: the address of a Twilio Voice Trigger with the event Call Status',
			},
			{
				displayName: 'Talk At Most (Seconds)',
				name: 'timeLimit',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 86400 },
				default: 3600,
				description: 'After this time the call is ended',
			},
		],
	},
];

interface MakeOptions {
	timeout?: number;
	timeLimit?: number;
	statusCallback?: string;
	statusCallbackEvents?: string[];
}

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const options = this.getNodeParameter('options', itemIndex, {}) as MakeOptions;
	const form = {
		From: readPhoneNumber.call(this, 'from', 'From', itemIndex, 'callable'),
		To: readPhoneNumber.call(this, 'to', 'To', itemIndex, 'callable'),
		...instructions.call(this, itemIndex),
		Timeout: between.call(this, options.timeout, 1, 600, 'Ring At Most', itemIndex),
		TimeLimit: between.call(this, options.timeLimit, 1, 86_400, 'Talk At Most', itemIndex),
		...statusCallback.call(this, options, itemIndex),
	};
	return callOutput(
		await twilioRequest(this, { method: 'POST', path: '/Calls.json', form, itemIndex }),
	);
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
	{ statusCallback: url, statusCallbackEvents: events }: MakeOptions,
	itemIndex: number,
): IDataObject {
	if (!url) return {};
	if (!isHttpUrl(url)) {
		throw new NodeOperationError(this.getNode(), `"${url}" is no Status Callback URL`, {
			itemIndex,
			description: 'Copy the production URL of a Twilio Voice Trigger into Status Callback URL.',
		});
	}
	return {
		StatusCallback: url,
		StatusCallbackMethod: 'POST',
		StatusCallbackEvent: events?.length ? events : ['completed'],
	};
}

function between(
	this: IExecuteFunctions,
	value: number | undefined,
	least: number,
	most: number,
	label: string,
	itemIndex: number,
): number | undefined {
	if (value === undefined) return undefined;
	const seconds = Number(value);
	if (Number.isInteger(seconds) && seconds >= least && seconds <= most) return seconds;
	throw new NodeOperationError(this.getNode(), `The option ${label} is out of range`, {
		itemIndex,
		description: `Give a whole number of seconds from ${least} to ${most}.`,
	});
}
