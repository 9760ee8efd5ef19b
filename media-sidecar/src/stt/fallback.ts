import { noMetrics, type Metrics } from '../kernel/metrics.ts';
import type { SpeechToText, SttListener, SttOptions, SttStream, Transcript } from './contract.ts';
import { HeldAudio } from './held-audio.ts';

/** The longest utterance that another adapter can take over from its beginning. */
const MAX_HELD_MS = 30_000;
/** In pieces of a frame each: that is what every adapter takes. */
const PIECE_BYTES = 160;

/**
 * Goes over to the next adapter when one gives up. The next one hears the utterance again from its
 * beginning: the audio since the last final is held.
 */
export class FallbackSpeechToText implements SpeechToText {
  readonly name = 'fallback-stt';
  readonly #adapters: readonly SpeechToText[];
  readonly #metrics: Metrics;

  /** @throws RangeError without adapters */
  constructor(adapters: readonly SpeechToText[], metrics: Metrics = noMetrics) {
    if (adapters.length === 0) throw new RangeError('a fallback needs at least one adapter');
    this.#adapters = adapters;
    this.#metrics = metrics;
  }

  open(options: SttOptions, listener: SttListener): SttStream {
    return new FallbackStream(this.#adapters, options, listener, (to) =>
      this.#metrics.count('provider_fallbacks', { capability: 'stt', to }),
    );
  }
}

class FallbackStream implements SttStream {
  readonly #adapters: readonly SpeechToText[];
  readonly #options: SttOptions;
  readonly #listener: SttListener;
  readonly #onFallback: (to: string) => void;
  readonly #held = new HeldAudio();
  #stream: SttStream | undefined;
  #closed = false;

  constructor(
    adapters: readonly SpeechToText[],
    options: SttOptions,
    listener: SttListener,
    onFallback: (to: string) => void,
  ) {
    this.#adapters = adapters;
    this.#options = options;
    this.#listener = listener;
    this.#onFallback = onFallback;
    this.#openNext(0);
  }

  write(frame: Uint8Array): void {
    if (this.#closed) return;
    this.#held.push(frame);
    this.#held.dropBefore(this.#held.endMs - MAX_HELD_MS);
    this.#stream?.write(frame);
  }

  async finish(): Promise<void> {
    await this.#stream?.finish();
    this.close();
  }

  close(): void {
    this.#closed = true;
    this.#stream?.close();
    this.#held.clear();
  }

  #openNext(index: number): void {
    const adapter = this.#adapters[index];
    if (!adapter) return;
    const baseMs = this.#held.startMs;
    const placed = (transcript: Transcript) => ({
      ...transcript,
      endMs: transcript.endMs + baseMs,
    });
    const stream = adapter.open(this.#provided(index), {
      onInterim: (transcript) => this.#listener.onInterim(placed(transcript)),
      onFinal: (transcript) => {
        const final = placed(transcript);
        this.#held.dropBefore(final.endMs);
        this.#listener.onFinal(final);
      },
      onError: (error) => {
        if (this.#closed) return;
        const next = this.#adapters[index + 1];
        if (!next) {
          this.close();
          this.#listener.onError(error);
          return;
        }
        this.#onFallback(next.name);
        this.#openNext(index + 1);
      },
    });
    this.#stream = stream;
    for (const piece of this.#held.pieces(PIECE_BYTES)) stream.write(piece);
  }

  /** A model's name means something to the first adapter only. */
  #provided(index: number): SttOptions {
    if (index === 0) return this.#options;
    const { model: _, ...others } = this.#options;
    return others;
  }
}
