import type {
  RecognitionStream,
  RecognizedSpeech,
  Recognizer,
} from '../../recognition/contract.ts';

type Word = RecognizedSpeech['words'][number];

export interface Ears {
  feed(mulaw: Uint8Array): void;
  /** Words that begin in this stretch of the session's audio. */
  between(fromMs: number, toMs: number): string;
  /** Nobody asks for what was before this any more. */
  forgetBefore(ms: number): void;
}

/** Hears that somebody speaks, and always the same: it costs nothing. */
export const deafEars: Ears = {
  feed: () => undefined,
  between: () => 'audio',
  forgetBefore: () => undefined,
};

/** The words in what a session has received, by their place in it. */
export class Hearing implements Ears {
  readonly #stream: RecognitionStream;
  readonly #baseMs: number;
  #settled: Word[] = [];
  #current: readonly Word[] = [];

  /** @param baseMs where in the session's audio this begins */
  constructor(recognizer: Recognizer, baseMs: number) {
    this.#baseMs = baseMs;
    this.#stream = recognizer.listen({
      interim: ({ words }) => (this.#current = words),
      final: ({ words }) => {
        this.#settled.push(...words);
        this.#current = [];
      },
    });
  }

  feed(mulaw: Uint8Array): void {
    this.#stream.feed(mulaw);
  }

  between(fromMs: number, toMs: number): string {
    return [...this.#settled, ...this.#current]
      .filter(({ startMs }) => {
        const at = startMs + this.#baseMs;
        return at >= fromMs && at < toMs;
      })
      .map(({ word }) => word)
      .join(' ');
  }

  forgetBefore(ms: number): void {
    this.#settled = this.#settled.filter(({ startMs }) => startMs + this.#baseMs >= ms);
  }
}
