/** Ogg pages (RFC 3533): the container around Opus, Speex and Vorbis. */

const MOST_SEGMENTS = 255;
const CONTINUED = 1;
const FIRST_PAGE = 2;
const LAST_PAGE = 4;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = (crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ byte) & 0xff]!;
  return crc >>> 0;
}

/** A packet is cut into segments of 255 bytes; a shorter one, perhaps of 0 bytes, ends it. */
const segmentsOf = (packet: Uint8Array): number => Math.floor(packet.length / 255) + 1;

/** Writes packets of one logical stream. */
export class OggWriter {
  readonly #serial: number;
  readonly #pages: Buffer[] = [];

  constructor(serial: number) {
    this.#serial = serial;
  }

  /**
   * One page with whole packets.
   * @param granulePosition of the last packet: for Opus, samples at 48,000 Hz with the pre-skip
   * @throws RangeError for more packets than a page can hold
   */
  page(packets: readonly Uint8Array[], granulePosition: number, last = false): void {
    const lacing: number[] = [];
    for (const packet of packets) {
      for (let i = 1; i < segmentsOf(packet); i++) lacing.push(255);
      lacing.push(packet.length % 255);
    }
    if (lacing.length > MOST_SEGMENTS) throw new RangeError('too much for one Ogg page');
    const header = Buffer.alloc(27 + lacing.length);
    header.write('OggS', 0, 'latin1');
    header.writeUInt8((this.#pages.length === 0 ? FIRST_PAGE : 0) | (last ? LAST_PAGE : 0), 5);
    header.writeBigUInt64LE(BigInt(granulePosition), 6);
    header.writeUInt32LE(this.#serial, 14);
    header.writeUInt32LE(this.#pages.length, 18);
    header.writeUInt8(lacing.length, 26);
    header.set(lacing, 27);
    const page = Buffer.concat([header, ...packets]);
    page.writeUInt32LE(crc32(page), 22);
    this.#pages.push(page);
  }

  file(): Buffer {
    return Buffer.concat(this.#pages);
  }
}

/** The first packet of the first logical stream, which tells what the stream is; or undefined. */
export function firstOggPacket(file: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (bytes.length < 28 || bytes.toString('latin1', 0, 4) !== 'OggS') return undefined;
  if ((bytes.readUInt8(5) & CONTINUED) !== 0) return undefined;
  const segments = bytes.readUInt8(26);
  const start = 27 + segments;
  let length = 0;
  for (let i = 0; i < segments; i++) {
    const segment = bytes[27 + i] ?? 0;
    length += segment;
    if (segment < 255) break;
  }
  return start + length <= bytes.length ? bytes.subarray(start, start + length) : undefined;
}
