import { AudioError } from './problem';

/** A page of an Ogg stream (RFC 3533), with what is kept of its header. */
export interface Page {
	/** Bit 0: continues a packet, 1: first page, 2: last page. */
	flags: number;
	/** -1n when no packet ends on it. */
	granule: bigint;
	/** Lengths of the segments; one shorter than 255 ends a packet. */
	segments: Buffer;
	body: Buffer;
}

export const flag = { continued: 1, first: 2, last: 4 } as const;

const headerBytes = 27;
const checksumAt = 22;

/** @throws {AudioError} when it is not Ogg, is cut off or damaged */
export function readPages(bytes: Buffer): Page[] {
	const pages: Page[] = [];
	let at = 0;
	while (at < bytes.length) {
		if (bytes.toString('latin1', at, at + 4) !== 'OggS') {
			throw new AudioError(at === 0 ? 'is not Ogg' : 'has a damaged Ogg page');
		}
		const tableAt = at + headerBytes;
		const count = bytes[at + headerBytes - 1] ?? 0;
		const segments = bytes.subarray(tableAt, tableAt + count);
		const bodyAt = tableAt + count;
		const end = bodyAt + segments.reduce((sum, length) => sum + length, 0);
		if (tableAt > bytes.length || segments.length < count || end > bytes.length) {
			throw new AudioError('was cut off within an Ogg page');
		}
		const page = Buffer.from(bytes.subarray(at, end));
		const checksum = page.readUInt32LE(checksumAt);
		page.writeUInt32LE(0, checksumAt);
		if (checksumOf(page) !== checksum) throw new AudioError('has a damaged Ogg page');
		pages.push({
			flags: bytes[at + 5] ?? 0,
			granule: bytes.readBigInt64LE(at + 6),
			segments,
			body: bytes.subarray(bodyAt, end),
		});
		at = end;
	}
	return pages;
}

export function writePage(page: Page, serial: number, sequence: number): Buffer {
	const header = Buffer.alloc(headerBytes);
	header.write('OggS', 0, 'latin1');
	header[5] = page.flags;
	header.writeBigInt64LE(page.granule, 6);
	header.writeUInt32LE(serial, 14);
	header.writeUInt32LE(sequence, 18);
	header[headerBytes - 1] = page.segments.length;
	const bytes = Buffer.concat([header, page.segments, page.body]);
	bytes.writeUInt32LE(checksumOf(bytes), checksumAt);
	return bytes;
}

/** CRC-32 of Ogg: polynomial 0x04c11db7, neither reflected nor inverted. */
const table = Uint32Array.from({ length: 256 }, (_, index) => {
	let value = index << 24;
	for (let bit = 0; bit < 8; bit++) {
		value = value & 0x8000_0000 ? (value << 1) ^ 0x04c1_1db7 : value << 1;
	}
	return value;
});

function checksumOf(bytes: Buffer): number {
	let checksum = 0;
	for (const byte of bytes) {
		checksum = (checksum << 8) ^ (table[(checksum >>> 24) ^ byte] ?? 0);
	}
	return checksum >>> 0;
}
