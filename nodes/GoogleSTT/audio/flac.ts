import { UserError } from 'n8n-workflow';

import type { Recording, Timeline } from './recording';

interface StreamInfo {
	/** Of the block, 34 bytes. */
	block: Buffer;
	sampleRateHz: number;
	channels: number;
	audioStart: number;
}

interface Frame {
	offset: number;
	samples: number;
	/** Where the frame's number stands in its header, and how long it is. */
	numberBytes: number;
	/** From the sync code to before the CRC-8. */
	headerBytes: number;
	/** Numbered by its first sample, not by its place. */
	variable: boolean;
	number: number;
}

export function isFlac(bytes: Buffer): boolean {
	return bytes.toString('latin1', 0, 4) === 'fLaC';
}

/**
 * A FLAC file by its frames (RFC 9639).
 * @throws {UserError} when its header or its first frame is missing
 */
export function openFlac(bytes: Buffer): Recording {
	const info = streamInfo(bytes);
	const frames = framesOf(bytes, info);
	if (frames.length === 0) {
		throw new UserError('The FLAC file has no audio in it', {
			description: 'It is cut or damaged. Check how the file was made or downloaded.',
		});
	}
	const offsetAt = (unit: number) => frames[unit]?.offset ?? bytes.length;
	const samplesBefore = new Float64Array(frames.length + 1);
	frames.forEach(({ samples }, unit) => {
		samplesBefore[unit + 1] = (samplesBefore[unit] ?? 0) + samples;
	});
	const msAt = (unit: number) => ((samplesBefore[unit] ?? 0) / info.sampleRateHz) * 1000;
	const timeline: Timeline = {
		boundariesMs: samplesBefore.map((_, unit) => msAt(unit)),
		bytesBefore: samplesBefore.map((_, unit) => offsetAt(unit)),
		// Lossless: what is loud takes more bits.
		levels: Float32Array.from(
			frames,
			({ samples }, unit) => (offsetAt(unit + 1) - offsetAt(unit)) / samples,
		),
	};
	return {
		format: {
			name: 'FLAC',
			encoding: 'FLAC',
			sampleRateHz: info.sampleRateHz,
			channels: info.channels,
			selfDescribing: true,
		},
		durationMs: msAt(frames.length),
		timeline,
		piece(from, to) {
			if (from === 0 && to === frames.length) return { bytes, startMs: 0 };
			const samples = (samplesBefore[to] ?? 0) - (samplesBefore[from] ?? 0);
			const parts = [header(info, samples)];
			for (let unit = from; unit < to; unit++) {
				const frame = frames[unit];
				if (!frame) continue;
				const first = (samplesBefore[unit] ?? 0) - (samplesBefore[from] ?? 0);
				parts.push(
					renumbered(
						bytes.subarray(frame.offset, offsetAt(unit + 1)),
						frame,
						frame.variable ? first : unit - from,
					),
				);
			}
			return { bytes: Buffer.concat(parts), startMs: msAt(from) };
		},
	};
}

function streamInfo(bytes: Buffer): StreamInfo {
	let block: Buffer | undefined;
	for (let at = 4; at + 4 <= bytes.length;) {
		const type = (bytes[at] ?? 0) & 0x7f;
		const isLast = ((bytes[at] ?? 0) & 0x80) !== 0;
		const length = bytes.readUIntBE(at + 1, 3);
		if (type === 0 && length >= 34) block = bytes.subarray(at + 4, at + 4 + 34);
		at += 4 + length;
		if (!isLast) continue;
		if (block?.length !== 34) break;
		return {
			block,
			sampleRateHz: block.readUIntBE(10, 3) >> 4,
			channels: (((block[12] ?? 0) >> 1) & 7) + 1,
			audioStart: at,
		};
	}
	throw new UserError('The FLAC file does not say what is in it', {
		description: 'It is cut or damaged: it has no complete STREAMINFO block.',
	});
}

/** The same header for a part: what is only true of the whole is left open. */
function header({ block }: StreamInfo, samples: number): Buffer {
	const copy = Buffer.from(block);
	// Smallest and largest frame, and the MD5 of the audio: unknown.
	copy.fill(0, 4, 10);
	copy.fill(0, 18, 34);
	copy[13] = ((copy[13] ?? 0) & 0xf0) | (Math.floor(samples / 2 ** 32) & 0x0f);
	copy.writeUInt32BE(samples % 2 ** 32, 14);
	return Buffer.concat([Buffer.from('fLaC'), Buffer.from([0x80, 0, 0, 34]), copy]);
}

