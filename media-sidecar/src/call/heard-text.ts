/** Audio that may be missing at the end of a sentence that was nevertheless heard, in ms. */
const END_TOLERANCE_MS = 60;

export interface HeardText {
  /** Whole words that were heard. */
  readonly text: string;
  /** Where in the audio the first word begins that was not heard to its end, in ms. */
  readonly cutMs: number;
}

/**
 * What of a sentence was heard, in words. Speech is taken to run evenly over the characters, which
 * is good to about a word; a word that was cut counts as not heard.
 */
export function heardText(text: string, heardMs: number, audioMs: number): HeardText {
  if (audioMs <= 0 || heardMs <= 0) return { text: '', cutMs: 0 };
  if (heardMs >= audioMs - END_TOLERANCE_MS) return { text, cutMs: audioMs };
  const heardLength = (text.length * heardMs) / audioMs;
  let cut = 0;
  for (const word of text.matchAll(/\S+/g)) {
    const end = word.index + word[0].length;
    if (end > heardLength) break;
    cut = end;
  }
  const nextWord = cut + (/^\s*/.exec(text.slice(cut))?.[0].length ?? 0);
  return { text: text.slice(0, cut), cutMs: cut === 0 ? 0 : (audioMs * nextWord) / text.length };
}
