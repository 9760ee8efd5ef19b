import { findNumbers } from './numberWords';
import { holds, plain, wordsOf } from './words';

export interface Choice {
	/** What comes out. */
	value: string;
	/** What else it may be called. */
	synonyms: string[];
	/** The key that chooses it; an empty text for none. */
	key: string;
}

/** Words of at least this length may have one letter wrong: recognition is not spelling. */
const fuzzyFrom = 5;

/** The choice that was said; undefined where none was, or more than one. */
export function spokenChoice(said: string, choices: Choice[]): string | undefined {
	const text = plain(said);
	const named = choices.map((choice) => ({
		value: choice.value,
		names: [choice.value, ...choice.synonyms].map(plain).filter(Boolean),
	}));
	const exact = longest(named, (name) => holds(text, name));
	if (exact.length > 0) return only(exact);
	const byNumber = spokenKey(said, choices);
	if (byNumber !== undefined) return byNumber;
	const words = text.split(' ');
	return only(
		longest(named, (name) =>
			name.split(' ').every((part) => words.some((word) => isAlmost(word, part))),
		),
	);
}

export function choiceByKey(digits: string, choices: Choice[]): string | undefined {
	return choices.find(({ key }) => key !== '' && key === digits)?.value;
}

/** "repuestos usados" is meant where both "repuestos" and "repuestos usados" can be chosen. */
function longest(
	named: Array<{ value: string; names: string[] }>,
	matches: (name: string) => boolean,
): string[] {
	const hits = named.flatMap(({ value, names }) =>
		names.filter(matches).map((name) => ({ value, name })),
	);
	const best = hits.filter(
		({ value, name }) =>
			!hits.some(
				(other) => other.value !== value && other.name !== name && holds(other.name, name),
			),
	);
	return [...new Set(best.map(({ value }) => value))];
}

function only(values: string[]): string | undefined {
	return values.length === 1 ? values[0] : undefined;
}

const ordinals: Record<string, string> = {
	...{ primero: '1', primera: '1', segundo: '2', segunda: '2', tercero: '3', tercera: '3' },
	...{ cuarto: '4', cuarta: '4', quinto: '5', quinta: '5' },
};

/** "la opción dos", "el primero". */
function spokenKey(said: string, choices: Choice[]): string | undefined {
	const words = wordsOf(said);
	const numbers = findNumbers(words);
	const counted = numbers.filter(({ isArticle }) => !isArticle || numbers.length === 1);
	const keys = [
		...counted.map(({ value }) => String(value)),
		...words.flatMap((word) => ordinals[word] ?? []),
	];
	return keys.length === 1 ? choiceByKey(keys[0] ?? '', choices) : undefined;
}

function isAlmost(word: string, wanted: string): boolean {
	if (word === wanted) return true;
	if (wanted.length < fuzzyFrom || Math.abs(word.length - wanted.length) > 1) return false;
	let at = 0;
	while (at < word.length && word[at] === wanted[at]) at++;
	const [rest, wantedRest] = [word.slice(at), wanted.slice(at)];
	return (
		rest.slice(1) === wantedRest.slice(1) ||
		rest === wantedRest.slice(1) ||
		rest.slice(1) === wantedRest
	);
}
