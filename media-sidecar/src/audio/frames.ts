import { FRAME_BYTES, MULAW_SILENCE } from './constants.ts';

/** Cuts audio that comes in pieces of any size into frames of one size. */
export class Reframer {
  readonly #frameBytes: number;
  #rest: Uint8Array = new Uint8Array(0);

  /** @throws RangeError unless `frameBytes` is a positive integer. */
  constructor(frameBytes: number = FRAME_BYTES) {
    if (!Number.isInteger(frameBytes) || frameBytes <= 0) {
      throw new RangeError('a frame has a positive whole number of bytes');
    }
    this.#frameBytes = frameBytes;
  }

  /** Bytes that wait for the rest of their frame. */
  get pendingBytes(): number {
    return this.#rest.length;
  }

  /** The frames that `bytes` completes. They may share memory with `bytes`. */
  push(bytes: Uint8Array): Uint8Array[] {
    // As the phone sends them.
    if (bytes.length === this.#frameBytes && this.#rest.length === 0) return [bytes];
    const all = this.#rest.length === 0 ? bytes : concatenate(this.#rest, bytes);
    const frames: Uint8Array[] = [];
    let at = 0;
    for (; at + this.#frameBytes <= all.length; at += this.#frameBytes) {
      frames.push(all.subarray(at, at + this.#frameBytes));
    }
    // Copied, so that a few left-over bytes do not keep a large chunk alive: a Buffer's slice is none.
    this.#rest = new Uint8Array(all.subarray(at));
    return frames;
  }

  /** The last, incomplete frame, padded with `fill`; undefined when nothing is left. */
  flush(fill: number = MULAW_SILENCE): Uint8Array | undefined {
    if (this.#rest.length === 0) return undefined;
    const frame = new Uint8Array(this.#frameBytes).fill(fill);
    frame.set(this.#rest);
    this.#rest = new Uint8Array(0);
    return frame;
  }
}

export function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
