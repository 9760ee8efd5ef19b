import { NodeApiError } from 'n8n-workflow';
import type { IDataObject, JsonObject } from 'n8n-workflow';

import type { Cure, RequestContext } from '../../shared/request';
import { serviceRequest, type AddressedService } from '../../shared/serviceRequest';
import type { Usage } from '../analysis/contract';
import type { Engine, ModelOptions, Prompt, Reply } from './contract';
import { inSeconds, retryHeaderMs } from './waiting';

interface GeminiError {
	message?: string;
	status?: string;
	details?: Array<{ '@type'?: string; reason?: string; retryDelay?: string }>;
}

const errorOf = (body: IDataObject) => (body.error ?? {}) as GeminiError;

function cureOf(status: number, body: IDataObject, headers: IDataObject): Cure {
	const { message = `HTTP ${status}`, details = [] } = errorOf(body);
	if (details.some(({ reason }) => reason === 'API_KEY_INVALID') || status === 401) {
		return {
			message: 'Gemini refused the API key',
			description:
				'Check the API key in the Voice Gemini credential. It comes from Google AI Studio.',
		};
	}
	switch (status) {
		case 400:
			return {
				message: 'Gemini refused the request',
				description: `${message} Check the model and the Options; an older model may not take this analysis.`,
			};
		case 403:
			return {
				message: 'The API key may not use Gemini',
				description: `${message} Turn on the Generative Language API in the key's project, or use a key without that restriction.`,
			};
		case 404:
			return {
				message: 'Gemini has no such model',
				description:
					'Choose another Model from the list: this one is retired, or its name is wrong.',
			};
		case 429:
			return {
				message: `Gemini's rate limit or quota is used up; try again ${inSeconds(retryInfoMs(body) ?? retryHeaderMs(headers))}`,
				description:
					'Turn on Retry On Fail in the settings of the node, analyse fewer conversations at once, or let Rules step in under Options.',
			};
		default:
			return {
				message: `Gemini failed with status ${status}`,
				description: `${message} Turn on Retry On Fail in the settings of the node, or let Rules step in under Options.`,
			};
	}
}

/** `google.rpc.RetryInfo` says "12s". */
function retryInfoMs(body: IDataObject): number | undefined {
	const delay = errorOf(body).details?.find(({ retryDelay }) => retryDelay)?.retryDelay;
	const seconds = Number.parseFloat(delay ?? '');
	return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

/**
 * `generateContent` with `responseJsonSchema` (ai.google.dev/api/generate-content). The version
 * v1beta, because v1 is not documented to take the schema.
 */
export const gemini: AddressedService = {
	credential: 'voiceGeminiApi',
	name: 'Gemini',
	defaultBaseUrl: 'https://generativelanguage.googleapis.com',
	version: '/v1beta',
	cureOf,
};

interface Candidate {
	content?: { parts?: Array<{ text?: string; thought?: boolean }> };
	finishReason?: string;
}

export function geminiEngine(
	context: RequestContext,
	options: ModelOptions,
	itemIndex: number,
): Engine {
	return {
		name: 'gemini',
		async ask(prompt) {
			const model = options.model.replace(/^models\//, '');
			const body = await serviceRequest(
				context,
				gemini,
				{
					method: 'POST',
					path: `/models/${encodeURIComponent(model)}:generateContent`,
					body: requestOf(prompt, options),
					timeout: options.timeoutMs,
				},
				itemIndex,
			);
			return readReply(context, body, model, itemIndex);
		},
	};
}

function requestOf({ instructions, transcript, schema, repair }: Prompt, options: ModelOptions) {
	const user = (text: string) => ({ role: 'user', parts: [{ text }] });
	const level = thinkingLevel(options);
	return {
		systemInstruction: { parts: [{ text: instructions }] },
		contents: [
			user(transcript),
			// Verbatim, because Gemini 3 wants the signatures of its thoughts back.
			...(repair ? [repair.reply.verbatim, user(repair.message)] : []),
		],
		generationConfig: {
			responseMimeType: 'application/json',
			responseJsonSchema: schema,
			...(options.mostOutputTokens === undefined
				? {}
				: { maxOutputTokens: options.mostOutputTokens }),
			...(level === undefined ? {} : { thinkingConfig: { thinkingLevel: level } }),
		},
	};
}

/** Generation 3 and later think in levels, of which all have LOW; none of them takes "none". */
function thinkingLevel({ model, thinking }: ModelOptions): string | undefined {
	if (!/gemini-[3-9]/.test(model)) return undefined;
	return thinking === 'auto' || thinking === 'none' ? 'LOW' : thinking.toUpperCase();
}

const blocked = new Set([
	'SAFETY',
	'RECITATION',
	'BLOCKLIST',
	'PROHIBITED_CONTENT',
	'SPII',
	'LANGUAGE',
]);

function readReply(
	context: RequestContext,
	body: IDataObject,
	model: string,
	itemIndex: number,
): Reply {
	const fail = (message: string, description: string) =>
		new NodeApiError(context.getNode(), body as JsonObject, { itemIndex, message, description });
	const { blockReason } = (body.promptFeedback ?? {}) as { blockReason?: string };
	if (blockReason !== undefined) {
		throw fail(
			`Gemini blocked the transcript (${blockReason})`,
			"Google's safety filter does not let this conversation be analysed. Use another engine, or let Rules step in under Options.",
		);
	}
	const [candidate] = (body.candidates ?? []) as Candidate[];
	const reason = candidate?.finishReason ?? 'none';
	if (blocked.has(reason)) {
		throw fail(
			`Gemini blocked its answer (${reason})`,
			"Google's safety filter stopped the analysis. Use another engine, or let Rules step in under Options.",
		);
	}
	if (reason === 'MAX_TOKENS') {
		throw fail(
			"Gemini's answer was cut off at the limit of output tokens",
			'Raise Max Output Tokens under Options, choose fewer analyses, or send a shorter transcript.',
		);
	}
	const text = (candidate?.content?.parts ?? [])
		.filter(({ thought }) => thought !== true)
		.map((part) => part.text ?? '')
		.join('');
	if (text === '') {
		throw fail(
			`Gemini sent no answer (finish reason ${reason})`,
			'Try again, or choose another model.',
		);
	}
	return {
		text,
		verbatim: { role: 'model', ...candidate?.content },
		usage: usageOf(body.usageMetadata as Record<string, number> | undefined),
		model: typeof body.modelVersion === 'string' ? body.modelVersion : model,
	};
}

/** Gemini counts thoughts beside the answer; a bill counts them as output. */
function usageOf(usage: Record<string, number> = {}): Usage {
	const thoughts = usage.thoughtsTokenCount ?? 0;
	return {
		inputTokens: usage.promptTokenCount ?? 0,
		outputTokens: (usage.candidatesTokenCount ?? 0) + thoughts,
		reasoningTokens: thoughts,
		totalTokens: usage.totalTokenCount ?? 0,
	};
}
