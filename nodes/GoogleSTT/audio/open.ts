import { UserError } from 'n8n-workflow';

import { isAu, readAu } from './au';
import { isFlac, openFlac } from './flac';
import { isMp3, openMp3 } from './mp3';
import { isOgg, openOggOpus } from './oggOpus';
import type { Recording, Target } from './recording';
import { openSamples, type SampleKind } from './samples';
import { isWav, readWav } from './wav';

/** What the builder says of audio without a header. */
export interface RawFormat {
	encoding: 'ALAW' | 'LINEAR16' | 'MULAW';
	sampleRateHz: number;
	channels: number;
}

export interface Hints {
	/** What the bytes are when they have no header. */
	raw?: RawFormat;
	mimeType?: string;
	fileName?: string;
}

const rawKinds: Record<RawFormat['encoding'], SampleKind> = {
	ALAW: 'alaw',
	LINEAR16: 's16',
	MULAW: 'mulaw',
};

const rawNames: Record<RawFormat['encoding'], string> = {
	ALAW: 'A-law',
	LINEAR16: 'PCM',
	MULAW: 'µ-law',
};

/** The kinds of audio and not audio that people send, by their first bytes. */
const others: Array<[name: string, matches: (bytes: Buffer) => boolean]> = [
	['an MP4 or M4A file', (bytes) => text(bytes, 4, 8) === 'ftyp'],
	['a WebM or Matroska file', (bytes) => bytes.readUIntBE(0, 4) === 0x1a45_dfa3],
	['an AMR file', (bytes) => text(bytes, 0, 5) === '#!AMR'],
	['an AIFF file', (bytes) => text(bytes, 0, 4) === 'FORM'],
	['a CAF file', (bytes) => text(bytes, 0, 4) === 'caff'],
	['an ASF or WMA file', (bytes) => bytes.readUIntBE(0, 4) === 0x3026_b275],
	['an AAC file', (bytes) => (bytes.readUInt16BE(0) & 0xfff6) === 0xfff0],
];

/**
 * Finds out from the bytes what a recording is.
 * @throws {UserError} which says what it is instead, and what to do
 */
export function openRecording(bytes: Buffer, hints: Hints, target: Target): Recording {
	if (bytes.length === 0) {
		throw new UserError('The audio is empty', {
			description: 'The file has 0 bytes. Check the node that made or downloaded it.',
		});
	}
	const recording = opened(bytes, hints, target);
	if (recording.timeline.levels.length > 0) return recording;
	throw new UserError('The audio is empty', {
		description: `The ${recording.format.name} file has a header and no sound after it.`,
	});
}

function opened(bytes: Buffer, hints: Hints, target: Target): Recording {
	if (isWav(bytes)) return openSamples(readWav(bytes), target);
	if (isFlac(bytes)) return openFlac(bytes);
	if (isOgg(bytes)) return openOggOpus(bytes);
	if (isAu(bytes)) return openSamples(readAu(bytes), target);
	refuseText(bytes);
	// A header is no accident; the two bytes with which a frame of MP3 begins may be one.
	const hasId3 = text(bytes, 0, 3) === 'ID3';
	const raw = hasId3 ? undefined : (hints.raw ?? rawByName(hints));
	if (raw) {
		const { encoding, sampleRateHz, channels } = raw;
		return openSamples(
			{ name: rawNames[encoding], kind: rawKinds[encoding], sampleRateHz, channels, bytes },
			target,
		);
	}
	if (isMp3(bytes)) return openMp3(bytes);
	refuseOthers(bytes);
	throw new UserError('The audio is of no known format', {
		description:
			'Send WAV, MP3, FLAC or Ogg Opus. For audio without a header, such as µ-law of a telephone line, add the option "Audio Without Header".',
	});
}

/** Types that stand for telephone audio without a header: RFC 2046, RFC 4856. */
function rawByName({ mimeType = '', fileName = '' }: Hints): RawFormat | undefined {
	const type = mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
	const extension = /\.(\w+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
	const line = { sampleRateHz: 8000, channels: 1 };
	if (
		['audio/basic', 'audio/pcmu', 'audio/x-mulaw', 'audio/mulaw'].includes(type) ||
		['ulaw', 'mulaw', 'ul', 'pcmu'].includes(extension)
	) {
		return { encoding: 'MULAW', ...line };
	}
	if (
		['audio/pcma', 'audio/x-alaw', 'audio/alaw'].includes(type) ||
		['alaw', 'al', 'pcma'].includes(extension)
	) {
		return { encoding: 'ALAW', ...line };
	}
	return undefined;
}

function refuseText(bytes: Buffer): void {
	if (!/^\s*[<{[]/.test(text(bytes, 0, 64)) || !isText(bytes)) return;
	throw new UserError('This is no audio but text', {
		description:
			'It is a web page or JSON, perhaps an error message of where it was downloaded. Look at the file in the node before.',
	});
}

function refuseOthers(bytes: Buffer): void {
	if (bytes.length < 12) return;
	const name = others.find(([, matches]) => matches(bytes))?.[0];
	if (name === undefined) return;
	throw new UserError(`This is ${name}, which cannot be sent`, {
		description: 'Convert it to WAV, MP3, FLAC or Ogg Opus before this node.',
	});
}

function isText(bytes: Buffer): boolean {
	return !bytes.subarray(0, 512).some((byte) => byte < 9 || (byte > 13 && byte < 32));
}

function text(bytes: Buffer, from: number, to: number): string {
	return bytes.toString('latin1', from, to);
}
