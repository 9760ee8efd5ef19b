/** Voice shorter than this is a click, in ms. */
const SHORTEST_MS = 40;

/** Finds turns by loudness. Time is counted in the audio that was heard. */
export class TurnDetector {
  positionMs = 0;
  #loudMs = 0;
  #quietMs = 0;
  #speaking = false;
  #startedMs = 0;

  hear(durationMs: number, loud: boolean, silenceMs: number): 'started' | 'stopped' | undefined {
    this.positionMs += durationMs;
    this.#loudMs = loud ? this.#loudMs + durationMs : 0;
    this.#quietMs = loud ? 0 : this.#quietMs + durationMs;
    if (!this.#speaking && this.#loudMs >= SHORTEST_MS) {
      this.#speaking = true;
      this.#startedMs = this.positionMs - this.#loudMs;
      return 'started';
    }
    if (this.#speaking && this.#quietMs >= silenceMs) {
      this.#speaking = false;
      return 'stopped';
    }
    return undefined;
  }

  /** How long the latest turn was loud, from its first sound to its last, in ms. */
  get spokenMs(): number {
    return this.positionMs - this.#quietMs - this.#startedMs;
  }
}
