import { isCard, isDniOrNie, isIban, isRut } from './checkDigits';

export const kinds = [
	'email',
	'iban',
	'card',
	'rut',
	'nationalId',
	'phone',
	'address',
	'name',
] as const;
export type Kind = (typeof kinds)[number];

/** A piece of a text that is personal. */
export interface Span {
	kind: Kind;
	start: number;
	end: number;
}

export interface FindOptions {
	kinds: readonly Kind[];
	/** Names of people that are known, e.g. the contact's. */
	names: readonly string[];
}

type Finder = (text: string) => Array<Omit<Span, 'kind'>>;

const email =
	/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+|[\p{L}\p{N}_-]+(?:\s+(?:punto|gui[oó]n(?:\s+bajo)?|dot|dash|underscore)\s+[\p{L}\p{N}_-]+)*\s+(?:arroba|at)\s+[\p{L}\p{N}-]+(?:\s+(?:punto|dot)\s+[\p{L}\p{N}-]+)+/giu;
const iban = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}(?![\p{L}\p{N}])/giu;
const card = /(?<![\d.,])\d(?:[ -]?\d){12,18}(?![\d]|[.,]\d)/g;
const rut =
	/(?<![\d.])(\d{1,2}\.?\d{3}\.?\d{3})(?:\s*[-–]\s*|\s+(?:gui[oó]n|raya)\s+)([\dkK])(?![\p{L}\p{N}])/giu;
const nationalId =
	/(?<![\p{L}\p{N}])(?:[XYZ][ -]?)?\d(?:[ .-]?\d){6,7}[ -]?[A-Z](?![\p{L}\p{N}])/giu;
const phone =
	/(?<![\p{L}\p{N}$€.,+]|\d[ -])(?:\+\s?)?\(?\d(?:[ ().-]{0,2}\d){6,14}(?![\p{L}\p{N}]|[ ().-]{0,2}\d)/gu;
const street =
	'(?:calle|avenida|av\\.|avda\\.?|pasaje|psje\\.?|camino|paseo|plaza|carretera|ronda|alameda)';
const unit =
	'(?:,?\\s+(?:depto\\.?|departamento|dpto\\.?|piso|oficina|of\\.|casa|torre|block|apartment|apt\\.?|suite)\\s+[\\p{L}\\p{N}-]{1,5})*';
const address = new RegExp(
	`(?<![\\p{L}])${street}\\s+(?:[\\p{L}.]+\\s+){1,6}?(?:n[°º]\\s*|n[uú]mero\\s+)?\\d{1,5}(?![\\d.]\\d)${unit}|(?<![\\d])\\d{1,5}\\s+(?:\\p{Lu}[\\p{L}]+\\s+){1,3}(?:Street|Avenue|Road|Lane|Drive|Boulevard)(?![\\p{L}])${unit}`,
	'giu',
);
const money =
	/^\s*(?:pesos|euros?|d[oó]lares|dollars|clp|usd|eur|mil\b|millones|kil[oó]metros|km\b|kms\b|uf\b|%)/iu;
const aboutCard = /(?:tarjeta|card|visa|mastercard)\D{0,30}$/iu;
const aboutPhone =
	/(?:tel[eé]fono|fono|celular|m[oó]vil|n[uú]mero|whatsapp|ll[aá]me(?:me|nos)?(?:\s+al)?|phone|cell|number|reach me)\D{0,25}$/iu;
/** "12.990.000", and "12.345.678-9", which is another kind of number. */
const thousands = /^\d{1,3}(?:\.\d{3})+(?:-\d)?$/;

const bare = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase();

const matches =
	(
		pattern: RegExp,
		accept: (found: string, match: RegExpExecArray, text: string) => boolean,
	): Finder =>
	(text) =>
		[...text.matchAll(pattern)]
			.filter((match) => accept(match[0], match as RegExpExecArray, text))
			.map(({ index, 0: { length } }) => ({ start: index, end: index + length }));

const finders: Record<Exclude<Kind, 'name' | 'iban'>, Finder> = {
	email: matches(email, () => true),
	// Speech recognition gets digits wrong: what is called a card or a RUT is one, whatever its check digit.
	card: matches(
		card,
		(found, { index }, text) => isCard(bare(found)) || aboutCard.test(text.slice(0, index)),
	),
	rut: matches(
		rut,
		(_found, { index, 1: number = '', 2: digit = '' }, text) =>
			isRut(bare(number), digit) || /\brut\b\D{0,20}$/iu.test(text.slice(0, index)),
	),
	nationalId: matches(nationalId, (found) => isDniOrNie(bare(found))),
	phone: matches(phone, isPhone),
	address: matches(address, () => true),
};

/** Nine digits or more, or eight where somebody speaks of a telephone; never a price or a distance. */
function isPhone(found: string, { index }: RegExpExecArray, text: string): boolean {
	if (thousands.test(found) || money.test(text.slice(index + found.length))) return false;
	if (/\$\s*$/.test(text.slice(0, index))) return false;
	const { length } = bare(found);
	if (found.startsWith('+')) return length >= 8 && length <= 15;
	return (length >= 9 && length <= 13) || (length >= 7 && aboutPhone.test(text.slice(0, index)));
}

/** The pattern takes words that follow: they are given back until the check digits are right. */
function findIbans(text: string): Array<Omit<Span, 'kind'>> {
	return [...text.matchAll(iban)].flatMap(({ index, 0: found }) => {
		for (let end = found.length; end >= 15; end--) {
			if (isIban(bare(found.slice(0, end))) && !/[\p{L}\p{N}]/u.test(found[end] ?? '')) {
				return [{ start: index, end: index + end }];
			}
		}
		return [];
	});
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function findNames(text: string, names: readonly string[]): Array<Omit<Span, 'kind'>> {
	return names
		.map((name) => name.trim())
		.filter((name) => name.length >= 2)
		.flatMap((name) => findWords(text, name));
}

/** Wherever these words stand as words of their own, in any case. */
export function findWords(text: string, words: string): Array<Omit<Span, 'kind'>> {
	const pattern = new RegExp(
		`(?<![\\p{L}\\p{N}])${escaped(words).replace(/\s+/g, '\\s+')}(?![\\p{L}\\p{N}])`,
		'giu',
	);
	return matches(pattern, () => true)(text);
}

/** The personal data of a text, in order and without overlaps; of two, the kind that is named first above. */
export function findPersonalData(text: string, options: FindOptions): Span[] {
	const spans: Span[] = [];
	for (const kind of kinds) {
		if (!options.kinds.includes(kind)) continue;
		const found =
			kind === 'name'
				? findNames(text, options.names)
				: kind === 'iban'
					? findIbans(text)
					: finders[kind](text);
		for (const span of found) addSpan(spans, { kind, ...span });
	}
	return spans.sort((a, b) => a.start - b.start);
}

/** Adds a span unless one that is there already covers a part of it. */
export function addSpan(spans: Span[], span: Span): void {
	const overlaps = spans.some(({ start, end }) => span.start < end && start < span.end);
	if (!overlaps && span.end > span.start) spans.push(span);
}
