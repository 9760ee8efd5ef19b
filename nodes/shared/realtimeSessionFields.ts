import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/**
 * What a session of OpenAI's Realtime API is told, wherever a node offers it. Each node describes the
 * fields in its own words, and adds to the choices what only it can do.
 * @see https://developers.openai.com/api/reference/resources/realtime
 */

export const defaultModel = 'gpt-realtime-2.1';

/** https://developers.openai.com/api/docs/guides/realtime-conversations#voice-options */
const voices = [
	'Alloy',
	'Ash',
	'Ballad',
	'Cedar',
	'Coral',
	'Echo',
	'Marin',
	'Sage',
	'Shimmer',
	'Verse',
];

export const voiceField: INodeProperties = {
	displayName: 'Voice',
	name: 'voice',
	type: 'options',
	default: 'marin',
	options: voices.map((name) => ({ name, value: name.toLowerCase() })),
};

export const speedField: INodeProperties = {
	displayName: 'Speed',
	name: 'speed',
	type: 'number',
	typeOptions: { minValue: 0.25, maxValue: 1.5, numberPrecision: 2 },
	default: 1,
};

export const reasoningEffortField: INodeProperties = {
	displayName: 'Reasoning Effort',
	name: 'reasoningEffort',
	type: 'options',
	default: 'low',
	options: [
		{ name: 'Extra High', value: 'xhigh' },
		{ name: 'High', value: 'high' },
		{ name: 'Low', value: 'low' },
		{ name: 'Medium', value: 'medium' },
		{ name: 'Minimal', value: 'minimal' },
	],
};

export const noiseReductionField: INodeProperties = {
	displayName: 'Noise Reduction',
	name: 'noiseReduction',
	type: 'options',
	default: 'near_field',
	options: [
		{ name: 'Hands-Free or Room (Far Field)', value: 'far_field' },
		{ name: 'Off', value: 'none' },
		{ name: 'Phone or Headset (Near Field)', value: 'near_field' },
	],
};

export const transcriptionModels: INodePropertyOptions[] = [
	{ name: 'GPT Live Transcribe', value: 'gpt-live-transcribe' },
	{ name: 'GPT Realtime Whisper', value: 'gpt-realtime-whisper' },
	{ name: 'GPT Transcribe', value: 'gpt-transcribe' },
];

export const defaultTranscriptionModel = 'gpt-transcribe';

export const turnDetections: INodePropertyOptions[] = [
	{
		name: 'Semantic',
		value: 'semantic_vad',
		description: 'The turn ends when what was said is complete',
	},
	{ name: 'Silence', value: 'server_vad', description: 'The turn ends after a silence' },
];

export const defaultTurnDetection = 'semantic_vad';

/** With turn detection by silence, as the next two. */
export const thresholdField: INodeProperties = {
	displayName: 'Threshold',
	name: 'threshold',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
	default: 0.5,
};

export const prefixPaddingField: INodeProperties = {
	displayName: 'Prefix Padding (Ms)',
	name: 'prefixPaddingMs',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 5000 },
	default: 300,
};

export const silenceDurationField: INodeProperties = {
	displayName: 'Silence Duration (Ms)',
	name: 'silenceDurationMs',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 10000 },
	default: 500,
};
