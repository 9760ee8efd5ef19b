export interface CallerScriptOptions {
  /** Every how many-th answer is interrupted: 1 each, 2 every other; never the first, a greeting. */
  readonly interruptEvery: number;
  /** An interruption begins so far into what is heard of an answer, in ms. */
  readonly interruptFromMs: number;
  readonly interruptToMs: number;
  /** Length of an answer that nobody interrupts, in ms. */
  readonly answerMs: number;
}

const SPEECH_MS = 600;
/** Nobody has said anything for so long: the caller asks again. */
const PATIENCE_MS = 8000;
const FIRST_WORDS_MS = 1500;
/** Between the end of an answer and the caller's next words. */
const PAUSE_MS = 400;

/** When a caller speaks. Time is an argument, in ms of one clock. */
export class CallerScript {
  readonly #options: CallerScriptOptions;
  readonly #random: () => number;
  #speakFromMs: number;
  #answers = 0;

  constructor(options: CallerScriptOptions, random: () => number, nowMs: number) {
    this.#options = options;
    this.#random = random;
    this.#speakFromMs = nowMs + FIRST_WORDS_MS * (1 + random());
  }

  /** The first sound of an answer is heard at that time. */
  answerBegins(atMs: number): void {
    const { interruptEvery, interruptFromMs, interruptToMs, answerMs } = this.#options;
    this.#answers += 1;
    const range = interruptToMs - interruptFromMs;
    this.#speakFromMs =
      this.#answers > 1 && this.#answers % interruptEvery === 0
        ? atMs + interruptFromMs + range * this.#random()
        : atMs + answerMs + PAUSE_MS;
  }

  isSpeaking(nowMs: number): boolean {
    if (nowMs > this.#speakFromMs + SPEECH_MS + PATIENCE_MS) this.#speakFromMs = nowMs;
    return nowMs >= this.#speakFromMs && nowMs < this.#speakFromMs + SPEECH_MS;
  }
}
