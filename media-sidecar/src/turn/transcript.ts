import { normalizedWord, normalizedWords } from './words.ts';

export interface SplitTranscript {
  /** The part that stands for words which were dealt with before, in its present wording. */
  readonly matched: string;
  /** What is new. */
  readonly fresh: string;
}

/** A prefix with more wrong words than this share is not the same utterance any more. */
const MAX_CHANGED_SHARE = 0.6;

/**
 * A recogniser goes on with its utterance when we have already answered the beginning of it, and
 * may word that beginning anew. Finds where it ends: the cut with the smallest word distance.
 */
export function splitConsumed(consumed: string, text: string): SplitTranscript {
  const old = normalizedWords(consumed);
  if (old.length === 0) return { matched: '', fresh: text.trim() };
  const tokens = text.trim().split(/\s+/).filter(Boolean);
  const words = tokens.map(normalizedWord);

  // Last row of the edit distance table: distance of `old` to each prefix of `words`.
  let row = Array.from({ length: words.length + 1 }, (_, index) => index);
  for (let i = 1; i <= old.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= words.length; j += 1) {
      const change = old[i - 1] === words[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change));
    }
    row = next;
  }
  let cut = 0;
  for (let j = 0; j <= words.length; j += 1) {
    const gain = (row[cut] ?? 0) - (row[j] ?? 0);
    const closer = Math.abs(j - old.length) < Math.abs(cut - old.length);
    if (gain > 0 || (gain === 0 && closer)) cut = j;
  }
  if ((row[cut] ?? 0) > old.length * MAX_CHANGED_SHARE) return { matched: '', fresh: text.trim() };
  return { matched: tokens.slice(0, cut).join(' '), fresh: tokens.slice(cut).join(' ') };
}
