/** How the model of a round speaks. */
export interface ModelOptions {
  /** Length of each piece of audio, in ms. */
  readonly deltaMs: number;
  /** Audio that is made in each second, in seconds; Infinity: all of it at once. */
  readonly speed: number;
  /** Length of a session's first answer, in ms. */
  readonly greetingMs: number;
  /** Length of every later answer, in ms. */
  readonly answerMs: number;
  /** Between the end of a turn and the first audio, in ms. */
  readonly thinkingMs: number;
}
