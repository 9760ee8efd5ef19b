import type { INodeProperties } from 'n8n-workflow';

import { phraseSetOption } from '../phraseSetOption';

export const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Also Spoken Names or IDs',
			name: 'alsoSpoken',
			type: 'multiOptions',
			typeOptions: { loadOptionsMethod: 'getLanguages' },
			default: [],
			description:
				'Up to 3 other languages among which Google decides. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		},
		{
			displayName: 'Audio Without Header',
			name: 'rawFormat',
			type: 'fixedCollection',
			default: {},
			placeholder: 'Describe the audio',
			description: 'What the bytes are, when no header tells. A header in the file goes first.',
			options: [
				{
					displayName: 'Format',
					name: 'format',
					values: [
						{
							displayName: 'Encoding',
							name: 'encoding',
							type: 'options',
							default: 'MULAW',
							options: [
								{ name: 'A-Law', value: 'ALAW' },
								{ name: 'PCM, 16 Bits, Little-Endian', value: 'LINEAR16' },
								{ name: 'µ-Law', value: 'MULAW' },
							],
						},
						{
							displayName: 'Sample Rate (Hz)',
							name: 'sampleRateHz',
							type: 'number',
							default: 8000,
							typeOptions: { minValue: 8000, maxValue: 48000 },
						},
						{
							displayName: 'Channels',
							name: 'channels',
							type: 'number',
							default: 1,
							typeOptions: { minValue: 1, maxValue: 8 },
						},
					],
				},
			],
		},
		{
			displayName: 'Automatic Punctuation',
			name: 'punctuation',
			type: 'boolean',
			default: true,
			description:
				'Whether commas, full stops and question marks are added (on without this option)',
		},
		{
			displayName: 'Channels',
			name: 'channels',
			type: 'options',
			default: 'separate',
			options: [
				{
					name: 'Separately',
					value: 'separate',
					description: 'Each channel for itself, as in a recording of a call; each is billed',
				},
				{
					name: 'Together',
					value: 'mix',
					description: 'Added into one; of MP3, FLAC and Ogg the first channel only',
				},
			],
			description: 'What is done with several channels. Without this option: together.',
		},
		{
			displayName: 'Cloud Storage Bucket',
			name: 'bucket',
			type: 'string',
			default: '',
			placeholder: 'my-bucket',
			description:
				'Recordings longer than a minute are put here for the time of the recognition, instead of being sent in pieces',
		},
		{
			displayName: 'Enhanced Model',
			name: 'enhanced',
			type: 'boolean',
			default: false,
			displayOptions: { show: { '/apiVersion': ['v1'] } },
			description: 'Whether to use the dearer variant of the model, where there is one',
		},
		{
			displayName: 'Fallback Languages Names or IDs',
			name: 'fallbacks',
			type: 'multiOptions',
			typeOptions: { loadOptionsMethod: 'getLanguages' },
			default: ['es-US', 'es-ES'],
			description:
				'Tried in this order when the model does not know the language. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		},
		{
			displayName: 'Items at Once',
			name: 'concurrency',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 20 },
			default: 3,
			description: 'How many recordings are worked on at the same time. The order stays.',
		},
		{
			displayName: 'Maximum Alternatives',
			name: 'maxAlternatives',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 3 },
			default: 1,
			description: 'How many versions of each sentence Google gives, the best first',
		},
		{
			displayName: 'Own Phrases',
			name: 'ownPhrases',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			default: {},
			placeholder: 'Add Phrases',
			description: 'Words that are likely to be said: names, products, places',
			options: [
				{
					displayName: 'Phrases',
					name: 'sets',
					values: [
						{
							displayName: 'Phrases',
							name: 'phrases',
							type: 'string',
							typeOptions: { rows: 3 },
							default: '',
							placeholder: 'Automotora Andes, Los Carrera',
							description: 'Separated by commas or line breaks; at most 100 characters each',
						},
						{
							displayName: 'Boost',
							name: 'boost',
							type: 'number',
							typeOptions: { minValue: 0, maxValue: 20, numberPrecision: 1 },
							default: 10,
							description:
								'How much likelier they are, 0 to 20. Much of it makes Google hear them where they were not said.',
						},
					],
				},
			],
		},
		{
			displayName: 'Pieces at Once',
			name: 'pieceConcurrency',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 20 },
			default: 4,
			description: 'How many pieces of one long recording are recognised at the same time',
		},
		{
			displayName: 'Profanity Filter',
			name: 'profanityFilter',
			type: 'boolean',
			default: true,
			description: 'Whether all but the first letter of swearwords is replaced by asterisks',
		},
		{
			displayName: 'Put Subtitles in Field',
			name: 'subtitleProperty',
			type: 'string',
			default: 'subtitles',
			displayOptions: { show: { '/output': ['srt', 'vtt'] } },
			hint: 'The name of an output binary field to put the subtitle file in',
		},
		{
			...phraseSetOption,
			description: 'Words of a trade that Google then recognises better',
		},
		{
			displayName: 'Recognizer',
			name: 'recognizer',
			type: 'string',
			default: '_',
			displayOptions: { show: { '/apiVersion': ['v2'] } },
			description: 'The ID of a recognizer that you made. _ is the one that every project has.',
		},
		{
			displayName: 'Speaker Names',
			name: 'speakerNames',
			type: 'string',
			default: '',
			placeholder: 'Cliente, Agente',
			description: 'What to call the first, second, … speaker or channel',
		},
		{
			displayName: 'Speakers',
			name: 'speakers',
			type: 'fixedCollection',
			default: {},
			placeholder: 'Tell Speakers Apart',
			description:
				'Tells voices in one channel apart. Recordings longer than a minute need a bucket for it.',
			options: [
				{
					displayName: 'Number',
					name: 'count',
					values: [
						{
							displayName: 'At Least',
							name: 'min',
							type: 'number',
							typeOptions: { minValue: 1, maxValue: 8 },
							default: 2,
						},
						{
							displayName: 'At Most',
							name: 'max',
							type: 'number',
							typeOptions: { minValue: 1, maxValue: 8 },
							default: 2,
						},
					],
				},
			],
		},
		{
			displayName: 'Wait at Most (Minutes)',
			name: 'waitMinutes',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 1440 },
			default: 60,
			description: 'How long to wait for a recording in Cloud Storage',
		},
		{
			displayName: 'Word Times',
			name: 'wordTimes',
			type: 'boolean',
			default: true,
			description: 'Whether each word is put out with its begin, end and confidence',
		},
	],
};
