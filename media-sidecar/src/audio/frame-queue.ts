import { FRAME_BYTES } from './constants.ts';

/** Half a second. */
const PAGE_FRAMES = 25;
/** 1 MB: what some calls let go of while they are quiet, others take who speak. */
const MOST_SPARE_PAGES = 256;
const sparePages: Uint8Array[] = [];

/**
 * Frames in order, of which the oldest are let go. Their bytes are copied: a frame is a piece of the
 * message that it came in, and to keep it would keep that message's memory, and that of all others
 * which share it. They lie in pages that go from call to call, so that memory is neither asked for
 * nor given up while calls talk.
 */
export class FrameQueue {
  readonly #pages: Uint8Array[] = [];
  /** Frames of the first page that were let go. */
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @throws RangeError when it is not a frame of 20 ms */
  push(frame: Uint8Array): void {
    if (frame.length !== FRAME_BYTES) throw new RangeError(`a frame has ${FRAME_BYTES} bytes`);
    const at = this.#first + this.#length;
    if (at === this.#pages.length * PAGE_FRAMES) this.#pages.push(takePage());
    this.#pageOf(at).set(frame, offsetOf(at));
    this.#length += 1;
  }

  /** Lets the oldest go, until no more than `count` are left. */
  keepNewest(count: number): void {
    const excess = this.#length - Math.max(0, count);
    if (excess <= 0) return;
    this.#length -= excess;
    this.#first += excess;
    const emptyPages =
      this.#length === 0 ? this.#pages.length : Math.floor(this.#first / PAGE_FRAMES);
    for (const page of this.#pages.splice(0, emptyPages)) returnPage(page);
    this.#first = this.#length === 0 ? 0 : this.#first % PAGE_FRAMES;
  }

  clear(): void {
    this.keepNewest(0);
  }

  /** The newest frames as one piece of audio: a copy. @param count at most as many as there are */
  newest(count: number): Uint8Array {
    const audio = Buffer.allocUnsafe(count * FRAME_BYTES);
    for (let at = 0; at < count; at += 1) {
      audio.set(this.#frameAt(this.#length - count + at), at * FRAME_BYTES);
    }
    return audio;
  }

  /** Each as a copy of its own. */
  toArray(): Uint8Array[] {
    return Array.from({ length: this.#length }, (_, at) => this.#frameAt(at).slice());
  }

  /** Not a copy. @param index from the oldest on */
  #frameAt(index: number): Uint8Array {
    const at = this.#first + index;
    const offset = offsetOf(at);
    return this.#pageOf(at).subarray(offset, offset + FRAME_BYTES);
  }

  #pageOf(at: number): Uint8Array {
    return this.#pages[Math.floor(at / PAGE_FRAMES)] as Uint8Array;
  }
}

function offsetOf(at: number): number {
  return (at % PAGE_FRAMES) * FRAME_BYTES;
}

function takePage(): Uint8Array {
  return sparePages.pop() ?? new Uint8Array(PAGE_FRAMES * FRAME_BYTES);
}

function returnPage(page: Uint8Array): void {
  if (sparePages.length < MOST_SPARE_PAGES) sparePages.push(page);
}
