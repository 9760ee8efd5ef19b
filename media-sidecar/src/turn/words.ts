/** Words as they are compared: lower case, without accents and punctuation. */
export function normalizedWords(text: string): string[] {
  const words: string[] = [];
  for (const token of text.split(/\s+/)) {
    const word = normalizedWord(token);
    if (word) words.push(word);
  }
  return words;
}

export function normalizedWord(token: string): string {
  return token
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** Joins two stretches of a transcript. */
export function joined(first: string, second: string): string {
  const a = first.trim();
  const b = second.trim();
  return a && b ? `${a} ${b}` : a || b;
}

export type Lexicon = 'es' | 'en';

/** The word lists that serve a BCP-47 language; Spanish where there are none. */
export function lexiconOf(language: string): Lexicon {
  return language.toLowerCase().startsWith('en') ? 'en' : 'es';
}

export const setOf = (words: string): ReadonlySet<string> =>
  new Set(words.split(/\s+/).filter(Boolean));
