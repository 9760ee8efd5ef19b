/** Pages of an Ogg stream (RFC 3533). */
export interface OggPage {
	/** Bit 0: continues a packet, bit 1: first page, bit 2: last page. */
	flags: number;
	granule: bigint;
	serial: number;
	/** Lengths of the packets' parts; 255 means that the packet goes on. */
	lacing: Buffer;
	content: Buffer;
}

export function* oggPages(bytes: Buffer): Generator<OggPage> {
	for (let at = 0; at + 27 <= bytes.length;) {
		if (bytes.toString('latin1', at, at + 4) !== 'OggS') {
			at = bytes.indexOf('OggS', at + 1, 'latin1');
			if (at < 0) return;
			continue;
		}
		const segments = bytes[at + 26] ?? 0;
		const lacing = bytes.subarray(at + 27, at + 27 + segments);
		const start = at + 27 + segments;
		const length = lacing.reduce((sum, part) => sum + part, 0);
		if (start + length > bytes.length) return;
		yield {
			flags: bytes[at + 5] ?? 0,
			granule: bytes.readBigInt64LE(at + 6),
			serial: bytes.readUInt32LE(at + 14),
			lacing,
			content: bytes.subarray(start, start + length),
		};
		at = start + length;
	}
}

/** Puts packets into pages, numbered from 0. */
export class OggWriter {
	readonly #serial: number;

	readonly #pages: Buffer[] = [];

	constructor(serial: number) {
		this.#serial = serial;
	}

	/**
	 * One page. @param granule the position after its last packet, in samples
	 * @throws {RangeError} when the packets are too long for one page
	 */
	page(packets: Buffer[], granule: number, flags = 0): void {
		const lacing = packets.flatMap(({ length }) => [
			...Array<number>(Math.floor(length / 255)).fill(255),
			length % 255,
		]);
		if (lacing.length > 255) throw new RangeError('the packets do not fit into one page');
		const header = Buffer.alloc(27 + lacing.length);
		header.write('OggS', 0, 'latin1');
		header[5] = flags;
		header.writeBigInt64LE(BigInt(granule), 6);
		header.writeUInt32LE(this.#serial, 14);
		header.writeUInt32LE(this.#pages.length, 18);
		header[26] = lacing.length;
		header.set(lacing, 27);
		const page = Buffer.concat([header, ...packets]);
		page.writeUInt32LE(crc32(page), 22);
		this.#pages.push(page);
	}

	bytes(): Buffer {
		return Buffer.concat(this.#pages);
	}
}

/** How many entries of the page's table a packet takes. */
export function lacingLength({ length }: Buffer): number {
	return Math.floor(length / 255) + 1;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
	let crc = byte << 24;
	for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000_0000 ? 0x04c1_1db7 : 0);
	return crc;
});

/** Polynomial 0x04c11db7, neither reflected nor inverted, over the page with an empty check sum. */
function crc32(bytes: Buffer): number {
	let crc = 0;
	for (const byte of bytes) crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ byte] ?? 0);
	return crc >>> 0;
}
