import { MULAW_SILENCE } from '../audio/mulaw.ts';
import { FRAME_BYTES } from './line-audio.ts';

/** Audio of any length in, frames of 20 ms out. */
export class FrameQueue {
  readonly #chunks: Uint8Array[] = [];
  #head = 0;
  #offset = 0;
  #lengthBytes = 0;

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  push(audio: Uint8Array): void {
    if (audio.length === 0) return;
    this.#chunks.push(audio);
    this.#lengthBytes += audio.length;
  }

  /**
   * The next 20 ms, its end filled with silence where audio ran out; null where there is none at
   * all. The frame may be a view into what was pushed: do not write into it.
   */
  pull(): Uint8Array | null {
    const first = this.#chunks[this.#head];
    if (first === undefined) return null;
    if (first.length - this.#offset > FRAME_BYTES) {
      const frame = first.subarray(this.#offset, this.#offset + FRAME_BYTES);
      this.#offset += FRAME_BYTES;
      this.#lengthBytes -= FRAME_BYTES;
      return frame;
    }
    const frame = new Uint8Array(FRAME_BYTES);
    let filled = 0;
    while (filled < FRAME_BYTES) {
      const chunk = this.#chunks[this.#head];
      if (chunk === undefined) {
        frame.fill(MULAW_SILENCE, filled);
        break;
      }
      const take = Math.min(chunk.length - this.#offset, FRAME_BYTES - filled);
      frame.set(chunk.subarray(this.#offset, this.#offset + take), filled);
      filled += take;
      this.#offset += take;
      this.#lengthBytes -= take;
      if (this.#offset === chunk.length) this.#next();
    }
    return frame;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#head = 0;
    this.#offset = 0;
    this.#lengthBytes = 0;
  }

  #next(): void {
    this.#head++;
    this.#offset = 0;
    // Moves what is left down now and then, instead of at every frame.
    if (this.#head === this.#chunks.length || this.#head >= 256) {
      this.#chunks.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
