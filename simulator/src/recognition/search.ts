import { Alignment } from './alignment.ts';
import { AUDIBLE, HASH_BASE, WINDOW_SAMPLES } from './lexicon.ts';
import type { Anchor, Lexicon, LexiconEntry } from './lexicon.ts';

/** How far back the start of a found utterance is looked for: 4 s. A power of two. */
const HISTORY_SAMPLES = 32_768;
/** Utterances that begin alike and are followed at the same time. */
const MOST_ALIGNMENTS = 16;
const LOST_AFTER_WRONG = 80;

let outgoingFactor = 1;
for (let i = 0; i < WINDOW_SAMPLES; i++) outgoingFactor = Math.imul(outgoingFactor, HASH_BASE);

/** Remembers what was heard last and finds known utterances in it, at any offset. */
export class Search {
  readonly #lexicon: Lexicon;
  readonly #history = new Uint8Array(HISTORY_SAMPLES).fill(0xff);
  #hash = 0;
  /** Place up to which `#hash` is right; anything else means that it must be made anew. */
  #hashedUntil = -1;
  position = 0;

  constructor(lexicon: Lexicon) {
    this.#lexicon = lexicon;
  }

  /** Keeps a sample without looking it up. */
  remember(byte: number): void {
    this.#history[this.position++ & (HISTORY_SAMPLES - 1)] = byte;
  }

  /**
   * Keeps a sample and tells what could be heard up to and with it.
   * @param earliest place in the stream before which everything has been told already
   */
  look(byte: number, earliest: number): Alignment[] | undefined {
    const rolled = this.#hashedUntil === this.position;
    const outgoing = this.#at(this.position - WINDOW_SAMPLES);
    this.remember(byte);
    if (rolled) {
      this.#hash = Math.imul(this.#hash, HASH_BASE) + byte - Math.imul(outgoing, outgoingFactor);
      this.#hash |= 0;
    } else {
      let hash = 0;
      for (let i = this.position - WINDOW_SAMPLES; i < this.position; i++) {
        hash = (Math.imul(hash, HASH_BASE) + this.#at(i)) | 0;
      }
      this.#hash = hash;
    }
    this.#hashedUntil = this.position;
    const anchors = this.#lexicon.anchorsAt(this.#hash);
    return anchors && this.#follow(anchors, earliest);
  }

  #at(position: number): number {
    return this.#history[position & (HISTORY_SAMPLES - 1)]!;
  }

  #follow(anchors: readonly Anchor[], earliest: number): Alignment[] | undefined {
    const windowStart = this.position - WINDOW_SAMPLES;
    if (windowStart < earliest) return undefined;
    const found: Alignment[] = [];
    for (const { entry, position } of anchors) {
      if (!this.#windowIs(entry, position)) continue;
      const start = this.#walkBack(entry, position, windowStart, earliest);
      const alignment = new Alignment(entry, position - (windowStart - start), start);
      for (let i = start; i < this.position && !alignment.lost; i++) alignment.accept(this.#at(i));
      if (!alignment.lost) found.push(alignment);
    }
    found.sort((a, b) => b.matched - a.matched);
    return found.length > 0 ? found.slice(0, MOST_ALIGNMENTS) : undefined;
  }

  #windowIs(entry: LexiconEntry, position: number): boolean {
    const windowStart = this.position - WINDOW_SAMPLES;
    for (let i = 0; i < WINDOW_SAMPLES; i++) {
      if (entry.mulaw[position + i] !== this.#at(windowStart + i)) return false;
    }
    return true;
  }

  /** Place in the stream from which the audio agrees with the utterance. */
  #walkBack(entry: LexiconEntry, position: number, place: number, earliest: number): number {
    const limit = Math.max(earliest, this.position - HISTORY_SAMPLES, place - position, 0);
    let agreed = place;
    let wrong = 0;
    for (let i = place - 1; i >= limit && wrong < LOST_AFTER_WRONG; i--) {
      const expected = entry.mulaw[position - (place - i)]!;
      const heard = this.#at(i);
      if (expected === heard) {
        if (AUDIBLE[expected] === 1) agreed = i;
      } else if (AUDIBLE[expected] === 1 || AUDIBLE[heard] === 1) {
        wrong++;
      }
    }
    return agreed;
  }
}
