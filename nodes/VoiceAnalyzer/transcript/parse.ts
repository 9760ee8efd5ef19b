import type { IDataObject } from 'n8n-workflow';

import type { Role, Turn } from './turn';

/** What tells the agent's side apart in a recording: a channel ("1") or a speaker ("2"). */
export interface ParseOptions {
	/** Channel or speaker label of the caller. @defaultValue '1', as in Twilio's recordings of an inbound call */
	callerIs: string;
}

const agentNames = new Set(
	'agent agente asistente assistant bot ai ia ejecutivo ejecutiva operador operadora operator asesor asesora vendedor vendedora model representante representative sistema system'.split(
		' ',
	),
);
const callerNames = new Set(
	'caller cliente client customer user usuario usuaria llamante human persona consumidor paciente guest'.split(
		' ',
	),
);

const line =
	/^\s*(?:\[?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\]?\s*[-–]?\s*)?(?:([\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}?)\s*:\s+)?(.*)$/u;

const plainLabel = (label: string) =>
	label
		.normalize('NFD')
		.replace(/\p{Diacritic}/gu, '')
		.toLowerCase()
		.trim();

const knownRole = (label: string): Role | undefined => {
	const [first = ''] = plainLabel(label).split(/[\s._-]+/);
	if (agentNames.has(first)) return 'agent';
	return callerNames.has(first) ? 'caller' : undefined;
};

/**
 * The turns in whatever a builder has at hand: text with or without names before the words, an
 * array of turns, or an object that holds one of these (a call of the sidecar, one of its events,
 * the output of Google Speech-to-Text).
 * @returns undefined when there is nothing that could be a transcript
 */
export function parseTranscript(value: unknown, options: ParseOptions): Turn[] | undefined {
	const found = rawTurns(value, options, 3);
	return found?.filter(({ text }) => text !== '').map((turn, index): Turn => ({ index, ...turn }));
}

type RawTurn = Omit<Turn, 'index'>;

function rawTurns(value: unknown, options: ParseOptions, depth: number): RawTurn[] | undefined {
	if (typeof value === 'string') {
		const json = /^\s*[[{]/.test(value) ? parsedJson(value) : undefined;
		return json === undefined ? fromText(value) : rawTurns(json, options, depth);
	}
	if (Array.isArray(value)) return fromArray(value, options);
	if (typeof value !== 'object' || value === null || depth === 0) return undefined;
	const object = value as IDataObject;
	for (const key of ['turns', 'call', 'data', 'transcript', 'text']) {
		const inner = object[key];
		if (inner === undefined || inner === null) continue;
		const found = rawTurns(inner, options, depth - 1);
		if (found !== undefined && found.length > 0) return found;
	}
	return undefined;
}

function parsedJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

function fromArray(values: unknown[], options: ParseOptions): RawTurn[] {
	return values.flatMap((value): RawTurn[] => {
		if (typeof value === 'string') return fromText(value);
		if (typeof value !== 'object' || value === null) return [];
		const turn = value as IDataObject;
		if (typeof turn.text !== 'string' || turn.role === 'tool') return [];
		return [
			{
				role: roleOf(turn, options),
				text: oneLine(turn.text),
				...numberField('startMs', turn.startMs),
				...numberField('endMs', turn.endMs),
			},
		];
	});
}

function roleOf({ role, speaker, channel }: IDataObject, { callerIs }: ParseOptions): Role {
	if (typeof role === 'string' && role !== '') return knownRole(role) ?? 'caller';
	const label = speaker ?? channel;
	if (label === undefined || label === null) return 'caller';
	if (typeof label === 'string' && knownRole(label)) return knownRole(label) as Role;
	return sameLabel(String(label), callerIs) ? 'caller' : 'agent';
}

/** "1", "Speaker 1", "speaker_1" and "channel 1" mean the same. */
const sameLabel = (label: string, wanted: string) => bareLabel(label) === bareLabel(wanted);
const bareLabel = (label: string) =>
	plainLabel(label).replace(/^(?:speaker|channel|canal|hablante|spk)[\s_-]*/, '');

const numberField = (name: 'startMs' | 'endMs', value: unknown) =>
	typeof value === 'number' && Number.isFinite(value) ? { [name]: value } : {};

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

/**
 * "Agente: Buenos días." A word before a colon is a name only if it is a known one or comes back:
 * "Le digo algo: no" is a sentence.
 */
function fromText(text: string): RawTurn[] {
	const lines = text
		.split(/\r?\n/)
		.filter((each) => each.trim() !== '')
		.map((each) => ({ all: each.trim(), match: line.exec(each) }));
	const seen = new Map<string, number>();
	for (const { match } of lines) {
		const label = plainLabel(match?.[1] ?? '');
		if (label !== '') seen.set(label, (seen.get(label) ?? 0) + 1);
	}
	const isLabel = (label: string) =>
		knownRole(label) !== undefined || (seen.get(plainLabel(label)) ?? 0) >= 2;
	const labelled = lines.some(({ match }) => match?.[1] !== undefined && isLabel(match[1]));
	const turns: RawTurn[] = [];
	for (const { all, match } of lines) {
		const label = match?.[1];
		const last = turns.at(-1);
		if (label !== undefined && isLabel(label)) {
			turns.push({ role: knownRole(label) ?? 'caller', text: oneLine(match?.[2] ?? '') });
		} else if (labelled && last) {
			last.text = oneLine(`${last.text} ${all}`);
		} else {
			turns.push({ role: 'caller', text: oneLine(all) });
		}
	}
	return turns;
}
