import { concatenate } from './frames.ts';

/** A RIFF file that is not what it says; `message` tells what is wrong with it. */
export class WavFormatError extends Error {
  override readonly name = 'WavFormatError';
}

const CHUNK_HEADER_BYTES = 8;
const RIFF_HEADER_BYTES = 12;
/** Real headers are under 100 bytes; this leaves room for metadata and bounds what is held. */
const MAX_HEADER_BYTES = 4096;
const CODEC_MULAW = 7;
/** A streamed WAV cannot know its length and says one of these. */
const UNKNOWN_LENGTHS = new Set([0, 0xffff_ffff, 0x7fff_ffff]);

/**
 * Removes the WAV header from µ-law audio that arrives in pieces. The header's length is not fixed
 * (44, 46 and 58 bytes are common), so the chunks are walked until `data`; what follows the data
 * chunk is metadata and is dropped. Audio that does not begin with `RIFF` passes as it is.
 */
export class WavStripper {
  #held: Uint8Array | undefined = new Uint8Array(0);
  #leftBytes = Number.POSITIVE_INFINITY;

  /**
   * The audio in this piece; empty while the header is incomplete.
   * @throws WavFormatError when it is a WAV, but not one of 8,000 Hz mono µ-law.
   */
  push(piece: Uint8Array): Uint8Array {
    if (!this.#held) return this.#take(piece);
    const bytes = concatenate(this.#held, piece);
    const start = findAudio(bytes);
    if (!start) {
      if (bytes.length > MAX_HEADER_BYTES) throw new WavFormatError('no data chunk in sight');
      this.#held = bytes;
      return new Uint8Array(0);
    }
    this.#held = undefined;
    this.#leftBytes = start.lengthBytes;
    return this.#take(bytes.subarray(start.offset));
  }

  /** @throws WavFormatError when the audio ended inside its header. */
  end(): void {
    if (this.#held && this.#held.length > 0) throw new WavFormatError('ends inside its header');
  }

  #take(bytes: Uint8Array): Uint8Array {
    const audio = bytes.length > this.#leftBytes ? bytes.subarray(0, this.#leftBytes) : bytes;
    this.#leftBytes -= audio.length;
    return audio;
  }
}

/** The same for audio that is complete. */
export function stripWavHeader(bytes: Uint8Array): Uint8Array {
  const stripper = new WavStripper();
  const audio = stripper.push(bytes);
  stripper.end();
  return audio;
}

/** Where the audio begins; undefined when more bytes are needed to tell. */
function findAudio(bytes: Uint8Array): { offset: number; lengthBytes: number } | undefined {
  const everything = { offset: 0, lengthBytes: Number.POSITIVE_INFINITY };
  const prefix = ascii(bytes, 0, Math.min(4, bytes.length));
  if (!'RIFF'.startsWith(prefix)) return everything;
  if (bytes.length < RIFF_HEADER_BYTES) return undefined;
  if (ascii(bytes, 8, 12) !== 'WAVE') return everything;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = RIFF_HEADER_BYTES;
  while (at + CHUNK_HEADER_BYTES <= bytes.length) {
    const id = ascii(bytes, at, at + 4);
    const lengthBytes = view.getUint32(at + 4, true);
    const body = at + CHUNK_HEADER_BYTES;
    if (id === 'data') {
      const unknown = UNKNOWN_LENGTHS.has(lengthBytes);
      return { offset: body, lengthBytes: unknown ? Number.POSITIVE_INFINITY : lengthBytes };
    }
    if (id === 'fmt ') {
      if (body + 8 > bytes.length) return undefined;
      checkFormat(view, body);
    }
    // Chunks are padded to an even length; the length field does not count the padding.
    at = body + lengthBytes + (lengthBytes % 2);
  }
  return undefined;
}

function checkFormat(view: DataView, at: number): void {
  const codec = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const rateHz = view.getUint32(at + 4, true);
  if (codec !== CODEC_MULAW || channels !== 1 || rateHz !== 8000) {
    throw new WavFormatError(
      `codec ${codec}, ${channels} channels, ${rateHz} Hz is not phone audio`,
    );
  }
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
