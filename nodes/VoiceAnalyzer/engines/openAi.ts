import { NodeApiError } from 'n8n-workflow';
import type { IDataObject, JsonObject } from 'n8n-workflow';

import type { Cure, RequestContext } from '../../shared/request';
import { serviceRequest, type AddressedService } from '../../shared/serviceRequest';
import type { Usage } from '../analysis/contract';
import type { Engine, ModelOptions, Prompt, Reply } from './contract';
import { inSeconds, retryHeaderMs } from './waiting';

interface OpenAiError {
	message?: string;
	code?: string | null;
	param?: string | null;
}

const noSuchModel: Cure = {
	message: 'OpenAI has no such model for this key',
	description: 'Choose another Model from the list, or check the base URL of the credential.',
};

function cureOf(status: number, body: IDataObject, headers: IDataObject): Cure {
	const { message = `HTTP ${status}`, code, param } = (body.error ?? {}) as OpenAiError;
	if (code === 'insufficient_quota') {
		return {
			message: 'The OpenAI account has no credit left',
			description:
				'Add credit or raise the limit at platform.openai.com/settings/organization/billing. Trying again does not help.',
		};
	}
	if (code === 'context_length_exceeded') {
		return {
			message: 'The transcript is too long for this model',
			description: 'Choose a model with a larger context, or split the conversation.',
		};
	}
	if (code === 'model_not_found') return noSuchModel;
	switch (status) {
		case 401:
			return {
				message: 'OpenAI refused the API key',
				description:
					'Check the API key, the organization and the project in the Voice OpenAI credential.',
			};
		case 403:
			return {
				message: 'The API key may not use this model',
				description: `${message} Allow the model in the settings of the project, or choose another one.`,
			};
		case 404:
			return noSuchModel;
		case 400:
			return {
				message: 'OpenAI refused the request',
				description: `${message}${param ? ` (${param})` : ''} Choose a model with structured outputs, such as gpt-6-luna.`,
			};
		case 429:
			return {
				message: `OpenAI's rate limit is reached; try again ${inSeconds(retryHeaderMs(headers))}`,
				description:
					'Turn on Retry On Fail in the settings of the node, analyse fewer conversations at once, or let Rules step in under Options.',
			};
		default:
			return {
				message: `OpenAI failed with status ${status}`,
				description: `${message} Turn on Retry On Fail in the settings of the node, or let Rules step in under Options.`,
			};
	}
}

/** The Responses API with a strict `json_schema` (`text.format`). */
export const openAi: AddressedService = {
	credential: 'voiceOpenAiApi',
	name: 'OpenAI',
	defaultBaseUrl: 'https://api.openai.com/v1',
	cureOf,
};

export function openAiEngine(
	context: RequestContext,
	options: ModelOptions,
	itemIndex: number,
): Engine {
	return {
		name: 'openAi',
		async ask(prompt) {
			const body = await serviceRequest(
				context,
				openAi,
				{
					method: 'POST',
					path: '/responses',
					body: requestOf(prompt, options),
					timeout: options.timeoutMs,
				},
				itemIndex,
			);
			return readReply(context, body, options.model, itemIndex);
		},
	};
}

function requestOf({ instructions, transcript, schema, repair }: Prompt, options: ModelOptions) {
	const user = (text: string) => ({ role: 'user', content: [{ type: 'input_text', text }] });
	const effort = reasoningEffort(options);
	return {
		model: options.model,
		instructions,
		input: [
			user(transcript),
			...(repair
				? [
						{ role: 'assistant', content: [{ type: 'output_text', text: repair.reply.verbatim }] },
						user(repair.message),
					]
				: []),
		],
		text: {
			format: { type: 'json_schema', name: 'conversation_analysis', strict: true, schema },
		},
		// Conversations of callers are not to stay with OpenAI.
		store: false,
		...(options.mostOutputTokens === undefined
			? {}
			: { max_output_tokens: options.mostOutputTokens }),
		...(effort === undefined ? {} : { reasoning: { effort } }),
	};
}

/** Models without reasoning refuse the parameter; the pro models have no low effort. */
function reasoningEffort({ model, thinking }: ModelOptions): string | undefined {
	if (thinking !== 'auto') return thinking;
	return /^(?:gpt-[5-9]|o[134])/.test(model) && !/chat|pro|audio|search/.test(model)
		? 'low'
		: undefined;
}

interface OutputItem {
	type: string;
	content?: Array<{ type: string; text?: string; refusal?: string }>;
}

function readReply(
	context: RequestContext,
	body: IDataObject,
	model: string,
	itemIndex: number,
): Reply {
	const fail = (message: string, description: string) =>
		new NodeApiError(context.getNode(), body as JsonObject, { itemIndex, message, description });
	const contents = ((body.output ?? []) as OutputItem[])
		.filter(({ type }) => type === 'message')
		.flatMap(({ content = [] }) => content);
	const { reason } = (body.incomplete_details ?? {}) as { reason?: string };
	if (reason === 'max_output_tokens') {
		throw fail(
			"OpenAI's answer was cut off at the limit of output tokens",
			'Raise Max Output Tokens under Options (reasoning counts as well), choose fewer analyses, or send a shorter transcript.',
		);
	}
	const refusal = contents.find(({ type }) => type === 'refusal')?.refusal;
	if (refusal !== undefined || reason === 'content_filter') {
		throw fail(
			'OpenAI refused to analyse the transcript',
			`${refusal ?? 'Its content filter stopped the answer.'} Use another engine, or let Rules step in under Options.`,
		);
	}
	const text = contents.map((part) => part.text ?? '').join('');
	if (text === '' || body.status !== 'completed') {
		const { message } = (body.error ?? {}) as OpenAiError;
		throw fail(
			`OpenAI sent no answer (status ${String(body.status ?? 'unknown')})`,
			`${message ?? 'The response has no text.'} Try again, or choose another model.`,
		);
	}
	return {
		text,
		verbatim: text,
		usage: usageOf(body.usage as IDataObject | undefined),
		model: typeof body.model === 'string' ? body.model : model,
	};
}

function usageOf(usage: IDataObject = {}): Usage {
	const number = (value: unknown) => (typeof value === 'number' ? value : 0);
	const details = (usage.output_tokens_details ?? {}) as IDataObject;
	return {
		inputTokens: number(usage.input_tokens),
		outputTokens: number(usage.output_tokens),
		reasoningTokens: number(details.reasoning_tokens),
		totalTokens: number(usage.total_tokens),
	};
}
