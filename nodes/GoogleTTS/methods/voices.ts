import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';

import { spanishVoices } from '../data/spanishVoices';
import { allLanguages, listVoices, type Voice } from '../shared/voices';

/** Google's own list, except for the phrase cache: there the node has no credential of Google. */
async function voicesOf(context: ILoadOptionsFunctions, language: string): Promise<Voice[]> {
	if (context.getCurrentNodeParameter('resource') !== 'phraseCache') {
		return await listVoices(context, language);
	}
	return spanishVoices.filter(
		({ languageCodes }) => language === allLanguages || languageCodes.includes(language),
	);
}

function label({ name, family, gender }: Voice): string {
	return `${name} (${family}, ${gender})`;
}

/** The voices of the chosen language; each word of the filter has to be in the name, family or gender. */
export async function searchVoices(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const language = String(this.getCurrentNodeParameter('language') ?? allLanguages);
	const words = (filter ?? '').toLowerCase().split(/\s+/).filter(Boolean);
	const voices = await voicesOf(this, language.startsWith('=') ? allLanguages : language);
	return {
		results: voices
			// These belong to Gemini, which is another API.
			.filter(({ family }) => family !== 'Other')
			.map((voice) => ({ name: label(voice), value: voice.name }))
			.filter(({ name }) => isAmong(name, words))
			.sort((a, b) => a.name.localeCompare(b.name)),
	};
}

/** "male" is a part of "female", so a word has to begin where a word of the name does. */
function isAmong(name: string, words: string[]): boolean {
	const parts = name.toLowerCase().split(/[\s(),-]+/);
	const whole = name.toLowerCase();
	return words.every(
		(word) =>
			parts.some((part) => part.startsWith(word)) || (/-/.test(word) && whole.includes(word)),
	);
}

/** The languages that Google has voices for. */
export async function getLanguages(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const voices = await voicesOf(this, allLanguages);
	const names = new Intl.DisplayNames(['en'], { type: 'language', languageDisplay: 'standard' });
	const codes = [...new Set(voices.flatMap(({ languageCodes }) => languageCodes))];
	return [
		{ name: 'All Languages', value: allLanguages },
		...codes
			.map((code) => ({ name: `${names.of(code) ?? code} (${code})`, value: code }))
			.sort((a, b) => a.name.localeCompare(b.name)),
	];
}
