import { concatenate } from '../audio/frames.ts';
import { systemClock, type Clock } from '../kernel/clock.ts';
import { noMetrics, type Metrics } from '../kernel/metrics.ts';
import type { SpeechRequest, TextToSpeech, VoiceSettings } from './contract.ts';
import { PhraseEntries, type PhraseEntry, type PhraseFilter } from './phrase-entries.ts';
import { SharedSynthesis } from './shared-synthesis.ts';

export interface PhraseCacheOptions {
  /**
   * Longer texts of a conversation are not said twice: they are not kept.
   * @defaultValue 120 characters
   */
  readonly maxTextLength: number;
  /**
   * The same for texts that somebody fetches, and so expects to need again.
   * @defaultValue 1000 characters
   */
  readonly maxFetchedTextLength: number;
  /** @defaultValue 33554432 bytes (70 minutes of audio) */
  readonly maxBytes: number;
  /** @defaultValue 86400000 ms (a day) */
  readonly ttlMs: number;
}

export const defaultPhraseCacheOptions = {
  maxTextLength: 120,
  maxFetchedTextLength: 1000,
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

/** What an owner had of the cache, or everybody. */
export interface PhraseCacheUse {
  readonly entries: number;
  readonly sizeBytes: number;
  readonly hits: number;
  readonly misses: number;
}

interface Underway {
  readonly synthesis: SharedSynthesis;
  readonly owners: Set<string>;
}

/**
 * Keeps the audio of short phrases: greetings, fillers and apologies are then heard at once. Only
 * complete audio is kept, and calls that want the same phrase at the same time share one request.
 */
export class PhraseCache implements TextToSpeech {
  readonly name: string;
  readonly #inner: TextToSpeech;
  readonly #background: TextToSpeech;
  readonly #options: PhraseCacheOptions;
  readonly #metrics: Metrics;
  readonly #entries: PhraseEntries;
  readonly #underway = new Map<string, Underway>();
  readonly #counts = { hits: 0, misses: 0, shared: 0, bypassed: 0 };
  readonly #useOf = new Map<string, { hits: number; misses: number }>();

  /**
   * @param background fetches what no call waits for: its failures must not close the way of the
   * calls. The same as `inner` when absent.
   */
  constructor(
    inner: TextToSpeech,
    options: Partial<PhraseCacheOptions> = {},
    metrics: Metrics = noMetrics,
    more: { readonly background?: TextToSpeech; readonly clock?: Clock } = {},
  ) {
    this.name = inner.name;
    this.#inner = inner;
    this.#background = more.background ?? inner;
    this.#options = { ...defaultPhraseCacheOptions, ...options };
    this.#metrics = metrics;
    this.#entries = new PhraseEntries(this.#options, more.clock ?? systemClock);
  }

  get statistics(): PhraseCacheStatistics {
    return { ...this.#counts, phrases: this.#entries.size, bytes: this.#entries.sizeBytes };
  }

  /** What an owner had of the cache; without one, everybody. */
  use(owner?: string): PhraseCacheUse {
    const entries = this.#entries.list(owner === undefined ? {} : { owner });
    const { hits, misses } =
      owner === undefined
        ? { hits: this.#counts.hits, misses: this.#counts.misses + this.#counts.shared }
        : (this.#useOf.get(owner) ?? { hits: 0, misses: 0 });
    const sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
    return { entries: entries.length, sizeBytes, hits, misses };
  }

  has(request: SpeechRequest): boolean {
    return this.#entries.has(this.#key(request));
  }

  /** The newest first. */
  list(filter: PhraseFilter = {}): readonly Readonly<PhraseEntry>[] {
    return this.#entries.list(filter);
  }

  /** What others own too stays theirs. @returns how many phrases */
  remove(filter: PhraseFilter): number {
    return this.#entries.remove(filter);
  }

  synthesize(request: SpeechRequest, signal: AbortSignal): AsyncIterable<Uint8Array> {
    if (request.text.length > this.#options.maxTextLength) {
      this.#count('bypassed');
      return this.#inner.synthesize(request, signal);
    }
    return this.#cached(this.#inner, request, signal);
  }

  /**
   * The whole audio of a phrase, for whoever is not on the phone.
   * @returns µ-law, and whether it was there
   * @throws ProviderError; the reason of the signal when it is aborted
   */
  async fetch(
    request: SpeechRequest,
    signal: AbortSignal,
  ): Promise<{ readonly audio: Uint8Array; readonly cached: boolean }> {
    const isKept = request.text.trim().length <= this.#options.maxFetchedTextLength;
    const audio = isKept ? this.#take(this.#key(request), request.owner) : undefined;
    if (audio) return { audio, cached: true };
    if (!isKept) this.#count('bypassed');
    const chunks: Uint8Array[] = [];
    const stream = isKept
      ? this.#fresh(this.#background, request, signal)
      : this.#background.synthesize(request, signal);
    for await (const chunk of stream) chunks.push(chunk);
    signal.throwIfAborted();
    return { audio: concatenate(...chunks), cached: false };
  }

  /**
   * Fetches phrases ahead of their use, one after the other.
   * @throws ProviderError of the first phrase that could not be had
   */
  async warm(
    phrases: readonly string[],
    voice: VoiceSettings,
    owner?: string,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<void> {
    const whose = owner === undefined ? {} : { owner };
    for (const text of phrases) {
      for await (const _ of this.synthesize({ text, voice, ...whose }, signal)) void _;
    }
  }

  async *#cached(
    from: TextToSpeech,
    request: SpeechRequest,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    if (signal.aborted) return;
    const audio = this.#take(this.#key(request), request.owner);
    if (audio) yield audio;
    else yield* this.#fresh(from, request, signal);
  }

  #take(key: string, owner: string | undefined): Uint8Array | undefined {
    const audio = this.#entries.use(key, owner);
    if (audio) this.#count('hits', owner);
    return audio;
  }

  #fresh(
    from: TextToSpeech,
    request: SpeechRequest,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const key = this.#key(request);
    const underway = this.#underway.get(key);
    const isShared = underway !== undefined && !underway.synthesis.isAbandoned;
    this.#count(isShared ? 'shared' : 'misses', request.owner);
    const { synthesis, owners } = isShared ? underway : this.#begin(from, key, request);
    if (request.owner !== undefined) owners.add(request.owner);
    return synthesis.listen(signal);
  }

  #begin(from: TextToSpeech, key: string, request: SpeechRequest): Underway {
    const owners = new Set<string>();
    const synthesis: SharedSynthesis = new SharedSynthesis(
      (signal) => from.synthesize(request, signal),
      (chunks) => {
        // An abandoned one may end after its successor has begun.
        if (this.#underway.get(key)?.synthesis === synthesis) this.#underway.delete(key);
        if (chunks) this.#entries.keep(key, request, owners, concatenate(...chunks));
      },
    );
    const underway = { synthesis, owners };
    this.#underway.set(key, underway);
    return underway;
  }

  #key({ text, voice }: SpeechRequest): string {
    const { name, languageCode, speakingRate = 1 } = voice;
    return JSON.stringify([this.name, name, languageCode, speakingRate, text.trim()]);
  }

  #count(result: 'hits' | 'misses' | 'shared' | 'bypassed', owner?: string): void {
    this.#counts[result] += 1;
    this.#metrics.count('phrase_cache_requests', { result });
    if (owner === undefined || result === 'bypassed') return;
    const use = this.#useOf.get(owner) ?? { hits: 0, misses: 0 };
    use[result === 'hits' ? 'hits' : 'misses'] += 1;
    this.#useOf.set(owner, use);
  }
}
