/** A word of a text, as the lexicon knows it. */
export interface Word {
	/** Without accents and case: "malísimo" is "malisimo". */
	plain: string;
	/** Whether a comma, a full stop or the like stands between this word and the one before. */
	afterBreak: boolean;
}

export const plainText = (text: string): string =>
	text
		.normalize('NFD')
		.replace(/\p{Diacritic}/gu, '')
		.toLowerCase();

const token = /[\p{L}\p{N}]+(?:['’][\p{L}]+)?|[.,;:!?¿¡…—]+/gu;

export function wordsOf(text: string): Word[] {
	const words: Word[] = [];
	let afterBreak = true;
	for (const [found] of plainText(text).matchAll(token)) {
		if (/^[\p{L}\p{N}]/u.test(found)) {
			words.push({ plain: found.replace('’', "'"), afterBreak });
			afterBreak = false;
		} else {
			afterBreak = true;
		}
	}
	return words;
}

/** Whether the words of `phrase` follow each other in `words`, from `at` on. */
export function startsWith(words: readonly Word[], at: number, phrase: readonly string[]): boolean {
	return phrase.every((each, offset) => {
		const word = words[at + offset];
		return word !== undefined && word.plain === each && !(offset > 0 && word.afterBreak);
	});
}
