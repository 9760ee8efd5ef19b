import { wordsOf } from './words';

const units: Record<string, number> = {
	...{ cero: 0, un: 1, uno: 1, una: 1, dos: 2, tres: 3, cuatro: 4, cinco: 5, seis: 6, siete: 7 },
	...{ ocho: 8, nueve: 9 },
};
const teens: Record<string, number> = {
	...{ diez: 10, once: 11, doce: 12, trece: 13, catorce: 14, quince: 15, dieciseis: 16 },
	...{ diecisiete: 17, dieciocho: 18, diecinueve: 19, veintiun: 21, veintiuno: 21, veintiuna: 21 },
	...{ veintidos: 22, veintitres: 23, veinticuatro: 24, veinticinco: 25, veintiseis: 26 },
	...{ veintisiete: 27, veintiocho: 28, veintinueve: 29 },
};
const tens: Record<string, number> = {
	...{ veinte: 20, treinta: 30, cuarenta: 40, cincuenta: 50, sesenta: 60, setenta: 70 },
	...{ ochenta: 80, noventa: 90 },
};
const hundreds: Record<string, number> = {
	...{ cien: 100, ciento: 100, doscientos: 200, doscientas: 200, trescientos: 300 },
	...{ trescientas: 300, cuatrocientos: 400, cuatrocientas: 400, quinientos: 500, quinientas: 500 },
	...{ seiscientos: 600, seiscientas: 600, setecientos: 700, setecientas: 700, ochocientos: 800 },
	...{ ochocientas: 800, novecientos: 900, novecientas: 900 },
};

/** A number in the words of a sentence: its value, and which words it takes. */
export interface FoundNumber {
	value: number;
	/** Index of its first word. */
	start: number;
	/** Index behind its last word. */
	end: number;
	/** "un" or "una" alone, which may be an article. */
	isArticle: boolean;
}

/**
 * The whole numbers in Spanish words or digits, in order. Words that cannot belong to the same number
 * begin the next one: "nueve ocho" are two, "noventa y ocho" is one.
 */
export function findNumbers(words: string[]): FoundNumber[] {
	const found: FoundNumber[] = [];
	for (let at = 0; at < words.length;) {
		const number = readNumber(words, at);
		if (number) found.push(number);
		at = number?.end ?? at + 1;
	}
	return found;
}

function readNumber(words: string[], start: number): FoundNumber | undefined {
	let at = start;
	let total = 0;
	let scale = Infinity;
	let isRead = false;
	for (;;) {
		const group = readBelowThousand(words, at);
		const next = words[group?.end ?? at];
		const factor = next === 'mil' ? 1000 : next === 'millon' || next === 'millones' ? 1_000_000 : 1;
		if (!group && (factor !== 1000 || factor >= scale)) break;
		if (factor >= scale) break;
		total += (group?.value ?? 1) * factor;
		at = (group?.end ?? at) + (factor === 1 ? 0 : 1);
		isRead = true;
		scale = factor;
		if (factor === 1) break;
	}
	if (!isRead) return undefined;
	const isArticle = at === start + 1 && ['un', 'una'].includes(words[start] ?? '');
	return { value: total, start, end: at, isArticle };
}

/** "ciento veintitrés", "treinta y cinco", "7", "350". */
function readBelowThousand(
	words: string[],
	start: number,
): { value: number; end: number } | undefined {
	const first = words[start] ?? '';
	if (/^\d+$/.test(first)) return { value: Number(first), end: start + 1 };
	let at = start;
	let value = 0;
	if (first in hundreds) value += hundreds[words[at++] ?? ''] ?? 0;
	const word = words[at] ?? '';
	if (word in tens) {
		value += tens[word] ?? 0;
		at++;
		const unit = units[words[at + 1] ?? ''];
		if (words[at] === 'y' && unit) {
			value += unit;
			at += 2;
		}
	} else if (word in teens) {
		value += teens[word] ?? 0;
		at++;
	} else if (word in units && (at === start || units[word] !== 0)) {
		value += units[word] ?? 0;
		at++;
	}
	return at === start ? undefined : { value, end: at };
}

/**
 * The one number that somebody said: "veintitrés", "dos mil quinientos", "tres coma cinco", "tres y
 * medio", "menos dos", "1.500,50"; undefined where there is none, or more than one.
 */
export function spokenNumber(said: string): number | undefined {
	const words = wordsOf(withPlainNumerals(said));
	const all = findNumbers(words);
	const numbers = all.length > 1 ? all.filter(({ isArticle }) => !isArticle) : all;
	const [whole, second, ...others] = numbers;
	if (!whole || others.length > 0) return undefined;
	const sign = ['menos', 'minus'].includes(words[whole.start - 1] ?? '') ? -1 : 1;
	const joint = words[whole.end] ?? '';
	if (second) {
		const isFraction =
			['coma', 'punto', 'point', 'decimal'].includes(joint) && second.start === whole.end + 1;
		if (!isFraction) return second.value === whole.value ? sign * whole.value : undefined;
		return sign * Number(`${whole.value}.${second.value}`);
	}
	const isHalfMore = joint === 'y' && ['medio', 'media'].includes(words[whole.end + 1] ?? '');
	return sign * (whole.value + (isHalfMore ? 0.5 : 0));
}

/** Recognisers write "1.500" and "2,5": points between thousands, a comma before decimals. */
function withPlainNumerals(said: string): string {
	return said
		.replace(/(^|\s)-(?=\d)/g, '$1menos ')
		.replace(/\b\d{1,3}(\.\d{3})+(?!\d)/g, (numeral) => numeral.replaceAll('.', ''))
		.replace(/(\d)[.,](\d)/g, '$1 coma $2');
}
