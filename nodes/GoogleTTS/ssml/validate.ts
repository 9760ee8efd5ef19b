import type { VoiceFamily } from '../shared/families';
import type { Problem } from './problem';
import { unsupported } from './support';
import { listed } from './values';
import { isNamespace, vocabulary, type ElementRule } from './vocabulary';
import { parseXml, type XmlElement } from './xml';

export interface ReadSsml {
	root: XmlElement | undefined;
	problems: Problem[];
}

/**
 * Reads SSML as Google would for a voice of this family: well-formed XML, Google's elements and values,
 * something to say. The root is there when the document is XML, whatever problems it has beyond that.
 */
export function readSsml(source: string, family: VoiceFamily): ReadSsml {
	const reading = parseXml(source);
	if (!reading.root) return { root: undefined, problems: [reading.problem] };
	const { root } = reading;
	const problems: Problem[] = [];
	if (root.name !== 'speak') {
		problems.push({
			offset: root.start,
			message: `The root element is <${root.name}>, not <speak>`,
			cure: 'Put everything between <speak> and </speak>.',
		});
	}
	checkElement(root, [], family, problems);
	if (problems.length === 0 && !isHeard(root)) {
		problems.push({
			offset: root.contentStart,
			message: 'There is nothing to say',
			cure: 'Put a text between <speak> and </speak>.',
		});
	}
	return { root, problems };
}

function checkElement(
	element: XmlElement,
	ancestors: string[],
	family: VoiceFamily,
	problems: Problem[],
): void {
	const rule = vocabulary[element.name];
	const refused = rule ? unsupported(element, family) : undefined;
	if (!rule) problems.push(unknownElement(element));
	else if (refused) problems.push({ offset: element.start, ...refused });
	else {
		problems.push(...attributeProblems(element, rule));
		problems.push(...placeProblems(element, rule, ancestors));
	}
	for (const child of element.children) {
		if (child.kind === 'element') {
			checkElement(child, [...ancestors, element.name], family, problems);
		}
	}
}

function unknownElement({ name, start }: XmlElement): Problem {
	const lower = name.toLowerCase();
	return {
		offset: start,
		message: `Google knows no element <${name}>`,
		cure:
			lower !== name && vocabulary[lower]
				? `Names are case-sensitive: write <${lower}>.`
				: `It takes ${Object.keys(vocabulary).sort().join(', ')}. Where the characters < and > are meant, write &lt; and &gt;.`,
	};
}

function attributeProblems(element: XmlElement, rule: ElementRule): Problem[] {
	const { name: tag, attributes, start } = element;
	const problems: Problem[] = [];
	for (const { name, value, offset } of attributes) {
		const check = rule.attributes[name];
		if (isNamespace(name)) continue;
		if (!check) {
			const known = Object.keys(rule.attributes);
			problems.push({
				offset,
				message: `<${tag}> has no attribute ${name}`,
				cure: known.length > 0 ? `It takes ${known.join(', ')}.` : 'It takes none.',
			});
			continue;
		}
		const wrong = check(value);
		if (wrong) {
			problems.push({
				offset,
				message: `<${tag} ${name}="${value}"> is not valid`,
				cure: `The value of ${name} ${wrong}.`,
			});
		}
	}
	const has = (name: string) => attributes.some((one) => one.name === name);
	for (const name of rule.required ?? []) {
		if (!has(name)) {
			problems.push({
				offset: start,
				message: `<${tag}> has no attribute ${name}`,
				cure: `Write <${tag} ${name}="…">.`,
			});
		}
	}
	if (rule.needsAttribute && attributes.length === 0) {
		problems.push({
			offset: start,
			message: `<${tag}> has no attribute`,
			cure: `Give it ${listed(Object.keys(rule.attributes))}.`,
		});
	}
	return problems;
}

function placeProblems(element: XmlElement, rule: ElementRule, ancestors: string[]): Problem[] {
	const { name, children, start } = element;
	const problems: Problem[] = [];
	const parent = ancestors.at(-1) ?? '';
	if (rule.within && !rule.within.includes(parent)) {
		problems.push({
			offset: start,
			message: `<${name}> stands in <${parent}>`,
			cure: `It may stand in ${listed(rule.within.map((one) => `<${one}>`))} only.`,
		});
	}
	// What is spoken by a medium is a document of its own.
	const inner = ancestors.slice(ancestors.lastIndexOf('speak') + 1);
	const around = rule.notWithin?.find((one) => inner.includes(one));
	if (around) {
		problems.push({
			offset: start,
			message: `<${name}> stands in <${around}>`,
			cure: `Close <${around}> in front of it.`,
		});
	}
	if (name === 'speak' && parent !== '' && parent !== 'media') {
		problems.push({
			offset: start,
			message: `<speak> stands in <${parent}>`,
			cure: 'There is one <speak>, around everything.',
		});
	}
	const { content } = rule;
	if (!content) return problems;
	for (const child of children) {
		if (child.kind === 'text' && child.text.trim() === '') continue;
		const allowed = content !== 'nothing' && child.kind === 'element';
		if (allowed && content.includes(child.name)) continue;
		problems.push({
			offset: child.start,
			message: `<${name}> contains ${child.kind === 'text' ? 'text' : `<${child.name}>`}`,
			cure:
				content === 'nothing'
					? `It has no content: write <${name}/>.`
					: `It contains ${listed(content.map((one) => `<${one}>`))} only.`,
		});
	}
	return problems;
}

function isHeard({ name, children }: XmlElement): boolean {
	if (['audio', 'break', 'sub', 'phoneme'].includes(name)) return true;
	return children.some((child) =>
		child.kind === 'text' ? child.text.trim() !== '' : isHeard(child),
	);
}
