import { RecentMap } from '../recent-map.ts';

/** Speech of about this pace is assumed until the call's own is known, in ms a character. */
const FIRST_MS_PER_CHARACTER = 60;
/** Weight of the newest response in the pace that is learnt. */
const LEARNING_RATE = 0.5;
/** A shorter one tells more about its pauses than about the pace. */
const MIN_CHARACTERS = 20;
/** What speech cannot be: a response of which words or an end were missed, in ms a character. */
const PLAUSIBLE = { min: 25, max: 200 } as const;

/**
 * How long words take in the voice of a call. Over SIP the provider tells the words as they are made,
 * and when a response was heard to its end, but no audio; this is what connects them.
 */
export class SpeechPace {
  readonly #characters = new RecentMap<number>();
  #msPerCharacter: number;

  /** @param speed of the voice; 1 is its natural one */
  constructor(speed = 1) {
    this.#msPerCharacter = FIRST_MS_PER_CHARACTER / speed;
  }

  /** @returns how long the words take, in ms */
  words(responseId: string, text: string): number {
    const characters = (this.#characters.get(responseId) ?? 0) + text.length;
    this.#characters.set(responseId, characters);
    return text.length * this.#msPerCharacter;
  }

  /** A response was heard whole. @param heardMs how long that took */
  played(responseId: string, heardMs: number): void {
    const characters = this.#characters.get(responseId) ?? 0;
    this.#characters.delete(responseId);
    if (characters < MIN_CHARACTERS) return;
    const msPerCharacter = heardMs / characters;
    if (msPerCharacter < PLAUSIBLE.min || msPerCharacter > PLAUSIBLE.max) return;
    this.#msPerCharacter += LEARNING_RATE * (msPerCharacter - this.#msPerCharacter);
  }

  /** Nothing is to be learnt from it: it was cut. */
  cut(responseId: string): void {
    this.#characters.delete(responseId);
  }

  /** Some words of what is being said may be missed. */
  missed(): void {
    this.#characters.clear();
  }
}
