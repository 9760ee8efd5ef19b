import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Choice } from '../../conversation/ask/choice';
import { todayIn, type DateDirection } from '../../conversation/ask/date';
import { questionVerbs, type Prompt, type Question } from '../../conversation/ask/question';
import type { Expected } from '../../conversation/ask/understand';
import { plain } from '../../conversation/ask/words';
import { hold } from '../../conversation/hold';
import { outputFor } from '../../conversation/outputs';
import type { GatherOptions } from '../../twiml/conversationVerbs';
import { description } from './askFields';
import { keys, readPrompt, shortWaitMs, wholeNumber } from './fields';

export { description };

interface AskOptions {
	bargeIn?: boolean;
	finishOnKey?: string;
	hints?: string;
	minConfidence?: number;
	notUnderstoodPrompt?: string;
	numDigits?: number;
	profanityFilter?: boolean;
	silencePrompt?: string;
	speechModel?: string;
	speechTimeout?: number;
	timeout?: number;
	timeZone?: string;
	voice?: string;
	wholeOnly?: boolean;
}

/** Twilio's own limits of `hints`. */
const maxHints = 500;
const maxHintCharacters = 100;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const options = this.getNodeParameter('options', itemIndex, {}) as AskOptions;
	const expected = readExpected.call(this, itemIndex, options);
	const { voice = '' } = options;
	const instead = (text: string | undefined): Prompt | null =>
		text?.trim() ? { kind: 'say', text, voice } : null;
	const attempts = this.getNodeParameter('maxAttempts', itemIndex, 3);
	const question: Question = {
		expected,
		language: String(this.getNodeParameter('language', itemIndex, '')),
		maxAttempts: wholeNumber.call(this, itemIndex, 'Attempts', attempts, 1, 10),
		minConfidence: options.minConfidence ?? 0,
		prompt: readPrompt.call(this, itemIndex, voice),
		again: {
			silence: instead(options.silencePrompt),
			'not-understood': instead(options.notUnderstoodPrompt),
		},
		gather: readGather.call(this, itemIndex, options, expected),
	};
	return await hold.call(this, itemIndex, {
		operation: 'ask',
		question,
		limitMs: shortWaitMs * question.maxAttempts,
		verbs: (url) => questionVerbs(question, url),
	});
}

export const output = outputFor('ask');

/** No Answer. */
export const failureOutput = 1;

function readExpected(
	this: IExecuteFunctions,
	itemIndex: number,
	{ timeZone, wholeOnly = true }: AskOptions,
): Expected {
	const type = this.getNodeParameter('answerType', itemIndex, 'text');
	switch (type) {
		case 'choice':
			return { type, choices: readChoices.call(this, itemIndex) };
		case 'date': {
			const direction = this.getNodeParameter('dateDirection', itemIndex) as DateDirection;
			return { type, direction, timeZone: readTimeZone.call(this, itemIndex, timeZone) };
		}
		case 'number': {
			const [min, max] = ['min', 'max'].map((name) => readBound.call(this, itemIndex, name));
			if (min != null && max != null && min > max) {
				throw new NodeOperationError(
					this.getNode(),
					`The Minimum ${min} is above the Maximum ${max}`,
					{
						itemIndex,
						description: 'No answer could be right. Exchange the fields Minimum and Maximum.',
					},
				);
			}
			return { type, min: min ?? null, max: max ?? null, wholeOnly };
		}
		case 'phone':
			return { type, region: String(this.getNodeParameter('region', itemIndex, 'CL')) };
		case 'yesNo':
			return { type };
		default:
			return { type: 'text' };
	}
}

/** An expression may leave a bound open. */
function readBound(this: IExecuteFunctions, itemIndex: number, name: string): number | null {
	const value: unknown = this.getNodeParameter(name, itemIndex, null);
	if (value === null || value === undefined || value === '') return null;
	const number = Number(value);
	if (Number.isFinite(number)) return number;
	const label = name === 'min' ? 'Minimum' : 'Maximum';
	throw new NodeOperationError(
		this.getNode(),
		`"${String(value)}" in the field ${label} is not a number`,
		{ itemIndex, description: `Write a number in the field ${label}.` },
	);
}

