export interface CallerWords {
  readonly text: string;
  /** What they take to say, in ms. */
  readonly spokenMs: number;
}

/**
 * As long as espeak-ng's voice `es-419`, a caller's in the simulator, takes for them (2108 and 1525 ms,
 * about 15 characters a second), in whole frames of 20 ms.
 */
export const QUESTION: CallerWords = {
  text: 'Quisiera saber el horario de atención.',
  spokenMs: 2100,
};
export const INTERRUPTION: CallerWords = { text: 'Perdón, una pregunta.', spokenMs: 1520 };

/** The caller's audio holds no words: their length tells which they were. */
export function wordsOfLength(spokenMs: number): CallerWords {
  const offMs = (words: CallerWords) => Math.abs(words.spokenMs - spokenMs);
  return offMs(INTERRUPTION) < offMs(QUESTION) ? INTERRUPTION : QUESTION;
}
