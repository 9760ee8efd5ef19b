import type { IDataObject } from 'n8n-workflow';

import { asObject } from '../../shared/googleFailure';

export interface Word {
	word: string;
	startMs: number;
	endMs: number;
	/** Null when Google does not tell. */
	confidence: number | null;
	/** As Google names them: `1`, `2`, … Null without diarization. */
	speaker: string | null;
}

/** What Google heard in one stretch of one channel. */
export interface Segment {
	text: string;
	confidence: number | null;
	language: string | null;
	/** From 1; null when all channels are one. */
	channel: number | null;
	startMs: number;
	endMs: number;
	words: Word[];
	/** The second and third best. */
	alternatives: string[];
}

export interface Recognized {
	segments: Segment[];
	/** Null when Google does not tell. */
	billedDurationMs: number | null;
}

/**
 * Reads a reply of either version (`recognize`, or what a long-running operation ends with).
 * @param offsetMs where the audio begins in the whole recording
 */
export function readRecognized(body: IDataObject, offsetMs: number): Recognized {
	const results = Array.isArray(body.results) ? body.results.map(asObject) : [];
	const metadata = asObject(body.metadata);
	const ends = new Map<number | null, number>();
	const segments = results.map((result): Segment => {
		const channel = Number(result.channelTag ?? 0) || null;
		const startsAt = ends.get(channel) ?? offsetMs;
		const segment = readSegment(result, channel, startsAt, offsetMs);
		ends.set(channel, segment.endMs);
		return segment;
	});
	return {
		segments: withSpeakers(segments),
		billedDurationMs: durationMs(body.totalBilledTime ?? metadata.totalBilledDuration) ?? null,
	};
}

function readSegment(
	result: IDataObject,
	channel: number | null,
	startsAt: number,
	offsetMs: number,
): Segment {
	const [best, ...others] = Array.isArray(result.alternatives)
		? result.alternatives.map(asObject)
		: [];
	const words = Array.isArray(best?.words)
		? best.words.map((word) => readWord(asObject(word), offsetMs))
		: [];
	const end = durationMs(result.resultEndTime ?? result.resultEndOffset);
	const lastEnd = words.at(-1)?.endMs ?? startsAt;
	return {
		text: textOf(best),
		confidence: confidenceOf(best?.confidence),
		language: typeof result.languageCode === 'string' ? result.languageCode : null,
		channel,
		startMs: words[0]?.startMs ?? startsAt,
		endMs: Math.max(lastEnd, end === undefined ? lastEnd : end + offsetMs),
		words,
		alternatives: others.map(textOf).filter(Boolean),
	};
}

function readWord(word: IDataObject, offsetMs: number): Word {
	const start = durationMs(word.startTime ?? word.startOffset) ?? 0;
	const end = durationMs(word.endTime ?? word.endOffset) ?? start;
	const speaker = word.speakerLabel ?? word.speakerTag;
	return {
		word: String(word.word ?? ''),
		startMs: start + offsetMs,
		endMs: end + offsetMs,
		confidence: confidenceOf(word.confidence),
		speaker: speaker === undefined || speaker === '' || speaker === 0 ? null : String(speaker),
	};
}

/**
 * With diarization, version 1 repeats all words in the last result, and only there they have a speaker
 * (cloud_speech.proto, `diarization_config`). The words go back to their segments.
 */
function withSpeakers(segments: Segment[]): Segment[] {
	const last = segments.at(-1);
	const before = segments.slice(0, -1);
	const isRepetition =
		last !== undefined &&
		last.words.some(({ speaker }) => speaker !== null) &&
		before.every(({ words }) => words.every(({ speaker }) => speaker === null)) &&
		last.words.length >= before.reduce((sum, { words }) => sum + words.length, 0) &&
		(last.text === '' || last.startMs <= (before[0]?.endMs ?? -1));
	if (!last || !isRepetition || before.length === 0) {
		return segments.filter(({ text }) => text !== '');
	}
	const spoken = before.filter(({ text }) => text !== '');
	if (last.text !== '' && !spoken.some(({ text }) => text === last.text)) spoken.push(last);
	let next = 0;
	return spoken.map((segment, index): Segment => {
		const count =
			index === spoken.length - 1
				? last.words.length - next
				: segment.words.length || segment.text.split(' ').length;
		const words = last.words.slice(next, next + count);
		next += count;
		return { ...segment, words, startMs: words[0]?.startMs ?? segment.startMs };
	});
}

function textOf(alternative: IDataObject | undefined): string {
	return typeof alternative?.transcript === 'string' ? alternative.transcript.trim() : '';
}

/** 0 says that it is not known. */
function confidenceOf(value: unknown): number | null {
	return typeof value === 'number' && value > 0 ? Math.round(value * 1000) / 1000 : null;
}

/** `"1.300s"`, as proto3's JSON mapping writes a Duration. */
export function durationMs(value: unknown): number | undefined {
	const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(String(value ?? '')) ?? [];
	return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}
