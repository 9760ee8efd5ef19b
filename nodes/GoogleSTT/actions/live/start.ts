import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { listOf } from '../../../shared/listOf';
import {
	startLiveTranscription,
	type TranscribedTrack,
} from '../../../TwilioVoice/shared/liveTranscription';
import { readCallSid, readPhoneNumber } from '../../../TwilioVoice/shared/checks';
import { callSidField } from '../../../TwilioVoice/shared/locators';
import { phraseSets, type PhraseSetName } from '../../data/automotive';
import { isLanguageTag } from '../../data/languages';
import { phraseSetOption } from '../phraseSetOption';
import { twilioIsUsed } from './twilioField';

export const description: INodeProperties[] = [
	{
		displayName:
			'What is said arrives at a Voice Agent Trigger that listens to the transcription events, utterance by utterance. The call goes on as it was.',
		name: 'liveNotice',
		type: 'notice',
		default: '',
	},
	twilioIsUsed,
	callSidField,
	{
		displayName: 'Who Is Heard',
		name: 'track',
		type: 'options',
		default: 'both',
		options: [
			{ name: 'Both Sides', value: 'both', description: 'Each as a track of its own' },
			{
				name: 'The Other Side',
				value: 'outbound',
				description: 'What the party of the call hears',
			},
			{ name: 'The Party of the Call', value: 'inbound', description: 'Whoever the call is with' },
		],
		description: 'Which side of the call is transcribed',
	},
	{
		displayName: 'Options',
		name: 'liveOptions',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Called Number',
				name: 'calledNumber',
				type: 'string',
				default: '',
				placeholder: '+56221234567',
				description: 'Finds the tenant by its number, instead of Tenant',
			},
			{
				displayName: 'From',
				name: 'from',
				type: 'string',
				default: '',
				placeholder: '+56912345678',
				description: 'Comes back in each event, so that the workflow knows who called',
			},
			{
				displayName: 'Language Name or ID',
				name: 'language',
				type: 'options',
				typeOptions: { loadOptionsMethod: 'getLanguages' },
				default: 'es-CL',
				description:
					'What is spoken. Without this option: the language of the tenant. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
			{
				displayName: 'Metadata',
				name: 'metadata',
				type: 'json',
				default: '{}',
				description: 'An object of texts that comes back in each event; at most 50',
			},
			{
				displayName: 'Own Phrases',
				name: 'phrases',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				placeholder: 'Automotora Andes, Los Carrera',
				description: 'Words that are likely to be said, separated by commas or line breaks',
			},
			phraseSetOption,
			{
				displayName: 'Tenant',
				name: 'tenant',
				type: 'string',
				default: '',
				placeholder: 'automotora-andes',
				description: 'Slug or ID. With the key of a tenant in the credential it is not needed.',
			},
			{
				displayName: 'To',
				name: 'to',
				type: 'string',
				default: '',
				placeholder: '+56221234567',
				description: 'Comes back in each event, so that the workflow knows who was called',
			},
		],
	},
];

interface LiveOptions {
	calledNumber?: string;
	from?: string;
	language?: string;
	metadata?: string | IDataObject;
	phrases?: string;
	phraseSet?: PhraseSetName;
	tenant?: string;
	to?: string;
}

/** What the sidecar takes: docs/contracts.md, "Live transcription". */
const maxPhrases = 500;
const maxPhraseCharacters = 100;
const maxMetadata = 50;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const options = this.getNodeParameter('liveOptions', itemIndex, {}) as LiveOptions;
	const number = (name: 'calledNumber' | 'from' | 'to', label: string) =>
		options[name] ? readPhoneNumber.call(this, `liveOptions.${name}`, label, itemIndex) : undefined;
	const callSid = readCallSid.call(this, itemIndex);
	const language = options.language?.trim();
	if (language && !isLanguageTag(language)) {
		throw new NodeOperationError(this.getNode(), `"${language}" is no language`, {
			itemIndex,
			description: 'Write it as language and country, such as es-CL (option Language).',
		});
	}
	const calledNumber = number('calledNumber', 'Called Number');
	const from = number('from', 'From');
	const to = number('to', 'To');
	const phrases = phrasesOf.call(this, options, itemIndex);
	const metadata = metadataOf.call(this, options.metadata, itemIndex);
	return await startLiveTranscription(this, {
		callSid,
		track: this.getNodeParameter('track', itemIndex) as TranscribedTrack,
		itemIndex,
		...(options.tenant?.trim() ? { tenant: options.tenant.trim() } : {}),
		...(calledNumber ? { calledNumber } : {}),
		...(language ? { language } : {}),
		...(phrases.length > 0 ? { phrases } : {}),
		...(from ? { from } : {}),
		...(to ? { to } : {}),
		...(metadata ? { metadata } : {}),
	});
}

function phrasesOf(
	this: IExecuteFunctions,
	{ phrases, phraseSet }: LiveOptions,
	itemIndex: number,
): string[] {
	const ready = phraseSet ? phraseSets[phraseSet].flatMap((set) => set.phrases) : [];
	const all = [...new Set([...listOf(phrases), ...ready])];
	if (all.length > maxPhrases || all.some(({ length }) => length > maxPhraseCharacters)) {
		throw new NodeOperationError(this.getNode(), 'There are too many phrases, or one is too long', {
			itemIndex,
			description:
				'A live transcription takes at most 500 phrases of at most 100 characters (options Own Phrases and Ready-Made Phrases).',
		});
	}
	return all;
}

function metadataOf(
	this: IExecuteFunctions,
	value: string | IDataObject | undefined,
	itemIndex: number,
): Record<string, string> | undefined {
	if (value === undefined || value === '') return undefined;
	const object = typeof value === 'string' ? parsed(value) : value;
	const isFlat =
		typeof object === 'object' &&
		object !== null &&
		!Array.isArray(object) &&
		Object.values(object).every((one) => ['string', 'number', 'boolean'].includes(typeof one));
	const entries = isFlat ? Object.entries(object as IDataObject) : [];
	if (isFlat && entries.length <= maxMetadata) {
		return Object.fromEntries(entries.map(([name, one]) => [name, String(one)]));
	}
	throw new NodeOperationError(this.getNode(), 'The option Metadata is no object of texts', {
		itemIndex,
		description: 'Write JSON such as { "order": "1234" }, with at most 50 names.',
	});
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
