import type {
  KeptPhrase,
  OwnedPhrase,
  PhraseFilter,
  PhraseStore,
} from '../../domain/phrases/ports.ts';

type Kept = { -readonly [K in keyof KeptPhrase]: KeptPhrase[K] } & { readonly owners: Set<string> };

const bytesPerCharacter = 80;

/** Keeps whatever is asked for, and fails as it is told. */
export class FakePhraseStore implements PhraseStore {
  #kept: Kept[] = [];
  #failures: Error[] = [];
  readonly #failuresOf = new Map<string, Error>();
  readonly #uses = new Map<string, { hits: number; misses: number }>();

  clear(): void {
    this.#kept = [];
    this.#failuresOf.clear();
    this.#uses.clear();
  }

  failNext(error: Error): void {
    this.#failures.push(error);
  }

  failOn(text: string, error: Error): void {
    this.#failuresOf.set(text, error);
  }

  has({ text }: OwnedPhrase): boolean {
    return this.#kept.some((each) => each.text === text);
  }

  fetch(phrase: OwnedPhrase): Promise<{ audio: Uint8Array; cached: boolean }> {
    const { text, voice, owner = 'platform' } = phrase;
    const failure = this.#failures.shift() ?? this.#failuresOf.get(text);
    if (failure) return Promise.reject(failure);
    const audio = new Uint8Array(text.length * bytesPerCharacter);
    const found = this.#kept.find((each) => each.text === text && each.voice.name === voice.name);
    const use = this.#uses.get(owner) ?? { hits: 0, misses: 0 };
    use[found ? 'hits' : 'misses'] += 1;
    this.#uses.set(owner, use);
    if (found) found.owners.add(owner);
    else {
      this.#kept.push({
        sequence: this.#kept.length + 1,
        text,
        voice,
        sizeBytes: audio.length,
        hits: 0,
        createdAtMs: 0,
        lastUsedAtMs: 0,
        owners: new Set([owner]),
      });
    }
    return Promise.resolve({ audio, cached: found !== undefined });
  }

  list({ owner, text, voice }: PhraseFilter): Kept[] {
    return this.#kept
      .filter((each) => owner === undefined || each.owners.has(owner))
      .filter((each) => text === undefined || each.text === text)
      .filter((each) => voice?.name === undefined || each.voice.name === voice.name)
      .toReversed();
  }

  remove(filter: PhraseFilter): number {
    const found = this.list(filter);
    for (const each of found) {
      if (filter.owner !== undefined) each.owners.delete(filter.owner);
      if (filter.owner === undefined || each.owners.size === 0) {
        this.#kept = this.#kept.filter((other) => other !== each);
      }
    }
    return found.length;
  }

  use(owner?: string): { entries: number; sizeBytes: number; hits: number; misses: number } {
    const kept = this.list(owner === undefined ? {} : { owner });
    const uses = owner === undefined ? [...this.#uses.values()] : [this.#uses.get(owner)];
    return {
      entries: kept.length,
      sizeBytes: kept.reduce((sum, each) => sum + each.sizeBytes, 0),
      hits: uses.reduce((sum, each) => sum + (each?.hits ?? 0), 0),
      misses: uses.reduce((sum, each) => sum + (each?.misses ?? 0), 0),
    };
  }
}
