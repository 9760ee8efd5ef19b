import type { Problem } from '../ssml/problem';

/** https://cloud.google.com/text-to-speech/docs/chirp3-hd#pause_control */
const pauses = ['[pause short]', '[pause]', '[pause long]'];

/** What looks like a tag of the markup but is none, and would be read aloud. */
export function markupProblems(markup: string): Problem[] {
	const problems: Problem[] = [];
	for (const { 0: tag, index } of markup.matchAll(/\[\s*paus[ae][^\]\n]*\]?/gi)) {
		if (pauses.includes(tag)) continue;
		problems.push({
			offset: index,
			message: `"${tag}" is no pause that Google knows`,
			cure: `Write ${pauses.join(', ')}.`,
		});
	}
	for (const { 0: tag, index } of markup.matchAll(
		/<\/?(?:speak|break|prosody|say-as)\b[^>]*>?/gi,
	)) {
		problems.push({
			offset: index,
			message: `"${tag}" is SSML and would be read aloud`,
			cure: 'Set Input to SSML, or remove it.',
		});
	}
	return problems.sort((a, b) => a.offset - b.offset);
}
