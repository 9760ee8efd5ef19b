import { mulawMs } from '../audio/constants.ts';
import { concatenate } from '../audio/frames.ts';

/** Audio that may have to be sent again, with its place in the whole of the stream. */
export class HeldAudio {
  #frames: Uint8Array[] = [];
  #startMs = 0;
  #endMs = 0;

  /** Where the held audio begins, in ms since the stream was opened. */
  get startMs(): number {
    return this.#startMs;
  }

  /** How much audio there has been. */
  get endMs(): number {
    return this.#endMs;
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#endMs += mulawMs(frame.length);
  }

  /** Forgets frames that end at or before `atMs`. */
  dropBefore(atMs: number): void {
    let dropped = 0;
    for (const frame of this.#frames) {
      const frameMs = mulawMs(frame.length);
      if (this.#startMs + frameMs > atMs) break;
      this.#startMs += frameMs;
      dropped += 1;
    }
    if (dropped > 0) this.#frames.splice(0, dropped);
  }

  /** Everything that is held, in pieces of at most `maxBytes` (or one frame, if that is longer). */
  pieces(maxBytes: number): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let batch: Uint8Array[] = [];
    let bytes = 0;
    for (const frame of this.#frames) {
      if (bytes > 0 && bytes + frame.length > maxBytes) {
        pieces.push(concatenate(...batch));
        batch = [];
        bytes = 0;
      }
      batch.push(frame);
      bytes += frame.length;
    }
    if (bytes > 0) pieces.push(concatenate(...batch));
    return pieces;
  }

  clear(): void {
    this.#frames = [];
    this.#startMs = this.#endMs;
  }
}
