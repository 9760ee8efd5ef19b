import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { ModelOptions } from '../engines/contract';

const mostAtOnce = 3;

const thinkingOptions: INodeProperties = {
	displayName: 'Thinking',
	name: 'thinking',
	type: 'options',
	default: 'auto',
	options: [
		{ name: 'Automatic', value: 'auto', description: 'Low, where the model is known to take it' },
		{ name: 'High', value: 'high', description: 'Better for long scorecards, slower' },
		{ name: 'Low', value: 'low' },
		{ name: 'Medium', value: 'medium' },
		{ name: 'None', value: 'none', description: 'Fastest; not every model of OpenAI takes it' },
	],
	description: 'How long the model may think before it answers',
};

const modelOptions: INodeProperties[] = [
	{
		displayName: 'If the Engine Fails',
		name: 'onEngineFailure',
		type: 'options',
		default: 'error',
		options: [
			{ name: 'Stop With an Error', value: 'error' },
			{
				name: 'Use Rules Instead',
				value: 'rules',
				description: 'The output says so in engine.fallbackReason',
			},
		],
		description:
			'What to do when the service does not answer, refuses, or answers wrongly twice. Rules know less, and answer no questions.',
	},
	{
		displayName: 'Items at Once',
		name: 'itemsAtOnce',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 20 },
		default: mostAtOnce,
		description:
			'How many conversations the engine gets at the same time. Set it to 1 when the rate limit is reached.',
	},
	{
		displayName: 'Max Output Tokens',
		name: 'mostOutputTokens',
		type: 'number',
		typeOptions: { minValue: 16 },
		default: 8192,
		description: "Limit of the answer, thinking included. Without it: the model's own limit.",
	},
	{
		displayName: 'Redact Before Sending',
		name: 'redactBeforeSending',
		type: 'boolean',
		default: false,
		description:
			'Whether the engine gets the conversation without the personal data that patterns find: telephone numbers, identity numbers, cards, accounts, e-mail and street addresses',
	},
	thinkingOptions,
	{
		displayName: 'Timeout (Seconds)',
		name: 'timeoutSeconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 600 },
		default: 60,
		description: 'How long to wait for one answer of the engine',
	},
	{
		displayName: 'Write In',
		name: 'language',
		type: 'string',
		default: '',
		placeholder: 'Spanish',
		description:
			'Language of the texts that the engine writes. Without it: the language of the conversation.',
	},
];

const readingOptions: INodeProperties[] = [
	{
		displayName: "Caller's Channel or Speaker",
		name: 'callerIs',
		type: 'string',
		default: '1',
		description:
			"For turns that have a channel or a speaker instead of a role: which one is the caller. Twilio's recordings have the caller of an inbound call on channel 1; everyone else is the agent.",
	},
	{
		displayName: 'Max Characters',
		name: 'mostCharacters',
		type: 'number',
		typeOptions: { minValue: 100 },
		default: 200000,
		description:
			'The longest conversation that is analysed, as a guard against costs. An hour on the telephone has about 60,000.',
	},
];

const byName = (a: INodeProperties, b: INodeProperties) =>
	a.displayName.localeCompare(b.displayName);

/** Rarely needed, and the same for each operation that may ask a language model. */
export const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [...readingOptions, ...modelOptions].sort(byName),
};

export interface Options {
	callerIs: string;
	mostCharacters: number;
	fallBack: boolean;
	redactBeforeSending: boolean;
	language: string;
	model: Omit<ModelOptions, 'model'>;
}

interface RawOptions {
	callerIs?: unknown;
	itemsAtOnce?: unknown;
	mostCharacters?: unknown;
	onEngineFailure?: string;
	mostOutputTokens?: unknown;
	redactBeforeSending?: boolean;
	thinking?: ModelOptions['thinking'];
	timeoutSeconds?: unknown;
	language?: unknown;
}

/** How many items may be with the engine at a time. @throws {NodeOperationError} for a number that is none */
export function concurrency(this: IExecuteFunctions): number {
	const { itemsAtOnce } = this.getNodeParameter('options', 0, {}) as RawOptions;
	return Math.trunc(readNumber.call(this, itemsAtOnce ?? mostAtOnce, 'Items at Once', [1, 20], 0));
}

function readNumber(
	this: IExecuteFunctions,
	value: unknown,
	label: string,
	[least, most]: readonly [number, number?],
	itemIndex: number,
): number {
	const read = Number(value);
	if (Number.isFinite(read) && read >= least && read <= (most ?? Infinity)) return read;
	throw new NodeOperationError(this.getNode(), `The option ${label} is not possible`, {
		itemIndex,
		description: `Set ${label} to a number of at least ${least}${most === undefined ? '' : ` and at most ${most}`}.`,
	});
}

/** @throws {NodeOperationError} for a number that is none */
export function readOptions(this: IExecuteFunctions, itemIndex: number): Options {
	const raw = this.getNodeParameter('options', itemIndex, {}) as RawOptions;
	const number = (value: unknown, label: string, least: number, most?: number) =>
		readNumber.call(this, value, label, [least, most], itemIndex);
	return {
		callerIs: String(raw.callerIs ?? '1').trim() || '1',
		mostCharacters: number(raw.mostCharacters ?? 200_000, 'Max Characters', 100),
		fallBack: raw.onEngineFailure === 'rules',
		redactBeforeSending: raw.redactBeforeSending ?? false,
		language: String(raw.language ?? '').trim(),
		model: {
			mostOutputTokens:
				raw.mostOutputTokens === undefined
					? undefined
					: number(raw.mostOutputTokens, 'Max Output Tokens', 16),
			thinking: raw.thinking ?? 'auto',
			timeoutMs: number(raw.timeoutSeconds ?? 60, 'Timeout (Seconds)', 1, 600) * 1000,
		},
	};
}
