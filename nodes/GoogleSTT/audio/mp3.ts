import { UserError } from 'n8n-workflow';

import type { Recording, Timeline } from './recording';

/** ISO/IEC 11172-3 and 13818-3, layer III. */
const bitratesMpeg1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const bitratesMpeg2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const sampleRates: Record<number, number[]> = {
	3: [44_100, 48_000, 32_000],
	2: [22_050, 24_000, 16_000],
	0: [11_025, 12_000, 8000],
};

interface Header {
	mpeg1: boolean;
	sampleRateHz: number;
	channels: number;
	hasCrc: boolean;
	lengthBytes: number;
	samples: number;
}

/** Junk that is skipped before the first frame, at most. */
const maxJunkBytes = 65_536;

export function isMp3(bytes: Buffer): boolean {
	return firstFrame(bytes) !== undefined;
}

/** @throws {UserError} when no frame can be found */
export function openMp3(bytes: Buffer): Recording {
	const start = firstFrame(bytes);
	const header = start === undefined ? undefined : headerAt(bytes, start);
	if (start === undefined || !header) {
		throw new UserError('The MP3 file has no audio in it', {
			description: 'It is cut or damaged. Check how the file was made or downloaded.',
		});
	}
	const frames = framesFrom(bytes, start, header);
	const count = frames.offsets.length;
	const frameMs = (header.samples / header.sampleRateHz) * 1000;
	const endByte = frames.endByte;
	const offsetAt = (unit: number) => frames.offsets[unit] ?? endByte;
	const timeline: Timeline = {
		boundariesMs: Float64Array.from({ length: count + 1 }, (_, unit) => unit * frameMs),
		bytesBefore: Float64Array.from({ length: count + 1 }, (_, unit) => offsetAt(unit)),
		levels: Float32Array.from(frames.levels),
	};
	return {
		format: {
			name: 'MP3',
			encoding: 'MP3',
			sampleRateHz: header.sampleRateHz,
			channels: header.channels,
			selfDescribing: true,
		},
		durationMs: count * frameMs,
		timeline,
		piece(from, to) {
			if (from === 0 && to === count) return { bytes, startMs: 0 };
			const first = withReservoir(frames, from);
			return { bytes: bytes.subarray(offsetAt(first), offsetAt(to)), startMs: first * frameMs };
		},
	};
}

interface Frames {
	offsets: number[];
	levels: number[];
	/** Bytes of frames before that a frame needs (`main_data_begin`). */
	needed: number[];
	/** Bytes of audio data in the frame itself. */
	carried: number[];
	endByte: number;
}

/**
 * A frame may use room that frames before it left free. A piece begins where the first of its frames
 * finds all its bytes; what comes before is as quiet as the cut, and at most some frames long.
 */
function withReservoir({ needed, carried }: Frames, from: number): number {
	let first = from;
	for (let missing = needed[from] ?? 0; missing > 0 && first > 0;) {
		first--;
		missing -= carried[first] ?? 0;
	}
	return first;
}

function framesFrom(bytes: Buffer, start: number, like: Header): Frames {
	const frames: Frames = { offsets: [], levels: [], needed: [], carried: [], endByte: start };
	let at: number | undefined = start;
	let isFirst = true;
	while (at !== undefined) {
		const header = headerAt(bytes, at);
		// A last frame that is cut cannot be decoded.
		if (!header || !alike(header, like) || at + header.lengthBytes > bytes.length) {
			at = nextFrame(bytes, at + 1, like);
			continue;
		}
		const info = sideInfo(bytes, at, header);
		if (!(isFirst && isTag(bytes, info.endByte, at + 36))) {
			frames.offsets.push(at);
			frames.levels.push(info.level);
			frames.needed.push(info.needed);
			frames.carried.push(Math.max(0, at + header.lengthBytes - info.endByte));
		}
		isFirst = false;
		at += header.lengthBytes;
		frames.endByte = at;
	}
	return frames;
}

/** The frame of an encoder that tells about the file and has no sound. */
function isTag(bytes: Buffer, afterSideInfo: number, vbri: number): boolean {
	const tag = bytes.toString('latin1', afterSideInfo, afterSideInfo + 4);
	return tag === 'Xing' || tag === 'Info' || bytes.toString('latin1', vbri, vbri + 4) === 'VBRI';
}

