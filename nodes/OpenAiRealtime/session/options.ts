import type { INodeProperties } from 'n8n-workflow';

import {
	defaultTranscriptionModel,
	noiseReductionField,
	prefixPaddingField,
	reasoningEffortField,
	silenceDurationField,
	speedField,
	thresholdField,
	transcriptionModels,
} from '../../shared/realtimeSessionFields';
import { functionsField, mcpServersField } from './toolFields';

/** Seen once: https://github.com/openai/openai-agents-js/issues/741 */
const refusedOverSip = 'Leave it out if OpenAI refuses it for your SIP calls.';

const formats = [
	{ name: 'A-Law (8 kHz)', value: 'audio/pcma' },
	{ name: 'PCM (24 kHz)', value: 'audio/pcm' },
	{ name: 'µ-Law (8 kHz)', value: 'audio/pcmu' },
];

/** The rarely used fields of a session, by Realtime API name in the description. */
export const sessionOptions: INodeProperties[] = [
	{
		displayName: 'Answer by Itself',
		name: 'createResponse',
		type: 'boolean',
		default: true,
		description: 'Whether the model answers at the end of each turn (create_response)',
	},
	{
		displayName: 'Context Kept After Truncation',
		name: 'retentionRatio',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 0.8,
		description:
			'The part of the context that stays when it is full, 0 to 1 (truncation.retention_ratio)',
	},
	{
		displayName: 'Eagerness',
		name: 'eagerness',
		type: 'options',
		default: 'auto',
		options: [
			{ name: 'Auto', value: 'auto' },
			{ name: 'High (Waits up to 2 Seconds)', value: 'high' },
			{ name: 'Low (Waits up to 8 Seconds)', value: 'low' },
			{ name: 'Medium (Waits up to 4 Seconds)', value: 'medium' },
		],
		description: 'How soon it answers, with semantic turn detection (eagerness)',
	},
	functionsField,
	{
		displayName: 'Idle Timeout (Ms)',
		name: 'idleTimeoutMs',
		type: 'number',
		typeOptions: { minValue: 5000, maxValue: 30000 },
		default: 8000,
		description:
			'After so long without a word the model asks whether somebody is there, with turn detection by silence (idle_timeout_ms)',
	},
	{
		displayName: 'Input Format',
		name: 'inputFormat',
		type: 'options',
		default: 'audio/pcmu',
		options: formats,
		description: 'Of the audio that is sent in. A SIP call negotiates its own.',
	},
	{
		displayName: 'Interruptible',
		name: 'interruptResponse',
		type: 'boolean',
		default: true,
		description: 'Whether the caller can interrupt the model by speaking (interrupt_response)',
	},
	{
		displayName: 'Max Output Tokens',
		name: 'maxOutputTokens',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 4096 },
		default: 0,
		description: 'For one answer, tool calls included; 0 is without limit (max_output_tokens)',
	},
	mcpServersField,
	{
		...noiseReductionField,
		description: 'What the caller speaks into (noise_reduction)',
	},
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		default: 'audio',
		options: [
			{ name: 'Audio, with Its Transcript', value: 'audio' },
			{ name: 'Text', value: 'text' },
		],
		description: 'What the model answers with (output_modalities)',
	},
	{
		displayName: 'Output Format',
		name: 'outputFormat',
		type: 'options',
		default: 'audio/pcmu',
		options: formats,
		description: 'Of the audio that comes out. A SIP call negotiates its own.',
	},
	{
		displayName: 'Parallel Tool Calls',
		name: 'parallelToolCalls',
		type: 'boolean',
		default: true,
		description:
			'Whether the model may call several tools at once; gpt-realtime-2 and later (parallel_tool_calls)',
	},
	{
		...prefixPaddingField,
		description: `Audio before the detected speech that is kept, with turn detection by silence (prefix_padding_ms). ${refusedOverSip}`,
	},
	{
		...reasoningEffortField,
		description: 'More effort answers later; gpt-realtime-2 and later (reasoning.effort)',
	},
	{
		...silenceDurationField,
		description: `The silence that ends a turn, with turn detection by silence (silence_duration_ms). ${refusedOverSip}`,
	},
	{
		...speedField,
		description: 'Of the spoken answer, 0.25 to 1.5 (speed)',
	},
	{
		...thresholdField,
		description: `How loud speech has to be, 0 to 1, with turn detection by silence; higher for noisy lines (threshold). ${refusedOverSip}`,
	},
	{
		displayName: 'Tool Choice',
		name: 'toolChoice',
		type: 'options',
		default: 'auto',
		options: [
			{ name: 'Auto', value: 'auto' },
			{ name: 'None', value: 'none' },
			{ name: 'Required', value: 'required' },
		],
		description: 'Whether the model calls a tool (tool_choice)',
	},
	{
		displayName: 'Transcribe the Caller',
		name: 'transcriptionModel',
		type: 'options',
		default: defaultTranscriptionModel,
		options: [...transcriptionModels, { name: 'Off', value: 'none' }],
		description: 'The model that writes down what the caller says (transcription.model)',
	},
	{
		displayName: 'Transcription Language',
		name: 'transcriptionLanguage',
		type: 'string',
		default: 'es',
		placeholder: 'es',
		description:
			'ISO 639-1; of es-CL the first part is sent. Without it, noise on a line can become words of another language (transcription.languages, or transcription.language where the model has only that).',
	},
];
