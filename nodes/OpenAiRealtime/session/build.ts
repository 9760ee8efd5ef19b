import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { defaultTranscriptionModel } from '../../shared/realtimeSessionFields';
import { requireModel } from '../shared/requireModel';
import { readTools } from './tools';

/** Where a session is for: a SIP call negotiates its own audio. */
export type SessionUse = 'sip' | 'any';

/**
 * The models that have `languages` in place of `language`; OpenAI refuses the other one.
 * @see https://developers.openai.com/api/docs/guides/realtime-transcription
 */
const takesLanguages = /^gpt-(live-)?transcribe$/;

interface SessionOptions {
	createResponse?: boolean;
	eagerness?: string;
	idleTimeoutMs?: number;
	inputFormat?: string;
	interruptResponse?: boolean;
	maxOutputTokens?: number;
	noiseReduction?: string;
	output?: string;
	outputFormat?: string;
	parallelToolCalls?: boolean;
	prefixPaddingMs?: number;
	reasoningEffort?: string;
	retentionRatio?: number;
	silenceDurationMs?: number;
	speed?: number;
	threshold?: number;
	toolChoice?: string;
	transcriptionLanguage?: string;
	transcriptionModel?: string;
}

/**
 * The session of the Realtime API that the fields describe, or the one that was given as JSON.
 * @see https://developers.openai.com/api/reference/resources/realtime
 */
export function readSession(
	this: IExecuteFunctions,
	itemIndex: number,
	use: SessionUse,
): IDataObject {
	const session =
		this.getNodeParameter('sessionFrom', itemIndex, 'fields') === 'json'
			? givenSession.call(this, itemIndex)
			: builtSession.call(this, itemIndex);
	if (typeof session.model === 'string') requireModel.call(this, session.model, itemIndex);
	return use === 'sip' ? forSip(session) : session;
}

function givenSession(this: IExecuteFunctions, itemIndex: number): IDataObject {
	const given = this.getNodeParameter('sessionJson', itemIndex);
	const session = typeof given === 'string' ? parse.call(this, given, itemIndex) : given;
	const isObject = typeof session === 'object' && session !== null && !Array.isArray(session);
	if (isObject && (session as IDataObject).type === 'realtime') return session as IDataObject;
	throw new NodeOperationError(this.getNode(), 'The field Session JSON holds no session', {
		itemIndex,
		description:
			'It has to be an object with "type": "realtime", as the operation Build of this node puts it out in "session".',
	});
}

function parse(this: IExecuteFunctions, text: string, itemIndex: number): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new NodeOperationError(this.getNode(), 'The field Session JSON is not JSON', {
			itemIndex,
			description: (error as Error).message,
		});
	}
}

function builtSession(this: IExecuteFunctions, itemIndex: number): IDataObject {
	const options = this.getNodeParameter('sessionOptions', itemIndex, {}) as SessionOptions;
	const tools = readTools.call(this, itemIndex);
	const instructions = this.getNodeParameter('instructions', itemIndex, '') as string;
	const model = this.getNodeParameter('model', itemIndex, '', { extractValue: true });
	return {
		type: 'realtime',
		model: String(model ?? '').trim(),
		...(instructions ? { instructions } : {}),
		output_modalities: [options.output ?? 'audio'],
		audio: {
			input: inputAudio.call(this, options, itemIndex),
			output: {
				format: format(options.outputFormat),
				voice: this.getNodeParameter('voice', itemIndex),
				...given('speed', options.speed),
			},
		},
		...(tools.length > 0 ? { tools, tool_choice: options.toolChoice ?? 'auto' } : {}),
		...given('parallel_tool_calls', options.parallelToolCalls),
		...given('max_output_tokens', options.maxOutputTokens || undefined),
		...(options.reasoningEffort ? { reasoning: { effort: options.reasoningEffort } } : {}),
		...(options.retentionRatio === undefined
			? {}
			: { truncation: { type: 'retention_ratio', retention_ratio: options.retentionRatio } }),
	};
}

function inputAudio(
	this: IExecuteFunctions,
	options: SessionOptions,
	itemIndex: number,
): IDataObject {
	const { noiseReduction = 'near_field' } = options;
	return {
		format: format(options.inputFormat),
		noise_reduction: noiseReduction === 'none' ? null : { type: noiseReduction },
		transcription: transcription(options),
		turn_detection: turnDetection(
			this.getNodeParameter('turnDetection', itemIndex) as string,
			options,
		),
	};
}

function transcription(options: SessionOptions): IDataObject | null {
	const { transcriptionModel: model = defaultTranscriptionModel } = options;
	if (model === 'none') return null;
	// OpenAI refuses a region behind it, which elsewhere is usual.
	const [language = ''] = (options.transcriptionLanguage ?? 'es').trim().toLowerCase().split('-');
	if (language === '') return { model };
	return takesLanguages.test(model) ? { model, languages: [language] } : { model, language };
}

/** Only the fields of the chosen kind: OpenAI refuses a session with fields of the other. */
function turnDetection(type: string, options: SessionOptions): IDataObject | null {
	if (type === 'none') return null;
	const common = {
		type,
		create_response: options.createResponse ?? true,
		interrupt_response: options.interruptResponse ?? true,
	};
	if (type === 'semantic_vad') return { ...common, eagerness: options.eagerness ?? 'auto' };
	return {
		...common,
		...given('threshold', options.threshold),
		...given('prefix_padding_ms', options.prefixPaddingMs),
		...given('silence_duration_ms', options.silenceDurationMs),
		...given('idle_timeout_ms', options.idleTimeoutMs),
	};
}

function format(type = 'audio/pcmu'): IDataObject {
	return type === 'audio/pcm' ? { type, rate: 24_000 } : { type };
}

const given = (name: string, value: unknown): IDataObject =>
	value === undefined ? {} : { [name]: value as never };

/** A SIP call's formats are negotiated in the call. */
function forSip(session: IDataObject): IDataObject {
	const audio = (session.audio ?? {}) as Record<'input' | 'output', IDataObject | undefined>;
	const withoutFormat = (side: IDataObject | undefined) => {
		if (!side) return undefined;
		const rest = { ...side };
		delete rest.format;
		return rest;
	};
	return {
		...session,
		...(session.audio
			? { audio: { input: withoutFormat(audio.input), output: withoutFormat(audio.output) } }
			: {}),
	};
}
