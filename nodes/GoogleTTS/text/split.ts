/**
 * Cuts a text into pieces of at most `limit` bytes (UTF-8), in order, at the best place that there is:
 * between paragraphs, sentences, clauses, words, and only then characters.
 */
export function splitText(text: string, limit: number): string[] {
	return pack(text.trim(), limit, 0).map((piece) => piece.trim());
}

/** `Sr. Pérez` is one sentence. What is not here costs no more than a worse place to cut. */
const abbreviations =
	/(?:^|[\s("«¿¡])(?:sra?s?|srta|dra?s?|ing|lic|prof|arq|gral|av|avda|pje|dpto|depto|núm|nro|n|tel|pág|págs|art|cía|ltda|etc|aprox|ej|ud|uds|vd|vds|ee|mr|mrs|ms|jr|st|vs|[a-z])\.$/iu;

const sentenceEnd = /(?:[.!?…]+["'»”’)\]]*(?=\s)|[。！？]["'」』）]*)/gu;
const clauseEnd = /(?:[,;:]["'»”’)\]]*(?=\s)|\s[–—-](?=\s)|[，；：、])/gu;

const levels: Array<(text: string) => string[]> = [
	(text) => cut(text, /\n\s*\n/gu),
	(text) => cut(text, sentenceEnd, (before) => abbreviations.test(before)),
	(text) => cut(text, clauseEnd),
	// A pause tag of the markup has a space in it, and stays whole.
	(text) => text.match(/\s*(?:\[pause(?: short| long)?\]|[^\s[]+|\[)+\s*/gu) ?? [],
	(text) => Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment),
	(text) => Array.from(text),
];

/** Fills pieces with as many units as fit; a unit that is too long is cut at the next level. */
function pack(text: string, limit: number, level: number): string[] {
	if (Buffer.byteLength(text.trim()) <= limit) return text.trim() === '' ? [] : [text];
	const units = levels[level]?.(text) ?? [text];
	const pieces: string[] = [];
	let current = '';
	for (const unit of units) {
		if (Buffer.byteLength((current + unit).trim()) <= limit) {
			current += unit;
			continue;
		}
		if (current.trim() !== '') pieces.push(current);
		current = '';
		if (Buffer.byteLength(unit.trim()) <= limit || level + 1 >= levels.length) current = unit;
		else {
			const smaller = pack(unit, limit, level + 1);
			current = smaller.pop() ?? '';
			pieces.push(...smaller);
		}
	}
	if (current.trim() !== '') pieces.push(current);
	return pieces;
}

/** The text in units that end behind a match; none is lost. */
function cut(text: string, end: RegExp, keep?: (before: string) => boolean): string[] {
	const units: string[] = [];
	let from = 0;
	for (const match of text.matchAll(end)) {
		const to = match.index + match[0].length;
		if (keep?.(text.slice(Math.max(from, to - 12), to))) continue;
		units.push(text.slice(from, to));
		from = to;
	}
	units.push(text.slice(from));
	return units;
}
