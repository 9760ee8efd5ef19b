import { BYTES_PER_MS } from './agent-audio.ts';

interface Segment {
  readonly item: number;
  /** Counted over everything that was ever pushed and not cleared. */
  readonly startByte: number;
  endByte: number;
}

/**
 * What a telephone truly plays: 8 bytes each millisecond, without a gap while there are any, beginning
 * at the moment at which audio meets an empty buffer. Time is an argument, in ms of one clock.
 */
export class Playout {
  readonly #marks: { readonly name: string; readonly atByte: number }[] = [];
  readonly #heard = new Map<number, number>();
  #segments: Segment[] = [];
  #pushedBytes = 0;
  /** Audio that plays without a gap: where it began, and when. */
  #runByte = 0;
  #runMs = Number.POSITIVE_INFINITY;

  /** @returns when the first of these bytes is heard */
  push(item: number, bytes: number, nowMs: number): number {
    if (this.isDry(nowMs)) {
      this.#runByte = this.#pushedBytes;
      this.#runMs = nowMs;
    }
    const startByte = this.#pushedBytes;
    this.#pushedBytes += bytes;
    const last = this.#segments.at(-1);
    if (last?.item === item) last.endByte += bytes;
    else this.#segments.push({ item, startByte, endByte: this.#pushedBytes });
    return this.#runMs + (startByte - this.#runByte) / BYTES_PER_MS;
  }

  /** A mark behind everything that was pushed. It is due at once when all of it has been heard. */
  mark(name: string): void {
    this.#marks.push({ name, atByte: this.#pushedBytes });
  }

  /** Marks that playback has reached, once. */
  takeDueMarks(nowMs: number): string[] {
    const playedByte = this.#playedByte(nowMs);
    let due = 0;
    while (due < this.#marks.length && (this.#marks[due]?.atByte ?? 0) <= playedByte) due += 1;
    return due === 0 ? [] : this.#marks.splice(0, due).map(({ name }) => name);
  }

  /** Forgets what was not heard yet. @returns the marks that were pending */
  clear(nowMs: number): string[] {
    this.#settle(nowMs);
    this.#pushedBytes = this.#playedByte(nowMs);
    this.#segments = [];
    return this.#marks.splice(0).map(({ name }) => name);
  }

  isDry(nowMs: number): boolean {
    return this.#playedByte(nowMs) >= this.#pushedBytes;
  }

  /** How much of each item was heard, in bytes. */
  heard(nowMs: number): ReadonlyMap<number, number> {
    this.#settle(nowMs);
    return this.#heard;
  }

  /** Books what was played, and lets it go. */
  #settle(nowMs: number): void {
    const playedByte = this.#playedByte(nowMs);
    const rest: Segment[] = [];
    for (const segment of this.#segments) {
      const end = Math.min(segment.endByte, playedByte);
      const bytes = Math.max(0, end - segment.startByte);
      if (bytes > 0) {
        this.#heard.set(segment.item, (this.#heard.get(segment.item) ?? 0) + bytes);
      }
      if (end < segment.endByte) {
        rest.push({ ...segment, startByte: Math.max(segment.startByte, playedByte) });
      }
    }
    this.#segments = rest;
  }

  #playedByte(nowMs: number): number {
    const playingMs = Math.max(0, nowMs - this.#runMs);
    return Math.min(this.#pushedBytes, this.#runByte + Math.floor(playingMs * BYTES_PER_MS));
  }
}
