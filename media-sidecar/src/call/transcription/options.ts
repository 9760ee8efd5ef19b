export interface TranscriptionOptions {
  /**
   * A track whose audio pauses for so long gets silence instead: an utterance ends with a pause that
   * recognition has to hear.
   * @defaultValue 300 ms
   */
  readonly pauseMs: number;
  /**
   * So much silence at most, in each pause.
   * @defaultValue 3000 ms
   */
  readonly maxSilenceMs: number;
  /**
   * Before the first try to open a recognition again, doubling.
   * @defaultValue 1000 ms
   */
  readonly firstRetryMs: number;
  /** @defaultValue 15000 ms */
  readonly maxRetryMs: number;
  /**
   * A recognition that stays away for so long makes the transcription fail.
   * @defaultValue 120000 ms
   */
  readonly maxOutageMs: number;
  /**
   * Audio that is kept for a recognition that is opened again.
   * @defaultValue 30000 ms
   */
  readonly maxHeldMs: number;
  /**
   * How long the last words may take after the end of the stream.
   * @defaultValue 4000 ms
   */
  readonly lastWordsMs: number;
}

export const defaultTranscriptionOptions = {
  pauseMs: 300,
  maxSilenceMs: 3000,
  firstRetryMs: 1000,
  maxRetryMs: 15_000,
  maxOutageMs: 120_000,
  maxHeldMs: 30_000,
  lastWordsMs: 4000,
} as const satisfies TranscriptionOptions;
