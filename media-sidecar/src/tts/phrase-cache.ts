import { CacheableMemory } from 'cacheable';
import { concatenate } from '../audio/frames.ts';
import { noMetrics, type Metrics } from '../kernel/metrics.ts';
import type { SpeechRequest, TextToSpeech, VoiceSettings } from './contract.ts';
import { SharedSynthesis } from './shared-synthesis.ts';

export interface PhraseCacheOptions {
  /**
   * Longer texts are not said twice: they are not kept.
   * @defaultValue 120 characters
   */
  readonly maxTextLength: number;
  /** @defaultValue 33554432 bytes (70 minutes of audio) */
  readonly maxBytes: number;
  /** @defaultValue 86400000 ms (a day) */
  readonly ttlMs: number;
}

export const defaultPhraseCacheOptions = {
  maxTextLength: 120,
  maxBytes: 33_554_432,
  ttlMs: 86_400_000,
} as const satisfies PhraseCacheOptions;

export interface PhraseCacheStatistics {
  readonly hits: number;
  readonly misses: number;
  /** Requests that joined one that was under way. */
  readonly shared: number;
  /** Requests that were too long to be kept. */
  readonly bypassed: number;
  readonly phrases: number;
  readonly bytes: number;
}

/**
 * Keeps the audio of short phrases: greetings, fillers and apologies are then heard at once. Only
 * complete audio is kept, and calls that want the same phrase at the same time share one request.
 */
export class PhraseCache implements TextToSpeech {
  readonly name: string;
  readonly #inner: TextToSpeech;
  readonly #options: PhraseCacheOptions;
  readonly #metrics: Metrics;
  /** Copies would cost more than what they protect: nobody writes into audio. */
  readonly #store: CacheableMemory;
  /** Sizes, the phrase that was not used for longest first: the store counts phrases, not bytes. */
  readonly #sizes = new Map<string, number>();
  readonly #underway = new Map<string, SharedSynthesis>();
  #bytes = 0;
  readonly #counts = { hits: 0, misses: 0, shared: 0, bypassed: 0 };

  constructor(
    inner: TextToSpeech,
    options: Partial<PhraseCacheOptions> = {},
    metrics: Metrics = noMetrics,
  ) {
    this.name = inner.name;
    this.#inner = inner;
    this.#options = { ...defaultPhraseCacheOptions, ...options };
    this.#metrics = metrics;
    this.#store = new CacheableMemory({ ttl: this.#options.ttlMs, useClone: false });
  }

  get statistics(): PhraseCacheStatistics {
    return { ...this.#counts, phrases: this.#sizes.size, bytes: this.#bytes };
  }

  synthesize(request: SpeechRequest, signal: AbortSignal): AsyncIterable<Uint8Array> {
    if (request.text.length > this.#options.maxTextLength) {
      this.#count('bypassed');
      return this.#inner.synthesize(request, signal);
    }
    return this.#cached(request, signal);
  }

  /**
   * Fetches phrases ahead of their use, one after the other.
   * @throws ProviderError of the first phrase that could not be had
   */
  async warm(
    phrases: readonly string[],
    voice: VoiceSettings,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<void> {
    for (const text of phrases) {
      for await (const _ of this.synthesize({ text, voice }, signal)) void _;
    }
  }

  async *#cached(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (signal.aborted) return;
    const key = this.#key(request);
    const audio = this.#take(key);
    if (audio) {
      this.#count('hits');
      yield audio;
      return;
    }
    const underway = this.#underway.get(key);
    const isShared = underway !== undefined && !underway.isAbandoned;
    this.#count(isShared ? 'shared' : 'misses');
    const synthesis = isShared ? underway : this.#begin(key, request);
    yield* synthesis.listen(signal);
  }

  #begin(key: string, request: SpeechRequest): SharedSynthesis {
    const synthesis: SharedSynthesis = new SharedSynthesis(
      (signal) => this.#inner.synthesize(request, signal),
      (chunks) => {
        // An abandoned one may end after its successor has begun.
        if (this.#underway.get(key) === synthesis) this.#underway.delete(key);
        if (chunks) this.#keep(key, concatenate(...chunks));
      },
    );
    this.#underway.set(key, synthesis);
    return synthesis;
  }

  #take(key: string): Uint8Array | undefined {
    const audio = this.#store.get<Uint8Array>(key);
    if (!audio) {
      this.#forget(key);
      return undefined;
    }
    this.#sizes.delete(key);
    this.#sizes.set(key, audio.length);
    return audio;
  }

  #keep(key: string, audio: Uint8Array): void {
    if (audio.length === 0 || audio.length > this.#options.maxBytes) return;
    this.#forget(key);
    this.#store.set(key, audio);
    this.#sizes.set(key, audio.length);
    this.#bytes += audio.length;
    for (const oldest of this.#sizes.keys()) {
      if (this.#bytes <= this.#options.maxBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#sizes.get(key) ?? 0;
    this.#sizes.delete(key);
    this.#store.delete(key);
  }

  #key({ text, voice }: SpeechRequest): string {
    const { name, languageCode, speakingRate = 1 } = voice;
    return JSON.stringify([this.name, name, languageCode, speakingRate, text.trim()]);
  }

  #count(result: 'hits' | 'misses' | 'shared' | 'bypassed'): void {
    this.#counts[result] += 1;
    this.#metrics.count('phrase_cache_requests', { result });
  }
}
