import { plainText } from './words';

const stopWords = new Set(
	(
		'a al algo ante antes asi aun aunque cada como con contra cual cuando cuanto de del desde donde dos el ella ellas ellos en entre era es esa ese eso esta este esto estoy fue ha hace hacia han has hasta hay he la las le les lo los me mi mis muy nada ni no nos o os otra otro para pero poco por porque que quien quiere quiero quisiera se ser si sin sobre son su sus tal tan te tener tengo ti tiene todo tu tus un una uno unos usted ustedes va ver y ya yo ' +
		'about am an and any are as at be by can caller callers client customer customers cliente clientes do does for from has have her his how i if in is it its like my not of on or our she so some that the their them they this to wants want wanting what when where which who will with would you your'
	).split(' '),
);

/** A word without its usual Spanish or English ending, so that "cotizaciones" meets "cotización". */
export function stem(word: string): string {
	if (word.length < 5 || /\d/.test(word)) return word;
	return word
		.replace(/(?:aciones|acion|iciones|icion)$/, '')
		.replace(/(?:ments|ment|ings|ing|ed)$/, '')
		.replace(/(?:ar|er|ir|ando|iendo|ado|ada|ados|adas)$/, '')
		.replace(/(?:es|s)$/, '')
		.replace(/[aeo]$/, '');
}

/** The stems of the words that carry a meaning. */
export const contentStems = (text: string): string[] =>
	(plainText(text).match(/[\p{L}\p{N}]+/gu) ?? [])
		.filter((word) => word.length > 2 && !stopWords.has(word))
		.map(stem);

export interface Named {
	name: string;
	description: string;
	/** Words and phrases, any of which speaks for it. */
	keywords: readonly string[];
}

const forKeyword = 3;
const forName = 2;
const forDescription = 1;
/** Enough for an intent to be named: two words of its description, or its name, or a keyword. */
const enough = 2;

/** How much each of `named` fits a text, best first; those that hardly do are left out. */
export function ranked(
	text: string,
	named: readonly Named[],
): Array<{ name: string; score: number }> {
	const plain = ` ${plainText(text).replace(/[^\p{L}\p{N}]+/gu, ' ')} `;
	const stems = new Set(contentStems(text));
	const overlap = (words: string) =>
		new Set(contentStems(words).filter((each) => stems.has(each))).size;
	return named
		.map(({ name, description, keywords }) => ({
			name,
			score:
				forKeyword * keywords.filter((each) => plain.includes(` ${phrase(each)} `)).length +
				forName * overlap(name) +
				forDescription * overlap(description),
		}))
		.filter(({ score }) => score >= enough)
		.sort((a, b) => b.score - a.score);
}

const phrase = (text: string) =>
	plainText(text)
		.replace(/[^\p{L}\p{N}]+/gu, ' ')
		.trim();
