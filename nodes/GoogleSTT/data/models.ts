export interface SpeechModel {
	name: string;
	apiVersion: 'v1' | 'v2';
	/** What it is good for, for the builder. */
	description: string;
	/** BCP-47, as far as Spanish, English and Portuguese go. */
	languages: string[];
	/** Of version 2; absent: all. */
	locations?: string[];
}

/** Every country of Spanish that the pages of version 1 list. */
const spanish = [
	'es-CL',
	'es-AR',
	'es-BO',
	'es-CO',
	'es-CR',
	'es-DO',
	'es-EC',
	'es-ES',
	'es-GT',
	'es-HN',
	'es-MX',
	'es-NI',
	'es-PA',
	'es-PE',
	'es-PR',
	'es-PY',
	'es-SV',
	'es-US',
	'es-UY',
	'es-VE',
];
const broad = ['es-ES', 'es-MX', 'es-US', 'en-GB', 'en-US', 'pt-BR'];
const telephone = ['es-ES', 'es-US', 'en-GB', 'en-US', 'pt-BR'];

/**
 * From the pages "Transcription models" and "Supported languages" of Speech-to-Text (v1 and v2), read in
 * 2026. Google adds languages without notice: the operation "Get Many" of version 2 asks Google itself.
 */
export const speechModels: SpeechModel[] = [
	{
		name: 'default',
		apiVersion: 'v1',
		description: 'The one that knows every country of Spanish, es-CL too; for longer recordings',
		languages: [...spanish, 'en-GB', 'en-US', 'pt-BR'],
	},
	{
		name: 'command_and_search',
		apiVersion: 'v1',
		description: 'Short commands and answers, es-CL too',
		languages: [...spanish, 'en-GB', 'en-US', 'pt-BR'],
	},
	{
		name: 'latest_long',
		apiVersion: 'v1',
		description: 'The best of version 1 for conversations and voicemail',
		languages: broad,
	},
	{
		name: 'latest_short',
		apiVersion: 'v1',
		description: 'The best of version 1 for utterances of some seconds',
		languages: broad,
	},
	{
		name: 'phone_call',
		apiVersion: 'v1',
		description: 'Telephone audio of 8 kHz',
		languages: ['es-ES', 'es-US', 'en-GB', 'en-US'],
	},
	{
		name: 'video',
		apiVersion: 'v1',
		description: 'Several speakers, sound of 16 kHz or more; costs more',
		languages: ['en-US'],
	},
	{
		name: 'chirp_3',
		apiVersion: 'v2',
		description: 'The newest and most accurate; in the locations us, eu and parts of Asia',
		languages: broad,
		locations: ['us', 'eu', 'asia-northeast1', 'asia-southeast1'],
	},
	{
		name: 'chirp_2',
		apiVersion: 'v2',
		description: 'Accurate, with word times; in some regions',
		languages: ['es-ES', 'es-US', 'en-GB', 'en-US', 'pt-BR'],
		locations: ['us-central1', 'europe-west4', 'asia-southeast1'],
	},
	{
		name: 'long',
		apiVersion: 'v2',
		description: 'Conversations, voicemail and other longer recordings',
		languages: broad,
	},
	{
		name: 'short',
		apiVersion: 'v2',
		description: 'Utterances of some seconds',
		languages: broad,
	},
	{
		name: 'telephony',
		apiVersion: 'v2',
		description: 'Telephone audio of 8 kHz',
		languages: telephone,
	},
	{
		name: 'telephony_short',
		apiVersion: 'v2',
		description: 'Short utterances on the telephone',
		languages: telephone,
	},
];

export const locations = [
	'us',
	'eu',
	'global',
	'asia-northeast1',
	'asia-southeast1',
	'europe-west4',
	'us-central1',
];
