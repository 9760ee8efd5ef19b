import type { IDataObject } from 'n8n-workflow';

import type { Outcome } from '../recognition/inline';
import type { Segment } from './segments';
import { turnsOf, type Turn } from './turns';

export interface Shown {
	words: boolean;
	turns: boolean;
	alternatives: boolean;
	names: string[];
}

/** What the builder gets, whatever the form of the text. */
export function transcriptOf(
	{ segments, billedDurationMs, language, pieces }: Outcome,
	shown: Shown,
): { json: IDataObject; turns: Turn[] } {
	const turns = turnsOf(segments, shown.names);
	const spoken = segments.flatMap(({ language: code }) => code ?? []);
	const json: IDataObject = {
		text: textOf(turns),
		language: mostFrequent(spoken) ?? language,
		confidence: meanConfidence(segments),
		billedDurationMs,
		pieces,
		...(shown.turns ? { turns: turns.map((turn) => turnJson(turn, shown.words)) } : {}),
		...(shown.words && !shown.turns ? { words: turns.flatMap(wordsJson) } : {}),
		...(shown.alternatives
			? {
					alternatives: segments.map(({ text, startMs, endMs, alternatives }) => ({
						startMs: Math.round(startMs),
						endMs: Math.round(endMs),
						texts: [text, ...alternatives],
					})),
				}
			: {}),
	};
	return { json, turns };
}

/** One line per turn where parties are told apart, else one text. */
function textOf(turns: Turn[]): string {
	return turns.every(({ speaker }) => speaker === null)
		? turns.map(({ text }) => text).join(' ')
		: turns.map(({ speaker, text }) => `${speaker ?? '?'}: ${text}`).join('\n');
}

function turnJson(turn: Turn, words: boolean): IDataObject {
	const { speaker, channel, startMs, endMs, text } = turn;
	return {
		speaker,
		channel,
		startMs: Math.round(startMs),
		endMs: Math.round(endMs),
		text,
		...(words ? { words: wordsJson(turn) } : {}),
	};
}

function wordsJson({ words, speaker }: Turn): IDataObject[] {
	return words.map(({ word, startMs, endMs, confidence }) => ({
		word,
		startMs: Math.round(startMs),
		endMs: Math.round(endMs),
		confidence,
		...(speaker === null ? {} : { speaker }),
	}));
}

/** Longer stretches count more. */
function meanConfidence(segments: Segment[]): number | null {
	let [sum, weight] = [0, 0];
	for (const { confidence, text } of segments) {
		if (confidence === null) continue;
		sum += confidence * text.length;
		weight += text.length;
	}
	return weight > 0 ? Math.round((sum / weight) * 1000) / 1000 : null;
}

function mostFrequent(values: string[]): string | undefined {
	const counts = new Map<string, number>();
	for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
	return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
