import type { SttListener, Transcript } from '../contract.ts';
import type { RecognitionResult } from './recognition.ts';

/** A result with its place in the whole stream. */
export type PlacedResult = RecognitionResult & { readonly endMs: number };

/** So much earlier an interim of a new recognition may end and still count as caught up. */
const CAUGHT_UP_MARGIN_MS = 200;

/**
 * Tells the listener one utterance after the other, whatever recognition it comes from. Google
 * splits an interim into a stable beginning and a shaky rest: they are told as one.
 */
export class UtteranceReporter {
  readonly #listener: Pick<SttListener, 'onInterim' | 'onFinal'>;
  /** End of the audio that the last interim covered; undefined between utterances. */
  #interimEndMs: number | undefined;
  #catchingUp = false;

  constructor(listener: Pick<SttListener, 'onInterim' | 'onFinal'>) {
    this.#listener = listener;
  }

  /** Words were told that no final has confirmed. */
  get isOpen(): boolean {
    return this.#interimEndMs !== undefined;
  }

  /**
   * A new recognition hears the utterance again from its beginning: interims that are behind what
   * was told already are kept back, so that the words do not seem to shrink.
   */
  restart(): void {
    this.#catchingUp = this.isOpen;
  }

  /** Where the last final of these results ends, if there is one. Stops when `isClosed` says so. */
  report(results: readonly PlacedResult[], isClosed: () => boolean): number | undefined {
    let finalEndMs: number | undefined;
    for (const result of results) {
      if (!result.isFinal || isClosed()) continue;
      finalEndMs = Math.max(finalEndMs ?? 0, result.endMs);
      this.#interimEndMs = undefined;
      this.#catchingUp = false;
      if (result.text !== '') this.#listener.onFinal(transcript(result, result.text, 1));
    }
    const interims = results.filter((result) => !result.isFinal && result.text !== '');
    if (interims.length > 0 && !isClosed()) this.#reportInterim(interims);
    return finalEndMs;
  }

  #reportInterim(parts: readonly PlacedResult[]): void {
    const endMs = Math.max(...parts.map((part) => part.endMs));
    const first = parts[0];
    if (!first) return;
    if (this.#catchingUp && endMs < (this.#interimEndMs ?? 0) - CAUGHT_UP_MARGIN_MS) return;
    this.#catchingUp = false;
    this.#interimEndMs = endMs;
    const text = parts.map((part) => part.text).join(' ');
    const stability = Math.min(...parts.map((part) => part.stability));
    this.#listener.onInterim(transcript({ ...first, endMs }, text, stability));
  }
}

function transcript(result: PlacedResult, text: string, stability: number): Transcript {
  return {
    text,
    stability,
    endMs: Math.round(result.endMs),
    ...(result.confidence === undefined ? {} : { confidence: result.confidence }),
    ...(result.languageCode === undefined ? {} : { languageCode: result.languageCode }),
  };
}
