import {
	contrasts,
	impatienceLexicon,
	intensities,
	negators,
	sentimentLexicon,
	type Entry,
	type Lexicon,
} from './lexicon';
import { wordsOf, type Word } from './words';

export interface TurnScore {
	/** -1 to 1. */
	sentiment: number;
	/** 0 to 1. */
	frustration: number;
	/** Whether any word of the lexicon was found: a 0 without one is ignorance, not balance. */
	known: boolean;
}

const negationReach = 3;
const intensityReach = 2;
const shortestStem = 3;
/** The sum of weights at which the score is about 0.7. */
const saturation = 2;
const beforeContrast = 0.5;
const afterContrast = 1.3;
const negatedPositive = -0.8;
/** "No está malo" is milder than "está bueno". */
const negatedNegative = -0.5;
const superlative = 1.5;

interface Hit {
	weight: number;
	length: number;
}

/** Sentiment and impatience of one turn, in one pass over its words. */
export function scoreTurn(text: string): TurnScore {
	const words = wordsOf(text);
	const contrast = words.findLastIndex(({ plain }, at) => at > 0 && contrasts.has(plain));
	let sum = 0;
	let calm = 1;
	let known = false;
	for (let at = 0; at < words.length;) {
		const impatience = hitAt(words, at, impatienceLexicon);
		if (impatience) calm *= 1 - Math.min(impatience.weight, 0.95);
		const hit = hitAt(words, at, sentimentLexicon);
		if (!hit) {
			at++;
			continue;
		}
		known = true;
		const shift = contrast === -1 ? 1 : at < contrast ? beforeContrast : afterContrast;
		sum += modified(hit.weight, words, at) * shift;
		at += hit.length;
	}
	const frustration = round(1 - calm);
	// Impatience is unhappy even where no word says so: "es la tercera vez que llamo".
	if (sum <= 0.5) sum -= frustration * 2;
	return {
		sentiment: round(sum / Math.hypot(sum, saturation)),
		frustration,
		known: known || frustration > 0,
	};
}

export const round = (value: number): number => Math.round(value * 100) / 100 + 0;

function modified(weight: number, words: readonly Word[], at: number): number {
	let value = weight;
	for (let back = 1; back <= negationReach && at - back >= 0; back++) {
		if (words[at - back + 1]?.afterBreak) break;
		const before = words[at - back]?.plain ?? '';
		const factor = back <= intensityReach ? intensities.get(before) : undefined;
		if (factor !== undefined) value *= factor;
		if (negators.has(before)) {
			value *= weight > 0 ? negatedPositive : negatedNegative;
			break;
		}
	}
	return value;
}

function hitAt(words: readonly Word[], at: number, lexicon: Lexicon): Hit | undefined {
	const word = words[at]?.plain ?? '';
	const phrase = lexicon.exact.get(word)?.find(({ words: wanted }) => matches(words, at, wanted));
	if (phrase) return { weight: phrase.weight, length: phrase.words.length };
	const weight = stemWeight(word, lexicon);
	return weight === undefined ? undefined : { weight, length: 1 };
}

function matches(words: readonly Word[], at: number, wanted: Entry['words']): boolean {
	return wanted.every((each, offset) => {
		const word = words[at + offset];
		if (word === undefined || (offset > 0 && word.afterBreak)) return false;
		return each.endsWith('*') ? word.plain.startsWith(each.slice(0, -1)) : word.plain === each;
	});
}

function stemWeight(word: string, { exact, stems }: Lexicon): number | undefined {
	for (let length = word.length; length >= shortestStem; length--) {
		const weight = stems.get(word.slice(0, length));
		if (weight !== undefined) return weight;
	}
	const [, base] = /^(.{3,}?)(?:isim[oa]s?|it[oa]s?)$/.exec(word) ?? [];
	if (base === undefined) return undefined;
	for (const ending of ['o', 'a', 'os', 'as', 'e', '']) {
		const [entry] = exact.get(base + ending)?.filter(({ words }) => words.length === 1) ?? [];
		if (entry) return entry.weight * (/isim/.test(word) ? superlative : 1);
	}
	return undefined;
}
