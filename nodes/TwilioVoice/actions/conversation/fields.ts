import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { Prompt } from '../../conversation/ask/question';
import { readUrl, requireText } from '../../shared/checks';
import { audioUrlField } from '../../shared/playFields';
import { textField } from '../../shared/sayFields';
import { gatherLanguages } from '../../twiml/language';

export const conversationLanguageField: INodeProperties = {
	displayName: 'Language',
	name: 'language',
	type: 'options',
	options: gatherLanguages,
	default: 'es-CL',
	description:
		'The language of the caller. Twilio understands each of these, and speaks the nearest one that it has: es-CL as es-MX.',
};

/** A text or a file, to be heard before an answer is awaited. */
export const promptFields: INodeProperties[] = [
	{
		displayName: 'Prompt',
		name: 'promptKind',
		type: 'options',
		default: 'say',
		options: [
			{ name: 'Audio File', value: 'play', description: 'Play a file of yours' },
			{ name: 'Text', value: 'say', description: "Say a text with one of Twilio's voices" },
		],
		description: 'How the caller is asked',
	},
	{
		...textField,
		typeOptions: { rows: 3 },
		placeholder: '¿Desea agendar una hora?',
		displayOptions: { show: { promptKind: ['say'] } },
	},
	{
		...audioUrlField,
		placeholder: 'https://cdn.example.com/pregunta.mp3',
		displayOptions: { show: { promptKind: ['play'] } },
	},
];

export function readPrompt(this: IExecuteFunctions, itemIndex: number, voice = ''): Prompt {
	return this.getNodeParameter('promptKind', itemIndex, 'say') === 'play'
		? { kind: 'play', url: readUrl.call(this, 'audioUrl', 'Audio URL', itemIndex) }
		: { kind: 'say', text: requireText.call(this, 'text', 'Text', itemIndex), voice };
}

/** A whole number within Twilio's limits. @throws {NodeOperationError} that names the field */
export function wholeNumber(
	this: IExecuteFunctions,
	itemIndex: number,
	label: string,
	value: unknown,
	min: number,
	max: number,
): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) {
		return number;
	}
	throw new NodeOperationError(
		this.getNode(),
		`"${String(value)}" in the field ${label} is not a whole number from ${min} to ${max}`,
		{ itemIndex, description: `Write a number from ${min} to ${max} in the field ${label}.` },
	);
}

/** None, or some of the keys of a telephone. */
export function keys(
	this: IExecuteFunctions,
	itemIndex: number,
	label: string,
	value: unknown,
): string {
	const text = String(value ?? '').trim();
	if (/^[0-9*#]*$/.test(text)) return text;
	throw new NodeOperationError(
		this.getNode(),
		`"${text}" in the field ${label} is no key of a telephone`,
		{ itemIndex, description: `Write 0 to 9, * or # in the field ${label}, or leave it empty.` },
	);
}

/** A wait that takes about as long as a text is long: minutes more than anybody could speak it. */
export const shortWaitMs = 15 * 60_000;

/** Twilio's longest call. */
export const longWaitMs = 24 * 60 * 60_000;
