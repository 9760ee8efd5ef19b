import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { phoneRegions } from '../../conversation/ask/phone';
import { voiceField } from '../../shared/sayFields';
import { conversationLanguageField, promptFields } from './fields';

const regionNames: Record<string, string> = {
	AR: 'Argentina',
	CL: 'Chile',
	CO: 'Colombia',
	ES: 'Spain',
	MX: 'Mexico',
	PE: 'Peru',
	US: 'United States and Canada',
};

const regions: INodePropertyOptions[] = Object.entries(phoneRegions)
	.map(([value, { countryCode }]) => ({ name: `${regionNames[value]} (+${countryCode})`, value }))
	.sort((a, b) => a.name.localeCompare(b.name));

/** What is asked of the answer, by its type. */
const answerFields: INodeProperties[] = [
	{
		displayName: 'Answer',
		name: 'answerType',
		type: 'options',
		default: 'text',
		options: [
			{ name: 'Choice', value: 'choice', description: 'One of a list, by word or by key' },
			{ name: 'Date', value: 'date', description: '"mañana", "el quince de marzo", "15/03"' },
			{ name: 'Number', value: 'number', description: '"veintitrés", 23' },
			{ name: 'Phone Number', value: 'phone', description: 'Digits in words or groups' },
			{ name: 'Text', value: 'text', description: 'Whatever is said or keyed in' },
			{ name: 'Yes or No', value: 'yesNo', description: '"sí, claro", "no, gracias", 1 or 2' },
		],
		description: 'What the answer must be. What is not is asked for again.',
	},
	{
		displayName: 'Choices',
		name: 'choices',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add choice',
		default: { choice: [{ value: '', synonyms: '', key: '1' }] },
		displayOptions: { show: { answerType: ['choice'] } },
		description: 'What can be chosen',
		options: [
			{
				displayName: 'Choice',
				name: 'choice',
				values: [
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						placeholder: 'ventas',
						description: 'What comes out; it may be said, too',
					},
					{
						displayName: 'Synonyms',
						name: 'synonyms',
						type: 'string',
						default: '',
						placeholder: 'comprar, auto nuevo',
						description: 'What else may be said for it, separated by commas',
					},
					{
						displayName: 'Key',
						name: 'key',
						type: 'string',
						default: '',
						placeholder: '1',
						description: 'The key that chooses it',
					},
				],
			},
		],
	},
	{
		displayName: 'Minimum',
		name: 'min',
		type: 'number',
		default: 1,
		displayOptions: { show: { answerType: ['number'] } },
		description: 'The smallest number that is accepted',
	},
	{
		displayName: 'Maximum',
		name: 'max',
		type: 'number',
		default: 5,
		displayOptions: { show: { answerType: ['number'] } },
		description: 'The largest number that is accepted',
	},
	{
		displayName: 'Date Lies',
		name: 'dateDirection',
		type: 'options',
		default: 'future',
		options: [
			{ name: 'Anywhere', value: 'any', description: 'The nearest day is meant' },
			{ name: 'In the Future', value: 'future', description: 'Today or later' },
			{ name: 'In the Past', value: 'past', description: 'Today or earlier' },
		],
		displayOptions: { show: { answerType: ['date'] } },
		description: 'Which day is meant where the caller leaves the year or the week open',
	},
	{
		displayName: 'Country',
		name: 'region',
		type: 'options',
		options: regions,
		default: 'CL',
		displayOptions: { show: { answerType: ['phone'] } },
		description: 'Where a number without a country code belongs',
	},
];

const rareFields: INodeProperties[] = [
	{
		displayName: 'Barge In',
		name: 'bargeIn',
		type: 'boolean',
		default: true,
		description: 'Whether the caller may answer before the prompt is over',
	},
	{
		displayName: 'Finish on Key',
		name: 'finishOnKey',
		type: 'string',
		default: '#',
		description: 'The key that ends what is keyed in. Empty: none does.',
	},
	{
		displayName: 'Hints',
		name: 'hints',
		type: 'string',
		default: '',
		placeholder: 'neumáticos, alineación',
		description:
			'Words that are likely, separated by commas, so that they are recognised. Choices and their synonyms are hints already.',
	},
	{
		displayName: 'Minimum Confidence',
		name: 'minConfidence',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 0.3,
		description:
			'What is recognised with less counts as not understood. Some speech models tell 0.',
	},
	{
		displayName: 'Number of Digits',
		name: 'numDigits',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 1,
		description:
			'How many keys make an answer. Without it one key is enough where no answer has two.',
	},
	{
		displayName: 'Pause After Speech (Seconds)',
		name: 'speechTimeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 60 },
		default: 2,
		description: 'The pause that ends what is said. Without it Twilio decides.',
	},
	{
		displayName: 'Profanity Filter',
		name: 'profanityFilter',
		type: 'boolean',
		default: false,
		description: 'Whether swear words are replaced by asterisks',
	},
	{
		displayName: 'Prompt After a Wrong Answer',
		name: 'notUnderstoodPrompt',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'Por favor, diga un número del 1 al 5.',
		description: 'Said instead of the prompt. Empty: an apology, and the prompt again.',
	},
	{
		displayName: 'Prompt After Silence',
		name: 'silencePrompt',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: '¿Sigue en la línea?',
		description: 'Said instead of the prompt. Empty: an apology, and the prompt again.',
	},
	{
		displayName: 'Speech Model',
		name: 'speechModel',
		type: 'options',
		default: '',
		options: [
			{ name: 'Chosen by Twilio', value: '' },
			{ name: 'Deepgram Nova 2', value: 'deepgram_nova-2' },
			{ name: 'Deepgram Nova 3', value: 'deepgram_nova-3' },
			{ name: 'Google Long', value: 'googlev2_long' },
			{ name: 'Google Short', value: 'googlev2_short' },
			{ name: 'Google Telephony', value: 'googlev2_telephony' },
			{ name: 'Google Telephony Short', value: 'googlev2_telephony_short' },
		],
		description: 'Who recognises speech. Not each of them knows each language.',
	},
	{
		displayName: 'Time Zone',
		name: 'timeZone',
		type: 'string',
		default: '',
		placeholder: 'America/Santiago',
		description: 'Where the caller\'s "tomorrow" is. Empty: the workflow\'s time zone.',
	},
	{
		displayName: 'Wait for an Answer (Seconds)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 60 },
		default: 5,
		description: 'How long the caller may be silent after the prompt',
	},
	voiceField,
	{
		displayName: 'Whole Numbers Only',
		name: 'wholeOnly',
		type: 'boolean',
		default: true,
		description: 'Whether "three and a half" is refused',
	},
];

export const description: INodeProperties[] = [
	...promptFields,
	conversationLanguageField,
	...answerFields,
	{
		displayName: 'Input',
		name: 'input',
		type: 'options',
		default: 'dtmf speech',
		options: [
			{ name: 'Keys', value: 'dtmf' },
			{ name: 'Speech', value: 'speech' },
			{ name: 'Speech or Keys', value: 'dtmf speech' },
		],
		description: 'How the caller may answer',
	},
	{
		displayName: 'Attempts',
		name: 'maxAttempts',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10 },
		default: 3,
		description: 'How often the caller is asked before the flow goes on by No Answer',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: rareFields,
	},
];
