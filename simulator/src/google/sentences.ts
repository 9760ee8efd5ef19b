/** A sentence that is over: its end mark, and white space behind it. */
const WHOLE_SENTENCE = /^[\s\S]*?[.?!…]+["”»)]*\s+/u;
/** Marks after which no sentence ends. */
const ABBREVIATION = /(?:^|\s)(?:Sr|Sra|Srta|Dr|Dra|Ud|Uds|Av|Avda|Mr|Mrs|St|No|Nro|p|ej)\.\s+$/iu;

/** Cuts streamed text into sentences: whole ones are spoken at once, the rest waits for more. */
export class SentenceSplitter {
  #rest = '';

  push(text: string): string[] {
    this.#rest += text;
    const sentences: string[] = [];
    let from = 0;
    for (;;) {
      const match = WHOLE_SENTENCE.exec(this.#rest.slice(from));
      if (!match) break;
      from += match[0].length;
      const candidate = this.#rest.slice(0, from);
      if (ABBREVIATION.test(candidate)) continue;
      sentences.push(candidate.trim());
      this.#rest = this.#rest.slice(from);
      from = 0;
    }
    // The end of a message counts as white space: the mark was meant.
    if (/[.?!…]["”»)]*\s*$/u.test(this.#rest) && !ABBREVIATION.test(`${this.#rest} `)) {
      sentences.push(...this.flush());
    }
    return sentences;
  }

  flush(): string[] {
    const rest = this.#rest.trim();
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}
