import { FRAME_BYTES } from './constants.ts';

/** 2 s: what a call keeps as a rule. */
const USUAL_FRAMES = 100;

/**
 * Frames in order, of which the oldest are let go. Their bytes are copied: a frame is a piece of the
 * message that it came in, and to keep it would keep that message's memory, and that of all others
 * which share it.
 */
export class FrameRing {
  #bytes = new Uint8Array(USUAL_FRAMES * FRAME_BYTES);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @throws RangeError when it is not a frame of 20 ms */
  push(frame: Uint8Array): void {
    if (frame.length !== FRAME_BYTES) throw new RangeError(`a frame has ${FRAME_BYTES} bytes`);
    if (this.#length === this.#capacity) this.#resize(2 * this.#capacity);
    this.#bytes.set(frame, this.#offset(this.#length));
    this.#length += 1;
  }

  /** Lets the oldest go, until no more than `count` are left. */
  keepNewest(count: number): void {
    const excess = this.#length - Math.max(0, count);
    if (excess <= 0) return;
    this.#first = (this.#first + excess) % this.#capacity;
    this.#length -= excess;
    if (this.#capacity > USUAL_FRAMES && this.#length <= USUAL_FRAMES / 2) {
      this.#resize(USUAL_FRAMES);
    }
  }

  clear(): void {
    this.keepNewest(0);
  }

  /** Each as a copy of its own. */
  toArray(): Uint8Array[] {
    return Array.from({ length: this.#length }, (_, at) => {
      const offset = this.#offset(at);
      return this.#bytes.slice(offset, offset + FRAME_BYTES);
    });
  }

  get #capacity(): number {
    return this.#bytes.length / FRAME_BYTES;
  }

  #offset(at: number): number {
    return ((this.#first + at) % this.#capacity) * FRAME_BYTES;
  }

  #resize(capacity: number): void {
    const frames = this.toArray();
    this.#bytes = new Uint8Array(capacity * FRAME_BYTES);
    this.#first = 0;
    frames.forEach((frame, at) => this.#bytes.set(frame, at * FRAME_BYTES));
  }
}
