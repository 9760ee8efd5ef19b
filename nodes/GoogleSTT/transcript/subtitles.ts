import type { Turn } from './turns';

export interface Cue {
	speaker: string | null;
	startMs: number;
	endMs: number;
	text: string;
}

/** Two lines of 42 characters, at most 7 s: what television reads by. */
const lineLength = 42;
const maxCharacters = 2 * lineLength;
const maxCueMs = 7000;
/** A pause after which a new cue begins. */
const pauseMs = 800;
const shortestMs = 700;

export function cuesOf(turns: Turn[]): Cue[] {
	const cues = turns.flatMap((turn) => cuesOfTurn(turn));
	return cues.map((cue, index) => {
		const next = cues[index + 1]?.startMs ?? Infinity;
		const wanted = Math.max(cue.endMs, cue.startMs + shortestMs);
		return { ...cue, endMs: Math.max(cue.startMs + 1, Math.min(wanted, next)) };
	});
}

function cuesOfTurn({ words, speaker, text, startMs, endMs }: Turn): Cue[] {
	// Without word times the turn is spread evenly.
	const pieces =
		words.length > 0
			? words.map(({ word, startMs: from, endMs: to }) => ({ text: word, from, to }))
			: spread(text, startMs, endMs);
	const cues: Cue[] = [];
	for (const { text: word, from, to } of pieces) {
		const last = cues.at(-1);
		const joined = last ? `${last.text} ${word}` : word;
		const isNew =
			!last ||
			joined.length > maxCharacters ||
			to - last.startMs > maxCueMs ||
			from - last.endMs > pauseMs ||
			(/[.!?…]$/.test(last.text) && last.text.length > lineLength);
		if (isNew) {
			cues.push({ speaker, startMs: from, endMs: to, text: word });
		} else {
			last.text = joined;
			last.endMs = to;
		}
	}
	return cues;
}

function spread(text: string, startMs: number, endMs: number) {
	const words = text.split(/\s+/).filter(Boolean);
	const each = (endMs - startMs) / Math.max(1, words.length);
	return words.map((word, index) => ({
		text: word,
		from: Math.round(startMs + index * each),
		to: Math.round(startMs + (index + 1) * each),
	}));
}

export function toSrt(cues: Cue[]): string {
	return cues
		.map(({ startMs, endMs, text, speaker }, index) => {
			const said = speaker === null ? text : `${speaker}: ${text}`;
			return `${String(index + 1)}\n${time(startMs, ',')} --> ${time(endMs, ',')}\n${lines(said)}\n`;
		})
		.join('\n');
}

/** https://www.w3.org/TR/webvtt1/ */
export function toVtt(cues: Cue[]): string {
	const blocks = cues.map(({ startMs, endMs, text, speaker }) => {
		const said = lines(escape(text));
		const voiced = speaker === null ? said : `<v ${escape(speaker)}>${said}`;
		return `${time(startMs, '.')} --> ${time(endMs, '.')}\n${voiced}\n`;
	});
	return ['WEBVTT\n', ...blocks].join('\n');
}

function lines(text: string): string {
	if (text.length <= lineLength) return text;
	const middle = text.length / 2;
	const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
	const at = spaces.reduce<number | undefined>(
		(best, space) =>
			best === undefined || Math.abs(space - middle) < Math.abs(best - middle) ? space : best,
		undefined,
	);
	return at === undefined ? text : `${text.slice(0, at)}\n${text.slice(at + 1)}`;
}

function escape(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function time(ms: number, separator: string): string {
	const whole = Math.round(ms);
	const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
	return `${two(whole / 3_600_000)}:${two((whole / 60_000) % 60)}:${two((whole / 1000) % 60)}${separator}${String(whole % 1000).padStart(3, '0')}`;
}
