import { FRAME_MS } from './line-audio.ts';

/** Something that lives in steps of 20 ms. */
export interface Ticking {
  tick(): void;
}

/** The beat of the network. */
export interface Beat {
  add(member: Ticking): void;
  delete(member: Ticking): void;
}

/** More than this is not made up for: a process that slept does not shout half a minute of audio. */
const MAX_CATCH_UP_TICKS = 50;

/**
 * One timer for all calls of a process. It aims each wake-up at the moment the next frame is due by
 * the clock, so that a late wake-up does not push back all that follow.
 */
export class Ticker implements Beat {
  /** Frames of time that were given up because the process was stopped for over a second. */
  skippedTicks = 0;
  readonly #members = new Set<Ticking>();
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #startedAtMs = 0;
  #ticks = 0;
  #closed = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get size(): number {
    return this.#members.size;
  }

  add(member: Ticking): void {
    if (this.#closed) throw new Error('the ticker is closed');
    this.#members.add(member);
    if (this.#timer !== undefined) return;
    this.#startedAtMs = performance.now();
    this.#ticks = 0;
    this.#schedule();
  }

  delete(member: Ticking): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#members.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    const dueAtMs = this.#startedAtMs + (this.#ticks + 1) * FRAME_MS;
    this.#timer = setTimeout(this.#wake, Math.max(0, dueAtMs - performance.now()));
  }

  readonly #wake = (): void => {
    let due = Math.floor((performance.now() - this.#startedAtMs) / FRAME_MS) - this.#ticks;
    if (due > MAX_CATCH_UP_TICKS) {
      const skipped = due - MAX_CATCH_UP_TICKS;
      this.skippedTicks += skipped;
      this.#ticks += skipped;
      due = MAX_CATCH_UP_TICKS;
    }
    for (; due > 0; due--) {
      this.#ticks++;
      for (const member of this.#members) {
        try {
          member.tick();
        } catch (error) {
          this.#onError(error);
        }
      }
    }
    if (this.#members.size > 0) this.#schedule();
    else this.#timer = undefined;
  };
}
