import type { Segment, Word } from './segments';

/** What one party says until another one speaks. */
export interface Turn {
	/** The name that the builder gave, else `Speaker 1` or `Channel 1`; null when nobody is told apart. */
	speaker: string | null;
	channel: number | null;
	startMs: number;
	endMs: number;
	text: string;
	words: Word[];
}

/**
 * Segments in the order of their beginning, cut where the speaker changes and joined where it does not.
 * @param names of the first, second, … speaker or channel
 */
export function turnsOf(segments: Segment[], names: string[]): Turn[] {
	const parts = segments
		.flatMap(bySpeaker)
		.sort((a, b) => a.startMs - b.startMs)
		.map(({ label, ...part }) => ({ ...part, speaker: nameOf(label, part.channel, names) }));
	const turns: Turn[] = [];
	for (const part of parts) {
		const last = turns.at(-1);
		if (last && last.speaker === part.speaker && last.channel === part.channel) {
			last.text = `${last.text} ${part.text}`;
			last.endMs = Math.max(last.endMs, part.endMs);
			last.words.push(...part.words);
		} else {
			turns.push({ ...part, words: [...part.words] });
		}
	}
	return turns;
}

interface Part extends Omit<Turn, 'speaker'> {
	label: string | null;
}

function bySpeaker({ words, channel, text, startMs, endMs }: Segment): Part[] {
	if (!words.some(({ speaker }) => speaker !== null)) {
		return [{ label: null, channel, startMs, endMs, text, words }];
	}
	const parts: Part[] = [];
	for (const word of words) {
		const last = parts.at(-1);
		if (last && last.label === word.speaker) {
			last.words.push(word);
			last.text = `${last.text} ${word.word}`;
			last.endMs = word.endMs;
		} else {
			parts.push({
				label: word.speaker,
				channel,
				startMs: word.startMs,
				endMs: word.endMs,
				text: word.word,
				words: [word],
			});
		}
	}
	return parts;
}

function nameOf(label: string | null, channel: number | null, names: string[]): string | null {
	if (label !== null) {
		const number = Number(label);
		return names[number - 1] ?? (Number.isInteger(number) ? `Speaker ${label}` : label);
	}
	return channel === null ? null : (names[channel - 1] ?? `Channel ${String(channel)}`);
}
