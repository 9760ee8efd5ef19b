import type { BilledModel } from '../kernel/billed-model.ts';
import type { ProviderError } from '../kernel/errors.ts';

/** Speech to text as a live stream of µ-law 8,000 Hz frames. */
export interface SpeechToText {
  readonly name: string;
  /** Opens a stream; frames written before the provider is connected are held and sent in order. */
  open(options: SttOptions, listener: SttListener): SttStream;
}

export interface SttOptions {
  /** BCP-47, as the provider knows it. */
  readonly languageCode: string;
  /** @defaultValue [] At most 3. */
  readonly alternativeLanguageCodes?: readonly string[];
  /** Words the caller is likely to say. */
  readonly phrases?: readonly { readonly value: string; readonly boost?: number }[];
  /** Provider's model name; the adapter has its own default. */
  readonly model?: string;
  /** Told of audio that was sent, now and then and at the latest when the stream is closed. */
  readonly onUsage?: (usage: ListeningUsage) => void;
}

export interface ListeningUsage extends BilledModel {
  /** Of audio, also of what was sent again after a failure. */
  readonly seconds: number;
}

export interface SttListener {
  /** The words of the current utterance so far; replaces the interim before it. */
  onInterim(transcript: Transcript): void;
  /** Words that will not change any more. A final is not the end of a turn. */
  onFinal(transcript: Transcript): void;
  /** The stream is of no more use; a roll-over or a retry inside the adapter is not reported. */
  onError(error: ProviderError): void;
}

export interface Transcript {
  readonly text: string;
  /** 0..1: how unlikely it is that an interim changes; 1 for a final. */
  readonly stability: number;
  readonly confidence?: number;
  /** End of the last word, in ms of audio since the stream was opened, across roll-overs. */
  readonly endMs: number;
  readonly languageCode?: string;
}

export interface SttStream {
  write(frame: Uint8Array): void;
  /**
   * Says that no more audio follows. Resolves when everything that was heard has been reported, and
   * does not reject; it may take as long as the provider does. The stream is closed then.
   */
  finish(): Promise<void>;
  /** Stops listening; results that are still under way are dropped. Idempotent. */
  close(): void;
}
