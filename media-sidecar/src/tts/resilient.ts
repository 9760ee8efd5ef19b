import { StreamGuard, type ResilienceOptions } from '../kernel/resilient-stream.ts';
import type { SpeechRequest, TextToSpeech } from './contract.ts';

/** Retries an adapter as long as nothing was spoken, and leaves it alone while it is down. */
export class ResilientTextToSpeech implements TextToSpeech {
  readonly name: string;
  readonly #inner: TextToSpeech;
  readonly #guard: StreamGuard;

  constructor(inner: TextToSpeech, options: Partial<ResilienceOptions> = {}) {
    this.name = inner.name;
    this.#inner = inner;
    this.#guard = new StreamGuard(inner.name, options);
  }

  synthesize(request: SpeechRequest, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#guard.stream(() => this.#inner.synthesize(request, signal), signal);
  }
}
