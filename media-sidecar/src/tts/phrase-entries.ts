import { CacheableMemory } from 'cacheable';
import type { Clock } from '../kernel/clock.ts';
import type { SpeechRequest, VoiceSettings } from './contract.ts';

/** What is known of a phrase that is kept. */
export interface PhraseEntry {
  /** Grows with each phrase that is kept. */
  readonly sequence: number;
  readonly text: string;
  readonly voice: VoiceSettings;
  readonly sizeBytes: number;
  /** Who had it spoken. */
  readonly owners: Set<string>;
  readonly createdAtMs: number;
  lastUsedAtMs: number;
  hits: number;
}

/** Which phrases are meant; a field that is absent says nothing. */
export interface PhraseFilter {
  readonly owner?: string;
  readonly text?: string;
  readonly voice?: Partial<VoiceSettings>;
}

/** The audio of phrases, bounded in bytes and in time. What was not used for longest gives way. */
export class PhraseEntries {
  readonly #maxBytes: number;
  readonly #clock: Clock;
  /** Copies would cost more than what they protect: nobody writes into audio. */
  readonly #audio: CacheableMemory;
  /** The phrase that was not used for longest first: the store counts phrases, not bytes. */
  readonly #entries = new Map<string, PhraseEntry>();
  #sequence = 0;
  #sizeBytes = 0;

  constructor(options: { readonly maxBytes: number; readonly ttlMs: number }, clock: Clock) {
    this.#maxBytes = options.maxBytes;
    this.#clock = clock;
    this.#audio = new CacheableMemory({ ttl: options.ttlMs, useClone: false });
  }

  get size(): number {
    return this.#entries.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  has(key: string): boolean {
    return this.#audio.has(key);
  }

  /** Takes the audio of a phrase out for use: it counts as used, by this owner. */
  use(key: string, owner: string | undefined): Uint8Array | undefined {
    const audio = this.#audio.get<Uint8Array>(key);
    const entry = this.#entries.get(key);
    if (!audio || !entry) {
      this.forget(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.hits += 1;
    entry.lastUsedAtMs = this.#clock.nowMs();
    if (owner !== undefined) entry.owners.add(owner);
    return audio;
  }

  keep(key: string, request: SpeechRequest, owners: Iterable<string>, audio: Uint8Array): void {
    if (audio.length === 0 || audio.length > this.#maxBytes) return;
    this.forget(key);
    const nowMs = this.#clock.nowMs();
    this.#audio.set(key, audio);
    this.#entries.set(key, {
      sequence: (this.#sequence += 1),
      text: request.text.trim(),
      voice: request.voice,
      sizeBytes: audio.length,
      owners: new Set(owners),
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
      hits: 0,
    });
    this.#sizeBytes += audio.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#sizeBytes <= this.#maxBytes) return;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    this.#sizeBytes -= this.#entries.get(key)?.sizeBytes ?? 0;
    this.#entries.delete(key);
    this.#audio.delete(key);
  }

  /** The newest first. */
  list(filter: PhraseFilter = {}): PhraseEntry[] {
    return this.#matching(filter)
      .map(([, entry]) => entry)
      .sort((a, b) => b.sequence - a.sequence);
  }

  /** A phrase that others own too is only given up by the owner of the filter. @returns how many */
  remove(filter: PhraseFilter): number {
    const matching = this.#matching(filter);
    for (const [key, entry] of matching) {
      if (filter.owner !== undefined) entry.owners.delete(filter.owner);
      if (filter.owner === undefined || entry.owners.size === 0) this.forget(key);
    }
    return matching.length;
  }

  #matching(filter: PhraseFilter): [string, PhraseEntry][] {
    const found: [string, PhraseEntry][] = [];
    for (const [key, entry] of [...this.#entries]) {
      if (!this.#audio.has(key)) this.forget(key);
      else if (matches(entry, filter)) found.push([key, entry]);
    }
    return found;
  }
}

function matches(entry: PhraseEntry, { owner, text, voice = {} }: PhraseFilter): boolean {
  const { name, languageCode, speakingRate } = voice;
  return (
    (owner === undefined || entry.owners.has(owner)) &&
    (text === undefined || entry.text === text.trim()) &&
    (name === undefined || entry.voice.name === name) &&
    (languageCode === undefined || entry.voice.languageCode === languageCode) &&
    (speakingRate === undefined || (entry.voice.speakingRate ?? 1) === speakingRate)
  );
}
