import type { DisplayCondition, INodeProperties } from 'n8n-workflow';

import {
	languageField,
	speakingRateField,
	tenantField,
	voiceField,
} from '../../shared/voiceFields';

const inputIs = (kind: string) => ({ show: { input: [kind] } });
const voiceHas = (part: string): DisplayCondition => ({ _cnd: { includes: part } });

const notices: INodeProperties[] = [
	{
		displayName:
			'Chirp 3 HD voices take no pitch, and of SSML only say-as, p, s, phoneme and sub. For pauses set Input to Markup.',
		name: 'chirpNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { input: ['ssml'], voice: [voiceHas('Chirp3')] } },
	},
	{
		displayName:
			'Studio voices take no pitch, and of SSML no mark, emphasis, lang or prosody pitch.',
		name: 'studioNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { input: ['ssml'], voice: [voiceHas('Studio')] } },
	},
	{
		displayName:
			'Only Chirp 3 HD voices take markup. Pauses are [pause short], [pause] and [pause long].',
		name: 'markupNotice',
		type: 'notice',
		default: '',
		displayOptions: inputIs('markup'),
	},
];

const options: INodeProperties[] = [
	{
		displayName: 'Effects Profiles',
		name: 'effectsProfiles',
		type: 'multiOptions',
		default: ['telephony-class-application'],
		options: [
			{ name: 'Bluetooth Speaker, Medium', value: 'medium-bluetooth-speaker-class-device' },
			{ name: 'Bluetooth Speaker, Small', value: 'small-bluetooth-speaker-class-device' },
			{ name: 'Car', value: 'large-automotive-class-device' },
			{ name: 'Headphones', value: 'headphone-class-device' },
			{ name: 'Home Entertainment', value: 'large-home-entertainment-class-device' },
			{ name: 'Smartphone', value: 'handset-class-device' },
			{ name: 'Telephone', value: 'telephony-class-application' },
			{ name: 'Wearable', value: 'wearable-class-device' },
		],
		description: 'What the audio is played on. They are applied in the order given.',
	},
	{
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: 'speech',
		placeholder: 'welcome.wav',
		description: 'The extension of the format is added when it is missing',
	},
	{
		displayName: 'Gain (dB)',
		name: 'gainDb',
		type: 'number',
		typeOptions: { minValue: -96, maxValue: 16, numberPrecision: 1 },
		default: 0,
		description: 'How much louder or softer than usual. More than 10 makes no difference.',
	},
	{
		displayName: 'Parallel Requests',
		name: 'parallel',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 20 },
		default: 4,
		description: 'How many requests are under way at once. The items keep their order.',
	},
	{
		displayName: 'Pitch (Semitones)',
		name: 'pitch',
		type: 'number',
		typeOptions: { minValue: -20, maxValue: 20, numberPrecision: 1 },
		default: 0,
		description:
			'How much higher or lower than usual. Chirp 3 HD and Studio voices do not take it.',
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		hint: 'The name of the output binary field to put the file in',
		description: 'Where the audio goes in the item',
	},
	{
		displayName: 'Requests per Minute',
		name: 'requestsPerMinute',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 200,
		description:
			'How many requests begin per minute at most. Google allows 200 for Chirp 3 HD, 500 for Studio and 1000 for other voices unless your quota is another; that is what holds without this option.',
	},
	{
		displayName: 'Sample Rate (Hz)',
		name: 'sampleRateHz',
		type: 'number',
		typeOptions: { minValue: 8000, maxValue: 48000 },
		displayOptions: { show: { '/format': ['mp3', 'oggOpus', 'wav'] } },
		default: 24000,
		description:
			"Samples per second. Without it, the voice's own rate; formats for the telephone have 8000.",
	},
	speakingRateField,
	{
		...tenantField,
		displayName: 'Tenant of the Phrase Cache',
		description: 'Whose phrases they are in the cache, which needs a sidecar credential',
	},
	{
		displayName: 'Use the Phrase Cache',
		name: 'useCache',
		type: 'boolean',
		default: true,
		description:
			'Whether short texts in µ-law come from the phrase cache, when the node has a sidecar credential',
	},
];

export const description: INodeProperties[] = [
	{
		displayName: 'Input',
		name: 'input',
		type: 'options',
		default: 'text',
		options: [
			{
				name: 'Markup',
				value: 'markup',
				description: 'Text with pauses such as [pause short], for Chirp 3 HD voices',
			},
			{
				name: 'SSML',
				value: 'ssml',
				description: 'XML that says how words are spoken. It is checked before it is sent.',
			},
			{ name: 'Text', value: 'text', description: 'Plain text, of any length' },
		],
		description: 'How the text is written',
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 4 },
		required: true,
		default: '',
		placeholder: 'Buenos días, gracias por llamar.',
		displayOptions: inputIs('text'),
		description: 'What is said. More than 5,000 bytes are divided at sentences and joined again.',
	},
	{
		displayName: 'SSML',
		name: 'ssml',
		type: 'string',
		typeOptions: { rows: 4 },
		required: true,
		default: '',
		placeholder: '<speak>Buenos días. <break time="300ms"/> ¿En qué le ayudo?</speak>',
		displayOptions: inputIs('ssml'),
		description: 'What is said. More than 5,000 bytes are divided between p and s elements.',
	},
	{
		displayName: 'Markup',
		name: 'markup',
		type: 'string',
		typeOptions: { rows: 4 },
		required: true,
		default: '',
		placeholder: 'Déjeme ver, [pause long] sí, aquí está.',
		displayOptions: inputIs('markup'),
		description: 'What is said. More than 5,000 bytes are divided at sentences and joined again.',
	},
	languageField,
	voiceField,
	...notices,
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		default: 'mulawWav',
		options: [
			{ name: 'MP3', value: 'mp3', description: 'Small, plays everywhere' },
			{ name: 'Ogg Opus', value: 'oggOpus', description: 'Small, and better than MP3' },
			{
				name: 'Telephone: A-Law 8 kHz With Header',
				value: 'alawWav',
				description: 'A WAV file for telephone exchanges in Europe and Latin America',
			},
			{
				name: 'Telephone: A-Law 8 kHz Without Header',
				value: 'alaw',
				description: 'Bare samples (audio/x-alaw)',
			},
			{
				name: 'Telephone: µ-Law 8 kHz With Header',
				value: 'mulawWav',
				description: 'A WAV file that Twilio plays without converting it',
			},
			{
				name: 'Telephone: µ-Law 8 kHz Without Header',
				value: 'mulaw',
				description: 'Bare samples (audio/x-mulaw), as Twilio Media Streams takes them',
			},
			{ name: 'WAV', value: 'wav', description: 'Linear PCM with 16 bits, the best quality' },
		],
		description: 'What the file is for',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options,
	},
];
