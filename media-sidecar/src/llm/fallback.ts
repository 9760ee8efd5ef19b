import { noMetrics, type Metrics } from '../kernel/metrics.ts';
import { firstThatAnswers } from '../kernel/resilient-stream.ts';
import type { LanguageModel, LlmEvent, LlmRequest } from './contract.ts';

/** Asks the next model when one fails before it has answered anything. */
export class FallbackLanguageModel implements LanguageModel {
  readonly name = 'fallback-llm';
  readonly #models: readonly LanguageModel[];
  readonly #metrics: Metrics;

  /** @throws RangeError without models */
  constructor(models: readonly LanguageModel[], metrics: Metrics = noMetrics) {
    if (models.length === 0) throw new RangeError('a fallback needs at least one model');
    this.#models = models;
    this.#metrics = metrics;
  }

  generate(request: LlmRequest, signal: AbortSignal): AsyncIterable<LlmEvent> {
    return firstThatAnswers(
      this.#models.map((model) => () => model.generate(request, signal)),
      signal,
      (_error, next) =>
        this.#metrics.count('provider_fallbacks', {
          capability: 'llm',
          to: this.#models[next]?.name ?? '',
        }),
    );
  }
}
