/**
 * Audio that tells what it is, byte by byte: every millisecond (8 bytes of µ-law at 8,000 Hz) names
 * the answer that it belongs to and its place in it. A begin byte that is found nowhere else makes it
 * readable from any byte on, however it was cut into frames on its way.
 *
 * begin, three digits of the number, three of the millisecond, a check digit; digits are base 64.
 */
const BLOCK_BYTES = 8;
const BEGIN = 0x80;
/** The loud half of µ-law, so that a level tells the audio from silence. */
const FIRST_DIGIT = 0x81;
const BASE = 64;
const LARGEST = BASE ** 3 - 1;

/** One millisecond that was found whole. */
export interface Mark {
  /** Of the answer. */
  readonly number: number;
  /** Its place in the answer, ms. */
  readonly ms: number;
  /** Of its first byte in what was read. */
  readonly atByte: number;
}

/**
 * µ-law at 8,000 Hz.
 * @param fromMs where in the answer this begins
 * @throws RangeError for more than the digits can tell: 262,143
 */
export function writeMarks(number: number, durationMs: number, fromMs = 0): Buffer {
  if (number > LARGEST || fromMs + durationMs > LARGEST) {
    throw new RangeError(`numbers and milliseconds go to ${LARGEST}`);
  }
  const audio = Buffer.alloc(durationMs * BLOCK_BYTES);
  const high = Math.floor(number / BASE ** 2);
  const middle = Math.floor(number / BASE) % BASE;
  const low = number % BASE;
  for (let i = 0, at = 0; i < durationMs; i++) {
    const ms = fromMs + i;
    const digits = [high, middle, low, Math.floor(ms / BASE ** 2), Math.floor(ms / BASE) % BASE];
    digits.push(ms % BASE);
    audio[at++] = BEGIN;
    let sum = 0;
    for (const digit of digits) {
      audio[at++] = FIRST_DIGIT + digit;
      sum += digit;
    }
    audio[at++] = FIRST_DIGIT + (sum % BASE);
  }
  return audio;
}

/** Reads marks in audio that comes in pieces of any length. */
export class MarkReader {
  #rest: Uint8Array = new Uint8Array();
  #readBytes = 0;

  /** @returns the milliseconds that are whole now; silence and anything else is passed over */
  feed(audio: Uint8Array): Mark[] {
    const bytes = this.#rest.length === 0 ? audio : Buffer.concat([this.#rest, audio]);
    const marks: Mark[] = [];
    let at = 0;
    while (at + BLOCK_BYTES <= bytes.length) {
      const found = bytes[at] === BEGIN ? markAt(bytes, at) : undefined;
      if (found) marks.push({ ...found, atByte: this.#readBytes + at });
      at += found ? BLOCK_BYTES : 1;
    }
    this.#readBytes += at;
    this.#rest = bytes.slice(at);
    return marks;
  }
}

/** The mark that begins here, if one does and it is whole. */
export function markAt(bytes: Uint8Array, at: number): Pick<Mark, 'number' | 'ms'> | undefined {
  if (bytes[at] !== BEGIN || at + BLOCK_BYTES > bytes.length) return undefined;
  let sum = 0;
  let value = 0;
  let number = 0;
  for (let i = 1; i < BLOCK_BYTES - 1; i++) {
    const digit = bytes[at + i]! - FIRST_DIGIT;
    if (digit < 0 || digit >= BASE) return undefined;
    sum += digit;
    value = value * BASE + digit;
    if (i === 3) {
      number = value;
      value = 0;
    }
  }
  if (bytes[at + BLOCK_BYTES - 1]! - FIRST_DIGIT !== sum % BASE) return undefined;
  return { number, ms: value };
}
