import type { Problem } from './problem';
import type { XmlElement, XmlNode } from './xml';

export const mostInputBytes = 5000;

/** A part that stays in one piece: where it is, and the `<p>` that has to be around it. */
interface Part {
	start: number;
	end: number;
	/** What it is, when it is one element. */
	element?: XmlElement;
	/** The `<p>` it was taken out of. */
	paragraph?: XmlElement;
}

/**
 * Cuts a valid document into documents of at most `limit` bytes, between paragraphs and sentences: no
 * other place is sure to sound the same. Each has the attributes of the original `<speak>`.
 * Or tells what is too long between two of those places.
 */
export function splitSsml(
	source: string,
	root: XmlElement,
	limit = mostInputBytes,
): string[] | Problem {
	if (Buffer.byteLength(source) <= limit) return [source];
	const around = (content: string): string =>
		`${source.slice(root.start, root.contentStart)}${content}</${root.name}>`;
	const fits = (parts: Part[]): boolean =>
		Buffer.byteLength(around(written(source, parts))) <= limit;

	const documents: Part[][] = [];
	let current: Part[] = [];
	const parts = partsOf(root).flatMap((part) => (fits([part]) ? [part] : sentencesOf(part)));
	for (const part of parts) {
		if (!fits([part])) return tooLong(limit, part.start);
		if (current.length > 0 && !fits([...current, part])) {
			documents.push(current);
			current = [];
		}
		current.push(part);
	}
	if (current.length > 0) documents.push(current);
	return documents.map((document) => around(written(source, document)));
}

/** The paragraphs and sentences at the top, and each run of what is between them. */
function partsOf({ children }: XmlElement): Part[] {
	const parts: Part[] = [];
	let run: Part | undefined;
	for (const child of children) {
		if (child.kind === 'element' && ['p', 's'].includes(child.name)) {
			parts.push({ start: child.start, end: child.end, element: child });
			run = undefined;
		} else if (run) run.end = child.end;
		else if (!isBlank(child)) parts.push((run = { start: child.start, end: child.end }));
	}
	return parts;
}

function sentencesOf(part: Part): Part[] {
	const { element } = part;
	if (element?.name !== 'p') return [part];
	return partsOf(element).map(({ start, end }) => ({ start, end, paragraph: element }));
}

/** The parts one after the other; neighbours of one `<p>` share it. */
function written(source: string, parts: Part[]): string {
	let text = '';
	let open: XmlElement | undefined;
	for (const { start, end, paragraph } of parts) {
		if (open && open !== paragraph) text += '</p>';
		if (paragraph && open !== paragraph) {
			text += source.slice(paragraph.start, paragraph.contentStart);
		}
		open = paragraph;
		text += source.slice(start, end);
	}
	return open ? `${text}</p>` : text;
}

function isBlank(node: XmlNode): boolean {
	return node.kind === 'text' && node.text.trim() === '';
}

const tooLong = (limit: number, offset: number): Problem => ({
	offset,
	message: `What begins here is longer than ${String(limit)} bytes and cannot be divided`,
	cure: `Google takes ${String(limit)} bytes at once. Put <p> or <s> directly into <speak>, around paragraphs or sentences: the text is divided between them.`,
});
