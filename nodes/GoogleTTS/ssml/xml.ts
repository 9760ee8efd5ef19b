import type { Problem } from './problem';

export interface XmlAttribute {
	name: string;
	/** Without entities. */
	value: string;
	offset: number;
}

export interface XmlText {
	kind: 'text';
	/** Without entities. */
	text: string;
	start: number;
	end: number;
}

export interface XmlElement {
	kind: 'element';
	name: string;
	attributes: XmlAttribute[];
	children: XmlNode[];
	/** Where `<name` begins, and where what follows the closing tag begins. */
	start: number;
	end: number;
	/** The content between the tags; both are `end` for `<name/>`. */
	contentStart: number;
	contentEnd: number;
}

export type XmlNode = XmlElement | XmlText;

const namePattern = /[A-Za-z_][\w.:-]*/y;
const spacePattern = /\s*/y;
const entityPattern = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/iy;
/** What XML 1.0 forbids: control characters but for tabulator and line ends. */
const forbiddenPattern = /(?![\t\n\r\u007f-\u009f])\p{Cc}/u;
const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Ends the reading of a document that is not XML: what follows cannot be judged. */
class NotWellFormed extends Error {
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(problem.message);
		this.problem = problem;
	}
}

export type XmlReading = { root: XmlElement } | { root: undefined; problem: Problem };

/**
 * Reads a document of one root element, XML 1.0 without document types, or tells the first place that
 * is not well-formed.
 */
export function parseXml(source: string): XmlReading {
	try {
		return { root: new Reader(source).document() };
	} catch (error) {
		if (error instanceof NotWellFormed) return { root: undefined, problem: error.problem };
		const message = `The document cannot be read: ${(error as Error).message}`;
		return { root: undefined, problem: { offset: 0, message, cure: 'Make it simpler.' } };
	}
}

class Reader {
	private readonly source: string;

	private position = 0;

	constructor(source: string) {
		this.source = source;
	}