/** What the side information tells of the loudness, without decoding: step size and bits spent. */
function sideInfo(bytes: Buffer, at: number, { mpeg1, channels, hasCrc }: Header) {
	const start = at + (hasCrc ? 6 : 4);
	const bits = (position: number, count: number) => {
		let value = 0;
		for (let bit = position; bit < position + count; bit++) {
			value = (value << 1) | (((bytes[start + (bit >> 3)] ?? 0) >> (7 - (bit & 7))) & 1);
		}
		return value;
	};
	const mono = channels === 1;
	const sizeBytes = mpeg1 ? (mono ? 17 : 32) : mono ? 9 : 17;
	const granules = mpeg1 ? 2 : 1;
	const granuleBits = mpeg1 ? 59 : 63;
	let position = mpeg1 ? (mono ? 14 + 4 : 12 + 8) : mono ? 9 : 10;
	let level = 0;
	for (let part = 0; part < granules * channels; part++) {
		const spent = bits(position, 12);
		const gain = bits(position + 21, 8);
		level += spent * 2 ** ((gain - 210) / 4);
		position += granuleBits;
	}
	return { needed: bits(0, mpeg1 ? 9 : 8), level, endByte: start + sizeBytes };
}

function firstFrame(bytes: Buffer): number | undefined {
	const start = afterId3(bytes);
	for (let at = start; at < Math.min(bytes.length, start + maxJunkBytes); at++) {
		const header = headerAt(bytes, at);
		if (header && follows(bytes, at, header)) return at;
	}
	return undefined;
}

/** Three frames in a row, or as many as there are: two bytes alone may look like a frame by chance. */
function follows(bytes: Buffer, start: number, first: Header): boolean {
	let at = start + first.lengthBytes;
	for (let more = 0; more < 2; more++) {
		if (at >= bytes.length || bytes.toString('latin1', at, at + 3) === 'TAG') {
			return more > 0 || (start === afterId3(bytes) && at <= bytes.length);
		}
		const header = headerAt(bytes, at);
		if (!header || !alike(header, first)) return false;
		at += header.lengthBytes;
	}
	return true;
}

function nextFrame(bytes: Buffer, from: number, like: Header): number | undefined {
	const last = Math.min(bytes.length, from + maxJunkBytes);
	for (let at = from; at < last; at++) {
		const header = headerAt(bytes, at);
		if (header && alike(header, like)) {
			const next = headerAt(bytes, at + header.lengthBytes);
			if (next && alike(next, like)) return at;
		}
	}
	return undefined;
}

function alike(a: Header, b: Header): boolean {
	return a.mpeg1 === b.mpeg1 && a.sampleRateHz === b.sampleRateHz && a.channels === b.channels;
}

/** An ID3v2 tag has its length in its header, seven bits to a byte. */
function afterId3(bytes: Buffer): number {
	if (bytes.toString('latin1', 0, 3) !== 'ID3' || bytes.length < 10) return 0;
	const length = [6, 7, 8, 9].reduce((sum, at) => (sum << 7) | ((bytes[at] ?? 0) & 0x7f), 0);
	const hasFooter = ((bytes[5] ?? 0) & 0x10) !== 0;
	return 10 + length + (hasFooter ? 10 : 0);
}

function headerAt(bytes: Buffer, at: number): Header | undefined {
	const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
	if (a !== 0xff || b === undefined || c === undefined || d === undefined) return undefined;
	const version = (b >> 3) & 3;
	const isLayer3 = ((b >> 1) & 3) === 1;
	if ((b & 0xe0) !== 0xe0 || !isLayer3) return undefined;
	const mpeg1 = version === 3;
	const kilobits = (mpeg1 ? bitratesMpeg1 : bitratesMpeg2)[c >> 4];
	const sampleRateHz = sampleRates[version]?.[(c >> 2) & 3];
	// A free bitrate (0) does not tell where the frame ends; nobody records with it.
	if (!kilobits || !sampleRateHz) return undefined;
	const samples = mpeg1 ? 1152 : 576;
	const padding = (c >> 1) & 1;
	return {
		mpeg1,
		sampleRateHz,
		channels: d >> 6 === 3 ? 1 : 2,
		hasCrc: (b & 1) === 0,
		lengthBytes: Math.floor(((samples / 8) * kilobits * 1000) / sampleRateHz) + padding,
		samples,
	};
}
