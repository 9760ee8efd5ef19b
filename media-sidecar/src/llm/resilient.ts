import { StreamGuard, type ResilienceOptions } from '../kernel/resilient-stream.ts';
import type { LanguageModel, LlmEvent, LlmRequest } from './contract.ts';

/** Retries a model as long as nothing was answered, and leaves it alone while it is down. */
export class ResilientLanguageModel implements LanguageModel {
  readonly name: string;
  readonly #inner: LanguageModel;
  readonly #guard: StreamGuard;

  constructor(inner: LanguageModel, options: Partial<ResilienceOptions> = {}) {
    this.name = inner.name;
    this.#inner = inner;
    this.#guard = new StreamGuard(inner.name, options);
  }

  generate(request: LlmRequest, signal: AbortSignal): AsyncIterable<LlmEvent> {
    return this.#guard.stream(() => this.#inner.generate(request, signal), signal);
  }
}
