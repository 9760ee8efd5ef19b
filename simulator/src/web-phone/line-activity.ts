import { BYTES_PER_MS, levelOf, SPEECH_LEVEL } from '../telephone-network/line-audio.ts';

/** Where on a line somebody speaks, found from the level of its frames. */
export interface LineActivityOptions {
  /**
   * Level from which a frame counts as voice, RMS on the 16-bit scale. Line noise stays below it.
   * @defaultValue 200
   */
  readonly threshold: number;
  /** Voice shorter than this is a click. Ms. @defaultValue 40 */
  readonly minVoiceMs: number;
  /** Silence after which speech has stopped; a pause between words is shorter. Ms. @defaultValue 400 */
  readonly pauseMs: number;
}

export const defaultLineActivity = {
  threshold: SPEECH_LEVEL,
  minVoiceMs: 40,
  pauseMs: 400,
} as const satisfies LineActivityOptions;

export type ActivityChange =
  | { readonly type: 'voice-started'; readonly atMs: number }
  /** `atMs` is the end of the last voiced frame: `pauseMs` before this is known. */
  | { readonly type: 'voice-stopped'; readonly atMs: number };

/** Counts time in the audio that it was given. */
export class LineActivity {
  readonly #options: LineActivityOptions;
  #positionBytes = 0;
  #candidateSinceMs: number | undefined;
  #lastVoicedMs = 0;
  #speaking = false;

  constructor(options: LineActivityOptions = defaultLineActivity) {
    this.#options = options;
  }

  /** Ms of audio so far. */
  get positionMs(): number {
    return this.#positionBytes / BYTES_PER_MS;
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /** @param mulaw one frame */
  frame(mulaw: Uint8Array): ActivityChange | undefined {
    const startMs = this.positionMs;
    this.#positionBytes += mulaw.length;
    const endMs = this.positionMs;
    if (levelOf(mulaw) >= this.#options.threshold) {
      this.#lastVoicedMs = endMs;
      this.#candidateSinceMs ??= startMs;
      if (this.#speaking || endMs - this.#candidateSinceMs < this.#options.minVoiceMs) return;
      this.#speaking = true;
      return { type: 'voice-started', atMs: this.#candidateSinceMs };
    }
    if (!this.#speaking) {
      this.#candidateSinceMs = undefined;
      return;
    }
    if (endMs - this.#lastVoicedMs < this.#options.pauseMs) return;
    return this.stop();
  }

  /** The line is cut: whoever spoke has stopped. */
  stop(): ActivityChange | undefined {
    this.#candidateSinceMs = undefined;
    if (!this.#speaking) return undefined;
    this.#speaking = false;
    return { type: 'voice-stopped', atMs: this.#lastVoicedMs };
  }
}
