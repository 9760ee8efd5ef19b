import { AUDIBLE } from './lexicon.ts';
import type { LexiconEntry, LexiconWord } from './lexicon.ts';

/** A word counts as heard when this share of its audible samples arrived … */
const WORD_SHARE = 0.9;
/** … and not more than this many of them are missing or wrong: 10 ms, half a frame. */
const WORD_MISSING_SAMPLES = 80;
/** Wrong samples beyond which the audio has left the alignment, less what matched in between. */
const LOST_AFTER_WRONG = 80;
const WRONG_WEIGHT = 4;

export interface FoundWord {
  readonly word: string;
  /** Samples since the stream began. */
  readonly start: number;
  readonly end: number;
  readonly matched: number;
  readonly wrong: number;
}

/**
 * One idea of what is being heard: "this utterance, from this place in the stream". It compares
 * byte by byte and gives up once the audio goes another way.
 */
export class Alignment {
  readonly entry: LexiconEntry;
  /** Place in the stream where the utterance begins; negative if it began before the stream. */
  readonly origin: number;
  /** Place in the stream from which the audio was compared. */
  readonly startedAt: number;
  readonly words: FoundWord[] = [];
  /** Audible samples that agreed. */
  matched = 0;
  lost = false;
  #position: number;
  #wordIndex: number;
  #wordMatched = 0;
  #trouble = 0;

  /** Begins at `position` of the utterance, which is at `streamPosition`. */
  constructor(entry: LexiconEntry, position: number, streamPosition: number) {
    this.entry = entry;
    this.origin = streamPosition - position;
    this.startedAt = streamPosition;
    this.#position = position;
    // A word that has begun before is counted too: what was not heard of it is missing.
    const index = entry.words.findIndex((word) => word.end > position);
    this.#wordIndex = index === -1 ? entry.words.length : index;
  }

  /** Everything audible has been heard or passed. */
  get complete(): boolean {
    return this.#position >= this.entry.lastAudible;
  }

  /** Compares the next sample of the stream. */
  accept(byte: number): void {
    const { mulaw } = this.entry;
    const position = this.#position++;
    const expected = position < mulaw.length ? mulaw[position]! : 0xff;
    const agrees = expected === byte;
    const counts = AUDIBLE[expected] === 1;
    if (agrees) {
      if (counts) {
        this.matched++;
        if (this.#trouble > 0) this.#trouble--;
      }
    } else if (counts || AUDIBLE[byte] === 1) {
      this.#trouble += WRONG_WEIGHT;
      if (this.#trouble > LOST_AFTER_WRONG * WRONG_WEIGHT) this.lost = true;
    }
    const word = this.entry.words[this.#wordIndex];
    if (!word || position < word.start) return;
    if (counts && agrees) this.#wordMatched++;
    if (position + 1 >= word.end) this.#endOf(word);
  }

  #endOf(word: LexiconWord): void {
    const missing = word.audible - this.#wordMatched;
    if (missing <= WORD_MISSING_SAMPLES && this.#wordMatched >= WORD_SHARE * word.audible) {
      this.words.push({
        word: word.word,
        start: Math.max(0, this.origin + word.start),
        end: this.origin + word.end,
        matched: this.#wordMatched,
        wrong: missing,
      });
    }
    this.#wordIndex++;
    this.#wordMatched = 0;
  }
}
