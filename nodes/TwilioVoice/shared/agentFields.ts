import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { maxStreamParameterCharacters } from '../twiml/document';
import { phrasesIn, sayLanguage, sayLanguages } from '../twiml/language';
import { connectStream, record, say } from '../twiml/verbs';
import type { Element } from '../twiml/xml';
import { isHttpUrl } from './checks';

/** The fields that connect a call to a session of the Voice Agent node. */
export const agentFields: INodeProperties[] = [
	{
		displayName:
			'These fields take their values from the Connect output of <b>Voice Agent: Start a session</b>, placed right before this node',
		name: 'agentNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Session ID',
		name: 'sessionId',
		type: 'string',
		required: true,
		default: '={{ $json.sessionId }}',
		description: 'The session that the conversation belongs to',
	},
	{
		displayName: 'Session Token',
		name: 'token',
		type: 'string',
		typeOptions: { password: true },
		required: true,
		default: '={{ $json.token }}',
		description: 'The single-use token of the session, valid for a short time only',
	},
	{
		displayName: 'Stream URL',
		name: 'streamUrl',
		type: 'string',
		required: true,
		default: '={{ $json.streamUrl }}',
		description: 'The wss address of the media sidecar, as Twilio reaches it',
	},
	{
		displayName: 'After the Conversation',
		name: 'afterStream',
		type: 'options',
		default: 'action',
		options: [
			{
				name: 'Let the Sidecar Decide',
				value: 'action',
				description:
					"The sidecar hangs up, takes a message or dials a human. If it is dead, Twilio asks the number's fallback URL.",
			},
			{
				name: 'Run the Fallback Verbs',
				value: 'verbs',
				description: 'Twilio goes on with the fallback message below, however the stream ended',
			},
		],
		description: 'What happens with the call when the conversation has ended',
	},
	{
		displayName: 'Options',
		name: 'agentOptions',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Action URL',
				name: 'actionUrl',
				type: 'string',
				default: '={{ $json.actionUrl }}',
				description: 'The address of the sidecar that decides what follows',
			},
			{
				displayName: 'Fallback Language',
				name: 'fallbackLanguage',
				type: 'options',
				options: sayLanguages,
				default: 'es-MX',
				description: 'The language of the fallback message',
			},
			{
				displayName: 'Fallback Message',
				name: 'fallbackMessage',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				description:
					'Said before a message is recorded, where the conversation did not come about. Empty: an apology in the fallback language.',
			},
			{
				displayName: 'Record Action URL',
				name: 'recordAction',
				type: 'string',
				default: '',
				description:
					'Asked by Twilio once the message is recorded. Empty: the address of the Twilio Voice Trigger, which thanks the caller and hangs up.',
			},
			{
				displayName: 'Record At Most (Seconds)',
				name: 'recordMaxLength',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: 120,
				description: 'Longest message that is recorded',
			},
			{
				displayName: 'Stream Status URL',
				name: 'streamStatusUrl',
				type: 'string',
				default: '={{ $json.streamStatusUrl }}',
				description: 'Where Twilio reports that the stream started, stopped or failed',
			},
		],
	},
];

interface AgentOptions {
	actionUrl?: string;
	fallbackLanguage?: string;
	fallbackMessage?: string;
	recordAction?: string;
	recordMaxLength?: number;
	streamStatusUrl?: string;
}

/**
 * The verbs that connect a call to its session, with a polite way out behind them.
 *
 * The action and status URLs are options with expression defaults, which n8n evaluates only for
 * options that were added; otherwise they are taken from the item, where the session left them.
 */
export function agentVerbs(this: IExecuteFunctions, itemIndex: number): Element[] {
	const json = this.getInputData()[itemIndex]?.json ?? {};
	const fromItem = (name: string) => (typeof json[name] === 'string' ? json[name] : '');
	const options = this.getNodeParameter('agentOptions', itemIndex, {}) as AgentOptions;
	const language = sayLanguage(options.fallbackLanguage ?? languageOf(json.tenant));
	const parameters = {
		sessionId: readField.call(this, 'sessionId', 'Session ID', itemIndex),
		token: readField.call(this, 'token', 'Session Token', itemIndex),
	};
	for (const [name, value] of Object.entries(parameters)) {
		if (name.length + value.length <= maxStreamParameterCharacters) continue;
		throw new NodeOperationError(this.getNode(), `The stream parameter "${name}" is too long`, {
			itemIndex,
			description: `Twilio takes at most ${maxStreamParameterCharacters} characters for name and value together.`,
		});
	}
	const url = readField.call(this, 'streamUrl', 'Stream URL', itemIndex);
	if (!/^wss:\/\/[^?#\s]+$/.test(url)) {
		throw new NodeOperationError(this.getNode(), `"${url}" in the field Stream URL does not work`, {
			itemIndex,
			description:
				'Twilio streams to wss:// addresses without a query only. Check PUBLIC_URL in the configuration of the sidecar.',
		});
	}
	const action = options.actionUrl || fromItem('actionUrl');
	const decides = this.getNodeParameter('afterStream', itemIndex, 'action') === 'action';
	if (decides && !isHttpUrl(action)) {
		throw new NodeOperationError(this.getNode(), 'The session has no action URL', {
			itemIndex,
			description:
				'Put the Voice Agent node right before this one, set the option Action URL, or choose "Run the Fallback Verbs" in After the Conversation.',
		});
	}
	const statusCallback = options.streamStatusUrl || fromItem('streamStatusUrl');
	return [
		connectStream({ url, statusCallback, parameters, ...(decides ? { action } : {}) }),
		say(options.fallbackMessage || phrasesIn(language).apology, { language }),
		record({
			maxLengthSeconds: options.recordMaxLength ?? 120,
			...(options.recordAction ? { action: options.recordAction } : {}),
		}),
	];
}

function languageOf(tenant: unknown): string | undefined {
	const language = (tenant as { language?: unknown } | undefined)?.language;
	return typeof language === 'string' ? language : undefined;
}

function readField(
	this: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): string {
	const value = this.getNodeParameter(parameter, itemIndex, '');
	if (typeof value === 'string' && value !== '') return value;
	throw new NodeOperationError(this.getNode(), `The field ${label} is empty`, {
		itemIndex,
		description:
			'Put a Voice Agent node (Start a session) right before this one and connect its Connect output: a declined session has no stream.',
	});
}
