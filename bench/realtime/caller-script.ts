import { INTERRUPTION, QUESTION, type CallerWords } from './caller-words.ts';

export interface CallerScriptOptions {
  /** Every how many-th answer is interrupted: 1 each, 2 every other; never the first, a greeting. */
  readonly interruptEvery: number;
  /** An interruption begins so far into what is heard of an answer, in ms. */
  readonly interruptFromMs: number;
  readonly interruptToMs: number;
  /** Length of the first answer, in ms. */
  readonly greetingMs: number;
  /** Length of a later answer that nobody interrupts, in ms. */
  readonly answerMs: number;
  /** Between the end of an answer and the caller's next words, in ms. */
  readonly pauseMs: number;
}

/** Nobody has said anything for so long: the caller asks again. */
const PATIENCE_MS = 8000;
const FIRST_WORDS_MS = 1500;

/** When a caller speaks. Time is an argument, in ms of one clock. */
export class CallerScript {
  readonly #options: CallerScriptOptions;
  readonly #random: () => number;
  #words: CallerWords = QUESTION;
  #speakFromMs: number;
  #answers = 0;

  constructor(options: CallerScriptOptions, random: () => number, nowMs: number) {
    this.#options = options;
    this.#random = random;
    this.#speakFromMs = nowMs + FIRST_WORDS_MS * (1 + random());
  }

  /** The first sound of an answer is heard at that time. Who was speaking falls silent. */
  answerBegins(atMs: number): void {
    const { interruptEvery, interruptFromMs, interruptToMs } = this.#options;
    this.#answers += 1;
    if (this.#answers > 1 && this.#answers % interruptEvery === 0) {
      const range = interruptToMs - interruptFromMs;
      this.#plan(INTERRUPTION, atMs + interruptFromMs + range * this.#random());
    } else this.#plan(QUESTION, atMs + this.#answerMs + this.#options.pauseMs);
  }

  isSpeaking(nowMs: number): boolean {
    if (nowMs > this.#speakUntilMs + PATIENCE_MS) this.#plan(QUESTION, nowMs);
    return nowMs >= this.#speakFromMs && nowMs < this.#speakUntilMs;
  }

  #plan(words: CallerWords, fromMs: number): void {
    this.#words = words;
    this.#speakFromMs = fromMs;
  }

  get #speakUntilMs(): number {
    return this.#speakFromMs + this.#words.spokenMs;
  }

  get #answerMs(): number {
    return this.#answers === 1 ? this.#options.greetingMs : this.#options.answerMs;
  }
}
