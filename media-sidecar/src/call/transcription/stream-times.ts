/** Audio of a recognition, and where it was in the stream. */
interface Anchor {
  readonly audioMs: number;
  readonly streamMs: number;
}

/** More than a millisecond apart is another place: the rest is rounding. */
const TOLERANCE_MS = 1;

/**
 * Tells where in the stream something was that a recognition places in its own audio. The two differ
 * when the stream has pauses, or when a recognition was opened in its middle.
 */
export class StreamTimes {
  #anchors: Anchor[] = [];
  #audioMs = 0;

  /** Audio that was written to the recognition so far. */
  get audioMs(): number {
    return this.#audioMs;
  }

  /** Tells of audio that is written. @param atMs where it begins in the stream */
  wrote(atMs: number, durationMs: number): void {
    const last = this.#anchors.at(-1);
    const expectedMs = last && last.streamMs + this.#audioMs - last.audioMs;
    if (expectedMs === undefined || Math.abs(expectedMs - atMs) > TOLERANCE_MS) {
      this.#anchors.push({ audioMs: this.#audioMs, streamMs: atMs });
    }
    this.#audioMs += durationMs;
  }

  /** @param audioMs since the recognition was opened */
  streamMs(audioMs: number): number {
    // The end of a word that ends where a pause begins belongs to what is before the pause.
    const anchor = this.#anchors.findLast((each) => each.audioMs < audioMs) ?? this.#anchors[0];
    return anchor === undefined ? 0 : Math.round(anchor.streamMs + audioMs - anchor.audioMs);
  }

  /** Forgets what is behind. */
  forgetBefore(audioMs: number): void {
    const at = this.#anchors.findLastIndex((each) => each.audioMs < audioMs);
    if (at > 0) this.#anchors = this.#anchors.slice(at);
  }

  /** For a recognition that begins anew. */
  restart(): void {
    this.#anchors = [];
    this.#audioMs = 0;
  }
}
