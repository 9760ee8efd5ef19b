/** The cache of spoken phrases, as the API needs it. */
export interface PhraseStore {
  has(phrase: OwnedPhrase): boolean;
  /**
   * µ-law of 8,000 Hz, and whether it was there already.
   * @throws ProviderError
   */
  fetch(
    phrase: OwnedPhrase,
    signal: AbortSignal,
  ): Promise<{ readonly audio: Uint8Array; readonly cached: boolean }>;
  /** The newest first. */
  list(filter: PhraseFilter): readonly KeptPhrase[];
  /** @returns how many */
  remove(filter: PhraseFilter): number;
  /** Without an owner: of everybody. */
  use(owner?: string): {
    readonly entries: number;
    readonly sizeBytes: number;
    readonly hits: number;
    readonly misses: number;
  };
}

export interface PhraseVoice {
  readonly name: string;
  readonly languageCode: string;
  readonly speakingRate?: number;
}

export interface OwnedPhrase {
  readonly text: string;
  readonly voice: PhraseVoice;
  /** Id of the tenant whose phrase it is. */
  readonly owner?: string;
}

export interface PhraseFilter {
  readonly owner?: string;
  readonly text?: string;
  readonly voice?: Partial<PhraseVoice>;
}

export interface KeptPhrase {
  readonly sequence: number;
  readonly text: string;
  readonly voice: PhraseVoice;
  readonly sizeBytes: number;
  readonly hits: number;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
}
