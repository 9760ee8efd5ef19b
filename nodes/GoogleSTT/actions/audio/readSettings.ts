import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

import { googleProject } from '../../../shared/googleSpeech';
import { listOf } from '../../../shared/listOf';
import type { RawFormat } from '../../audio/open';
import { phraseSets, type BoostedPhrases, type PhraseSetName } from '../../data/automotive';
import { fallbacksFor, isLanguageTag } from '../../data/languages';
import { isBucketName } from '../../recognition/storage';
import type { Settings } from '../../recognition/settings';

export type OutputFormat = 'srt' | 'text' | 'turns' | 'vtt';

export interface TranscribeOptions {
	alsoSpoken?: string[];
	rawFormat?: { format?: RawFormat };
	punctuation?: boolean;
	channels?: Settings['channels'];
	bucket?: string;
	enhanced?: boolean;
	fallbacks?: string[];
	concurrency?: number;
	maxAlternatives?: number;
	ownPhrases?: { sets?: Array<{ phrases?: string; boost?: number }> };
	phraseSet?: PhraseSetName;
	pieceConcurrency?: number;
	profanityFilter?: boolean;
	recognizer?: string;
	speakerNames?: string;
	speakers?: { count?: { min?: number; max?: number } };
	subtitleProperty?: string;
	waitMinutes?: number;
	wordTimes?: boolean;
}

/** cloud.google.com/speech-to-text/docs/quotas */
const maxPhrases = 5000;
const maxPhraseCharacters = 100;

export function readOptions(this: IExecuteFunctions, itemIndex: number): TranscribeOptions {
	return this.getNodeParameter('options', itemIndex, {}) as TranscribeOptions;
}

/** Checks all fields before anything is sent. @throws {NodeOperationError} that names the field */
export async function readSettings(
	this: IExecuteFunctions,
	options: TranscribeOptions,
	output: OutputFormat,
	itemIndex: number,
): Promise<Settings> {
	const fail = failing.call(this, itemIndex);
	const text = (name: string) => String(this.getNodeParameter(name, itemIndex, '') ?? '').trim();
	const apiVersion = text('apiVersion') === 'v2' ? 'v2' : 'v1';
	const model = text('model');
	const language = text('language');
	const alsoSpoken = options.alsoSpoken ?? [];
	const fallbacks = options.fallbacks ?? fallbacksFor(language);
	for (const code of [language, ...alsoSpoken, ...fallbacks]) {
		if (!isLanguageTag(code)) {
			fail(
				`"${code}" is no language`,
				'Write languages as language and country, such as es-CL or en-US (fields Language, Also Spoken and Fallback Languages).',
			);
		}
	}
	if (alsoSpoken.length > 3) {
		fail(
			'Too many languages in the option Also Spoken',
			'Google takes at most 3 besides Language.',
		);
	}
	const project = await googleProject(this, itemIndex);
	if (apiVersion === 'v2' && project === '') {
		fail(
			'Version 2 needs a project',
			'Fill in Project ID in the Google Speech credential, or choose Version 1 in the field API.',
		);
	}
	if (apiVersion === 'v2' && model === '') {
		fail('Version 2 needs a model', 'Choose one in the field Model.');
	}
	const recognizer = options.recognizer?.trim() || '_';
	if (!/^(_|[a-z][a-z0-9-]{0,62})$/.test(recognizer)) {
		fail(
			`"${recognizer}" in the option Recognizer is no ID of a recognizer`,
			'Give the last part of its name: lower-case letters, digits and hyphens.',
		);
	}
	const location = apiVersion === 'v2' ? text('location') || 'global' : 'global';
	if (!/^[a-z0-9-]+$/.test(location)) {
		fail(`"${location}" in the field Location is no location`, 'For example us or europe-west4.');
	}
	return {
		apiVersion,
		channels: options.channels ?? 'mix',
		model,
		location,
		project,
		recognizer,
		language,
		alsoSpoken,
		fallbacks,
		phrases: phrasesOf(options, fail),
		maxAlternatives: between(options.maxAlternatives ?? 1, 1, 3, 'Maximum Alternatives', fail),
		profanityFilter: options.profanityFilter ?? false,
		punctuation: options.punctuation ?? true,
		wordTimes: (options.wordTimes ?? false) || output !== 'text',
		enhanced: options.enhanced ?? false,
		speakers: speakersOf(options, fail),
	};
}

type Fail = (message: string, description: string) => never;

export function failing(this: IExecuteFunctions, itemIndex: number): Fail {
	return (message, description) => {
		throw new NodeOperationError(this.getNode(), message, { itemIndex, description });
	};
}

export function between(
	value: number,
	least: number,
	most: number,
	label: string,
	fail: Fail,
): number {
	if (Number.isInteger(value) && value >= least && value <= most) return value;
	return fail(
		`The option ${label} is out of range`,
		`Give a whole number from ${String(least)} to ${String(most)}.`,
	);
}

export function bucketOf({ bucket }: TranscribeOptions, fail: Fail): string {
	const name = (bucket ?? '')
		.trim()
		.replace(/^gs:\/\//, '')
		.replace(/\/$/, '');
	if (name === '' || isBucketName(name)) return name;
	return fail(
		`"${name}" in the option Cloud Storage Bucket is no name of a bucket`,
		'Give the name alone, without folders: lower-case letters, digits, hyphens, underscores and dots.',
	);
}

function phrasesOf({ phraseSet, ownPhrases }: TranscribeOptions, fail: Fail): BoostedPhrases[] {
	const own = (ownPhrases?.sets ?? [])
		.map(({ phrases, boost = 0 }) => ({
			boost: Number(boost),
			phrases: [...new Set(listOf(phrases))],
		}))
		.filter(({ phrases }) => phrases.length > 0);
	for (const { boost, phrases } of own) {
		if (!(boost >= 0 && boost <= 20)) {
			fail('The boost of own phrases is out of range', 'Give a number from 0 to 20.');
		}
		const long = phrases.find(({ length }) => length > maxPhraseCharacters);
		if (long !== undefined) {
			fail(
				`A phrase in the option Own Phrases is too long: "${long.slice(0, 40)}…"`,
				'Google takes at most 100 characters. Separate phrases by commas or line breaks.',
			);
		}
	}
	const all = [...own, ...(phraseSet ? (phraseSets[phraseSet] ?? []) : [])];
	const count = all.reduce((sum, { phrases }) => sum + phrases.length, 0);
	if (count > maxPhrases) {
		fail(`There are ${String(count)} phrases`, 'Google takes at most 5000 in one request.');
	}
	return all;
}

function speakersOf({ speakers }: TranscribeOptions, fail: Fail): Settings['speakers'] {
	const count = speakers?.count;
	if (!count) return undefined;
	const min = between(count.min ?? 2, 1, 8, 'Speakers (At Least)', fail);
	const max = between(count.max ?? 2, 1, 8, 'Speakers (At Most)', fail);
	if (min > max) {
		fail('The option Speakers contradicts itself', 'At Least must not be more than At Most.');
	}
	return { min, max };
}