	document(): XmlElement {
		const { source } = this;
		const forbidden = forbiddenPattern.exec(source);
		if (forbidden) {
			const code = forbidden[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
			this.fail(
				forbidden.index,
				`The control character U+${code} is not allowed in XML`,
				'Remove it.',
			);
		}
		if (source.charCodeAt(0) === 0xfeff) this.position = 1;
		if (this.comes('<?xml')) this.skipTo('?>', 'The XML declaration');
		this.skipBetween();
		if (this.position >= source.length) {
			this.fail(this.position, 'There is no <speak>', speakCure);
		}
		if (!this.comes('<')) {
			this.fail(this.position, 'There is text in front of <speak>', speakCure);
		}
		const root = this.element();
		this.skipBetween();
		if (this.position < source.length) {
			this.fail(this.position, `There is something behind </${root.name}>`, speakCure);
		}
		return root;
	}

	/** From `<name` to its end, with everything in it. */
	private element(): XmlElement {
		const opened: XmlElement[] = [];
		for (;;) {
			const { element, closed } = this.openingTag();
			const parent = opened.at(-1);
			parent?.children.push(element);
			if (!closed) opened.push(element);
			else if (!parent) return element;
			const root = this.contentUpToTag(opened);
			if (root) return root;
		}
	}

	/** Reads text and closing tags; returns the root when it was closed. */
	private contentUpToTag(opened: XmlElement[]): XmlElement | undefined {
		for (;;) {
			const current = opened.at(-1);
			if (!current) return undefined;
			const text = this.text();
			if (text) current.children.push(text);
			if (this.position >= this.source.length) {
				this.fail(current.start, `<${current.name}> is not closed`, `Add </${current.name}>.`);
			}
			if (this.comes('<!--')) this.skipTo('-->', 'A comment');
			else if (this.comes('<![CDATA[')) current.children.push(this.characterData());
			else if (this.comes('<?')) this.skipTo('?>', 'A processing instruction');
			else if (this.comes('</')) {
				this.closingTag(current);
				opened.pop();
				if (opened.length === 0) return current;
			} else return undefined;
		}
	}

	private text(): XmlText | undefined {
		const start = this.position;
		const next = this.source.indexOf('<', start);
		const end = next === -1 ? this.source.length : next;
		if (end === start) return undefined;
		this.position = end;
		return { kind: 'text', text: this.decoded(start, end), start, end };
	}

	private characterData(): XmlText {
		const start = this.position;
		this.skipTo(']]>', 'A CDATA section');
		return {
			kind: 'text',
			text: this.source.slice(start + '<![CDATA['.length, this.position - ']]>'.length),
			start,
			end: this.position,
		};
	}

	private openingTag(): { element: XmlElement; closed: boolean } {
		const start = this.position;
		if (this.comes('<!DOCTYPE')) {
			this.fail(start, 'A document type is not allowed', 'Remove <!DOCTYPE …>.');
		}
		this.position++;
		const name = this.match(namePattern);
		if (name === undefined) {
			this.fail(start, 'A "<" is not escaped', 'Write &lt; where the character < is meant.');
		}
		const attributes = this.attributes(name, start);
		const closed = this.comes('/>');
		this.position += closed ? 2 : 1;
		const end = this.position;
		const element: XmlElement = {
			kind: 'element',
			name,
			attributes,
			children: [],
			start,
			end,
			contentStart: end,
			contentEnd: end,
		};
		return { element, closed };
	}

	private attributes(element: string, start: number): XmlAttribute[] {
		const attributes: XmlAttribute[] = [];
		for (;;) {
			const before = this.position;
			this.match(spacePattern);
			if (this.comes('>') || this.comes('/>')) return attributes;
			if (this.position >= this.source.length || this.comes('<')) {
				this.fail(
					start,
					`The tag <${element}> has no end`,
					'Add its ">". Where the character < is meant, write &lt;.',
				);
			}
			const offset = this.position;
			const name = this.match(namePattern);
			if (name === undefined || before === offset) {
				this.fail(
					offset,
					`The tag <${element}> cannot be read at "${this.source.slice(offset, offset + 10)}"`,
					`Write attributes as name="value", with a space in front of each. Where the character < is meant, write &lt;.`,
				);
			}
			if (attributes.some((one) => one.name === name)) {
				this.fail(offset, `<${element}> has the attribute ${name} twice`, 'Remove one of them.');
			}
			attributes.push({ name, value: this.attributeValue(element, name), offset });
		}
	}

	private attributeValue(element: string, name: string): string {
		this.match(spacePattern);
		const example = `Write ${name}="…" with straight quotes.`;
		if (!this.comes('=')) {
			this.fail(this.position, `The attribute ${name} of <${element}> has no value`, example);
		}
		this.position++;
		this.match(spacePattern);
		const quote = this.source[this.position] ?? '';
		if (quote !== '"' && quote !== "'") {
			const what = /[“”„‟«»‘’]/.test(quote) ? 'is in typographic quotes' : 'is not in quotes';
			this.fail(this.position, `The value of ${name} in <${element}> ${what}`, example);
		}
		const start = this.position + 1;
		const end = this.source.indexOf(quote, start);
		const bracket = this.source.slice(start, end === -1 ? undefined : end).indexOf('<');
		if (end === -1 || bracket !== -1) {
			this.fail(
				this.position,
				`The value of ${name} in <${element}> has no closing quote`,
				`${example} A < within it is written &lt;.`,
			);
		}
		this.position = end + 1;
		return this.decoded(start, end);
	}

	private closingTag(current: XmlElement): void {
		const start = this.position;
		this.position += 2;
		const name = this.match(namePattern) ?? '';
		this.match(spacePattern);
		if (!this.comes('>')) {
			this.fail(start, `The closing tag </${name} has no end`, 'Add its ">".');
		}
		if (name !== current.name) {
			this.fail(
				start,
				`</${name}> stands where <${current.name}> has to be closed`,
				`Elements are closed in reverse order: write </${current.name}> first, or remove </${name}>.`,
			);
		}
		this.position++;
		current.contentEnd = start;
		current.end = this.position;
	}

	/** Replaces entities; every `&` has to begin one. */
	private decoded(start: number, end: number): string {
		let decoded = '';
		let from = start;
		for (;;) {
			const at = this.source.indexOf('&', from);
			if (at === -1 || at >= end) return decoded + this.source.slice(from, end);
			entityPattern.lastIndex = at;
			const [whole, name, decimal, hexadecimal] = entityPattern.exec(this.source) ?? [];
			const known = name === undefined ? undefined : named[name];
			const code = Number(decimal ?? `0x${hexadecimal ?? ''}`);
			if (whole === undefined || (name ? known === undefined : !(code > 0 && code <= 0x10ffff))) {
				this.failAtAmpersand(at);
			}
			decoded += this.source.slice(from, at) + (known ?? String.fromCodePoint(code));
			from = at + whole.length;
		}
	}

	private failAtAmpersand(offset: number): never {
		const [entity] = /^&#?\w+;/.exec(this.source.slice(offset, offset + 20)) ?? [];
		if (entity) {
			this.fail(
				offset,
				`XML has no entity ${entity}`,
				'Write the character itself. XML knows &amp; &lt; &gt; &quot; &apos; and numbers such as &#241;.',
			);
		}
		this.fail(offset, 'An "&" is not escaped', 'Write &amp; where the character & is meant.');
	}

	/** White space, comments and instructions around the root. */
	private skipBetween(): void {
		for (;;) {
			this.match(spacePattern);
			if (this.comes('<!--')) this.skipTo('-->', 'A comment');
			else if (this.comes('<?')) this.skipTo('?>', 'A processing instruction');
			else return;
		}
	}

	private skipTo(end: string, what: string): void {
		const at = this.source.indexOf(end, this.position);
		if (at === -1) this.fail(this.position, `${what} is not closed`, `Add ${end}`);
		this.position = at + end.length;
	}

	private comes(text: string): boolean {
		return this.source.startsWith(text, this.position);
	}

	private match(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.position;
		const [text] = pattern.exec(this.source) ?? [];
		if (text !== undefined) this.position += text.length;
		return text;
	}

	private fail(offset: number, message: string, cure: string): never {
		throw new NotWellFormed({ offset, message, cure });
	}
}

const speakCure = 'Put everything between <speak> and </speak>.';
