/**
 * Audible speech for everybody who speaks in the simulator: `<Say>`, Google's Text-to-Speech and the
 * simulated callers. The same text in the same voice makes the same samples, always.
 */
export interface Voices {
  /** @throws RangeError for an unknown voice or an empty text */
  speak(request: SpeakRequest): Promise<Utterance>;
}

export interface SpeakRequest {
  readonly text: string;
  /** espeak-ng voice, e.g. `es-419` or `es`; optionally with a variant, `es-419+f3`. */
  readonly voice: string;
  /** @defaultValue 1 */
  readonly rate?: number;
  /** Semitones above or below the voice's own, -20 to 20. @defaultValue 0 */
  readonly pitch?: number;
}

export interface Utterance {
  readonly text: string;
  readonly voice: string;
  /** 16-bit mono at 8,000 Hz: what a telephone line carries before µ-law. */
  readonly pcm8k: Int16Array;
  /** Words with their place in the audio. */
  readonly words: readonly {
    readonly word: string;
    readonly startMs: number;
    readonly endMs: number;
  }[];
  readonly durationMs: number;
}
