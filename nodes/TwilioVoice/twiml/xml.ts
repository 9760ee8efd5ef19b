/** An XML element: what it is called, its attributes, and its text or its children. */
export interface Element {
	name: string;
	attributes?: Record<string, string | number | boolean | undefined>;
	/** Text or child elements, in order. */
	content?: Array<Element | string>;
}

// The control characters that XML 1.0 has no way to write, not even escaped, and lone surrogates.
const unwritable =
	// eslint-disable-next-line no-control-regex
	/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

const entities: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&apos;',
};

export function escapeXml(text: string): string {
	return text.replace(unwritable, '').replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Line breaks in attributes would be read back as spaces, so they are written as references. */
function escapeAttribute(text: string): string {
	return escapeXml(text).replace(
		/[\t\n\r]/g,
		(character) => `&#${character.charCodeAt(0).toString()};`,
	);
}

export function writeElement({ name, attributes = {}, content = [] }: Element): string {
	const written = Object.entries(attributes)
		.filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined)
		.map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`)
		.join('');
	if (content.length === 0) return `<${name}${written}/>`;
	const inner = content
		.map((part) => (typeof part === 'string' ? escapeXml(part) : writeElement(part)))
		.join('');
	return `<${name}${written}>${inner}</${name}>`;
}