/** Sync codes also occur inside frames: a header counts when its check sum and its number are right. */
function framesOf(bytes: Buffer, info: StreamInfo): Frame[] {
	const frames: Frame[] = [];
	let expected: number | undefined;
	for (let at = info.audioStart; at + 6 < bytes.length; at++) {
		if (bytes[at] !== 0xff) continue;
		const frame = frameAt(bytes, at);
		if (!frame || (expected !== undefined && frame.number !== expected)) continue;
		frames.push(frame);
		expected = frame.number + (frame.variable ? frame.samples : 1);
		at += frame.headerBytes;
	}
	return frames;
}

function frameAt(bytes: Buffer, offset: number): Frame | undefined {
	const second = bytes[offset + 1] ?? 0;
	if ((second & 0xfe) !== 0xf8) return undefined;
	const third = bytes[offset + 2] ?? 0;
	const [sizeCode, rateCode] = [third >> 4, third & 0x0f];
	if (sizeCode === 0 || rateCode === 15 || ((bytes[offset + 3] ?? 1) & 1) !== 0) return undefined;
	const coded = readNumber(bytes, offset + 4);
	if (!coded) return undefined;
	let at = offset + 4 + coded.bytes;
	const sizeBytes = sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0;
	const rateBytes = rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0;
	if (at + sizeBytes + rateBytes >= bytes.length) return undefined;
	const samples = sizeBytes ? bytes.readUIntBE(at, sizeBytes) + 1 : blockSize(sizeCode);
	at += sizeBytes + rateBytes;
	if (crc8(bytes.subarray(offset, at)) !== bytes[at]) return undefined;
	return {
		offset,
		samples,
		numberBytes: coded.bytes,
		headerBytes: at - offset,
		variable: (second & 1) === 1,
		number: coded.value,
	};
}

function blockSize(code: number): number {
	if (code === 1) return 192;
	return code <= 5 ? 576 << (code - 2) : 256 << (code - 8);
}

/** Numbers are coded as UTF-8 codes characters, up to 36 bits. */
function readNumber(bytes: Buffer, at: number): { value: number; bytes: number } | undefined {
	const first = bytes[at] ?? 0xff;
	if (first < 0x80) return { value: first, bytes: 1 };
	const length = Math.clz32(~(first << 24));
	if (length < 2 || length > 7) return undefined;
	let value = length === 7 ? 0 : first & (0x7f >> length);
	for (let next = 1; next < length; next++) {
		const byte = bytes[at + next] ?? 0;
		if ((byte & 0xc0) !== 0x80) return undefined;
		value = value * 64 + (byte & 0x3f);
	}
	return { value, bytes: length };
}

function writeNumber(value: number): Buffer {
	if (value < 0x80) return Buffer.from([value]);
	let length = 2;
	while (length < 7 && value >= 2 ** (5 * length + 1)) length++;
	const coded = Buffer.alloc(length);
	let rest = value;
	for (let at = length - 1; at > 0; at--) {
		coded[at] = 0x80 | (rest % 64);
		rest = Math.floor(rest / 64);
	}
	coded[0] = ((0xff00 >> length) & 0xff) | rest;
	return coded;
}

/** A frame with another number, and with the check sums that belong to it. */
function renumbered(frame: Buffer, { numberBytes, headerBytes }: Frame, number: number): Buffer {
	const start = Buffer.concat([
		frame.subarray(0, 4),
		writeNumber(number),
		frame.subarray(4 + numberBytes, headerBytes),
	]);
	const body = frame.subarray(headerBytes + 1, frame.length - 2);
	const whole = Buffer.concat([start, Buffer.from([crc8(start)]), body, Buffer.alloc(2)]);
	whole.writeUInt16BE(crc16(whole.subarray(0, -2)), whole.length - 2);
	return whole;
}

function crc8(bytes: Buffer): number {
	let crc = 0;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x80 ? 0x07 : 0)) & 0xff;
	}
	return crc;
}

const crc16Table = Uint16Array.from({ length: 256 }, (_, byte) => {
	let crc = byte << 8;
	for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x8005 : 0)) & 0xffff;
	return crc;
});

function crc16(bytes: Buffer): number {
	let crc = 0;
	for (const byte of bytes) crc = ((crc << 8) ^ (crc16Table[(crc >> 8) ^ byte] ?? 0)) & 0xffff;
	return crc;
}
