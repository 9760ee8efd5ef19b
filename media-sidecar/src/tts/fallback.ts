import { noMetrics, type Metrics } from '../kernel/metrics.ts';
import { firstThatAnswers } from '../kernel/resilient-stream.ts';
import type { SpeechRequest, TextToSpeech, VoiceSettings } from './contract.ts';

export interface FallbackVoice {
  readonly adapter: TextToSpeech;
  /** The voice that stands in for another one; the same voice when absent. */
  readonly voice?: (wanted: VoiceSettings) => VoiceSettings;
}

/** Asks the next adapter when one fails before it has made any audio. */
export class FallbackTextToSpeech implements TextToSpeech {
  readonly name = 'fallback-tts';
  readonly #voices: readonly FallbackVoice[];
  readonly #metrics: Metrics;

  /** @throws RangeError without adapters */
  constructor(voices: readonly FallbackVoice[], metrics: Metrics = noMetrics) {
    if (voices.length === 0) throw new RangeError('a fallback needs at least one adapter');
    this.#voices = voices;
    this.#metrics = metrics;
  }

  synthesize(request: SpeechRequest, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const sources = this.#voices.map(
      ({ adapter, voice }) =>
        () =>
          adapter.synthesize(voice ? { ...request, voice: voice(request.voice) } : request, signal),
    );
    return firstThatAnswers(sources, signal, (_error, next) =>
      this.#metrics.count('provider_fallbacks', {
        capability: 'tts',
        to: this.#voices[next]?.adapter.name ?? '',
      }),
    );
  }
}
