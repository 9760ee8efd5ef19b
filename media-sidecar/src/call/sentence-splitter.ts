import { placeToCut } from '../kernel/cut-long.ts';

/** A first clause this long is worth speaking before its sentence is complete. */
const MIN_FIRST_CLAUSE = 24;
/** Shorter sentences after the first are spoken together with the next. */
const MIN_SENTENCE = 16;

/** A full stop behind these never ends a sentence. */
const ABBREVIATIONS = new Set(
  `sr sra srta sres dr dra lic ing arq prof av avda pje depto dpto of no nº núm num tel ext pág pag art
   ud uds vd vds st mr mrs ms jr aprox máx mín gral cía`.split(/\s+/),
);
/** A full stop behind these ends a sentence when a new one follows. */
const MAYBE_LAST = new Set(['etc', 'am', 'pm', 'a.m', 'p.m', 'ee.uu', 's.a', 'ltda', 'hrs', 'h']);

/**
 * Cuts a stream of text into sentences that can be spoken by themselves. A sentence is handed out
 * as soon as what follows shows that it is complete.
 */
export class SentenceSplitter {
  #rest = '';
  #first = true;

  push(text: string): string[] {
    this.#rest += text;
    const sentences: string[] = [];
    for (;;) {
      const cut = this.#nextCut();
      if (cut === undefined) return sentences;
      this.#take(cut, sentences);
    }
  }

  /** What is left at the end of the text. */
  flush(): string[] {
    const sentences: string[] = [];
    this.#take(this.#rest.length, sentences);
    return sentences;
  }

  #take(length: number, into: string[]): void {
    const sentence = this.#rest.slice(0, length).trim();
    this.#rest = this.#rest.slice(length);
    if (!/[\p{L}\p{N}]/u.test(sentence)) return;
    into.push(sentence);
    this.#first = false;
  }

  #nextCut(): number | undefined {
    const text = this.#rest;
    const minimum = this.#first ? 1 : MIN_SENTENCE;
    for (let at = 0; at < text.length; at += 1) {
      const char = text.charAt(at);
      if (char === '\n' && text.slice(0, at).trim()) return at + 1;
      if ('.!?…'.includes(char)) {
        const end = endOfMarks(text, at);
        // Without the next character nobody knows whether "10." goes on with "30".
        if (end + 1 >= text.length) break;
        if (isSentenceEnd(text, at, end) && text.slice(0, end).trim().length >= minimum) {
          return placeToCut(text.slice(0, end)) ?? end;
        }
        at = end - 1;
      } else if (this.#first && isClauseEnd(text, at)) {
        return at + 1;
      }
    }
    return placeToCut(text);
  }
}

/** Behind a run of marks and the quotes and brackets that close with them. */
function endOfMarks(text: string, at: number): number {
  let end = at;
  while (end < text.length && '.!?…"\'”’»)]*_'.includes(text.charAt(end))) end += 1;
  return end;
}

function isSentenceEnd(text: string, at: number, end: number): boolean {
  if (!/\s/.test(text.charAt(end))) return false;
  if (text.charAt(at) !== '.' || end > at + 1) return !endsMaybeLast(text, at, end);
  const word = /[\p{L}\p{N}.º]*$/u.exec(text.slice(0, at))?.[0].toLowerCase() ?? '';
  if (ABBREVIATIONS.has(word)) return false;
  // "J. Pérez", and the number of a list's line: "1. Primero".
  if (/^\p{L}$/u.test(word) && /\p{Lu}/u.test(text.charAt(at - 1))) return false;
  if (/^\d{1,2}$/.test(word) && /(?:^|\n)\s*\d{1,2}$/.test(text.slice(0, at))) return false;
  return !endsMaybeLast(text, at, end);
}

function endsMaybeLast(text: string, at: number, end: number): boolean {
  if (text.charAt(at) !== '.') return false;
  const word = /[\p{L}.]*$/u.exec(text.slice(0, at))?.[0].toLowerCase() ?? '';
  return MAYBE_LAST.has(word) && !/^\s+[\p{Lu}¿¡]/u.test(text.slice(end));
}

/** A comma or colon far enough in, outside of a question and of a number. */
function isClauseEnd(text: string, at: number): boolean {
  if (!',;:'.includes(text.charAt(at)) || at + 1 < MIN_FIRST_CLAUSE) return false;
  if (!/\s/.test(text.charAt(at + 1))) return false;
  const clause = text.slice(0, at);
  return clause.lastIndexOf('¿') <= clause.lastIndexOf('?');
}