function readTimeZone(this: IExecuteFunctions, itemIndex: number, given = ''): string {
	const timeZone = given.trim() || this.getTimezone();
	try {
		todayIn(timeZone, new Date());
		return timeZone;
	} catch (error) {
		throw new NodeOperationError(this.getNode(), error as Error, {
			itemIndex,
			message: `"${timeZone}" in the option Time Zone is not a time zone`,
			description: 'Write it as America/Santiago or Europe/Madrid.',
		});
	}
}

function readChoices(this: IExecuteFunctions, itemIndex: number): Choice[] {
	const given = this.getNodeParameter('choices', itemIndex, {}) as {
		choice?: Array<{ value?: unknown; synonyms?: unknown; key?: unknown }>;
	};
	const fail = (message: string, cure: string): never => {
		throw new NodeOperationError(this.getNode(), message, { itemIndex, description: cure });
	};
	const choices = (given.choice ?? []).map(({ value, synonyms, key }) => ({
		value: String(value ?? '').trim(),
		synonyms: (Array.isArray(synonyms) ? synonyms.map(String) : String(synonyms ?? '').split(','))
			.map((one) => one.trim())
			.filter(Boolean),
		key: keys.call(this, itemIndex, 'Key', key),
	}));
	if (choices.length === 0) fail('There is no choice', 'Add the choices in the field Choices.');
	for (const { value } of choices) {
		if (plain(value) === '') fail('A choice has no value', 'Fill in Value of each of the Choices.');
	}
	const used = new Map<string, string>();
	for (const { value, synonyms, key } of choices) {
		const names = new Set([value, ...synonyms].map(plain));
		for (const name of [...names, ...(key ? [`key ${key}`] : [])]) {
			const other = used.get(name);
			if (other) {
				fail(
					`"${name}" stands for both "${other}" and "${value}"`,
					'Give each of the Choices words and a key of its own.',
				);
			}
			used.set(name, value);
		}
	}
	return choices;
}

function readGather(
	this: IExecuteFunctions,
	itemIndex: number,
	options: AskOptions,
	expected: Expected,
): Question['gather'] {
	const { timeout = 5, speechTimeout, speechModel = '', finishOnKey = '#' } = options;
	const seconds = (label: string, value: unknown) =>
		wholeNumber.call(this, itemIndex, label, value, 1, 60);
	const digits = options.numDigits ?? oneKeyIsEnough(expected);
	return {
		input: this.getNodeParameter('input', itemIndex, 'dtmf speech') as GatherOptions['input'],
		timeoutSeconds: seconds('Wait for an Answer (Seconds)', timeout),
		// With a speech model Twilio takes a number only.
		speechTimeout:
			speechTimeout === undefined
				? speechModel === ''
					? 'auto'
					: 2
				: seconds('Pause After Speech (Seconds)', speechTimeout),
		speechModel,
		hints: hintsFor(expected, options.hints ?? ''),
		bargeIn: options.bargeIn ?? true,
		profanityFilter: options.profanityFilter ?? false,
		finishOnKey: keys.call(this, itemIndex, 'Finish on Key', finishOnKey),
		...(digits === undefined
			? {}
			: { numDigits: wholeNumber.call(this, itemIndex, 'Number of Digits', digits, 1, 100) }),
	};
}

/** Nobody should have to press # after a key that says everything. */
function oneKeyIsEnough(expected: Expected): 1 | undefined {
	switch (expected.type) {
		case 'yesNo':
			return 1;
		case 'number': {
			const { min, max, wholeOnly } = expected;
			return wholeOnly && min !== null && min >= 0 && max !== null && max <= 9 ? 1 : undefined;
		}
		case 'choice':
			return expected.choices.every(({ key }) => key.length <= 1) ? 1 : undefined;
		default:
			return undefined;
	}
}

function hintsFor(expected: Expected, own: string): string {
	const choices =
		expected.type === 'choice'
			? expected.choices.flatMap(({ value, synonyms }) => [value, ...synonyms])
			: [];
	const hints = [...own.split(','), ...choices]
		.map((hint) => hint.trim())
		.filter((hint) => hint !== '' && hint.length <= maxHintCharacters);
	return [...new Set(hints)].slice(0, maxHints).join(', ');
}
