import type { BilledModel } from '../kernel/billed-model.ts';

/** Text to speech for the phone: every adapter yields headerless G.711 µ-law, 8,000 Hz. */
export interface TextToSpeech {
  readonly name: string;
  /**
   * Speaks one sentence (or a few). Yields audio as soon as there is some.
   * @throws ProviderError; after an abort the iteration just ends.
   */
  synthesize(request: SpeechRequest, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface SpeechRequest {
  readonly text: string;
  readonly voice: VoiceSettings;
  /** Whose words they are, for a cache that several owners share. Makes no difference to the audio. */
  readonly owner?: string;
  /** Told of what was really synthesised for it: nothing when the audio was there already. */
  readonly onUsage?: (usage: SpeechUsage) => void;
}

export interface SpeechUsage extends BilledModel {
  readonly characters: number;
}

export interface VoiceSettings {
  /** Provider's voice name, e.g. `es-US-Chirp3-HD-Aoede` or `es-US-Neural2-B`. */
  readonly name: string;
  /** BCP-47 of the voice. */
  readonly languageCode: string;
  /** @defaultValue 1 (0.25 to 2) */
  readonly speakingRate?: number;
}
