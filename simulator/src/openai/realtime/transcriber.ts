import type { OpenAiRealtimeFaults } from '../../faults/openai-realtime.ts';
import { tokensOf } from '../completion.ts';
import type { RealtimeClock } from './clock.ts';
import type { ServerEvent } from './response.ts';
import type { HeardItem } from './session-input.ts';
import { DEFAULT_TRANSCRIPTION_MODEL } from './session-schema.ts';
import type { Settings } from './settings.ts';
import { inputAudioTokens } from './usage.ts';

const EVENT = 'conversation.item.input_audio_transcription';
/** Models with a price per minute (https://developers.openai.com/api/docs/pricing). */
const BY_DURATION = /^(gpt-(live-)?transcribe|gpt-realtime-whisper|whisper-1)$/;

/** Input transcription: beside the conversation, later than the turn, in the order of the turns. */
export class Transcriber {
  readonly #settings: Settings;
  readonly #clock: RealtimeClock;
  readonly #faults: () => OpenAiRealtimeFaults;
  readonly #emit: (event: ServerEvent) => void;
  readonly #timers = new Set<() => void>();

  constructor(
    settings: Settings,
    clock: RealtimeClock,
    faults: () => OpenAiRealtimeFaults,
    emit: (event: ServerEvent) => void,
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#faults = faults;
    this.#emit = emit;
  }

  transcribe(heard: HeardItem): void {
    const transcription = this.#settings.input.transcription;
    if (!transcription) return;
    const { model = DEFAULT_TRANSCRIPTION_MODEL } = transcription;
    const stop = this.#clock.after(this.#faults().transcriptionDelayMs, () => {
      this.#timers.delete(stop);
      void heard.heard.then(
        () => this.#tell(heard, model),
        (error: unknown) => this.#fail(heard, String(error)),
      );
    });
    this.#timers.add(stop);
  }

  stop(): void {
    for (const stop of this.#timers) stop();
  }

  #tell(heard: HeardItem, model: string): void {
    const faults = this.#faults();
    if (faults.failNextTranscriptions > 0) {
      faults.failNextTranscriptions--;
      return this.#fail(heard, `Input transcription failed for item '${heard.item.id}'.`);
    }
    const { item } = heard;
    const at = { item_id: item.id, content_index: 0 };
    for (const [delta] of item.words.matchAll(/\s*\S+/gu)) {
      this.#emit({ type: `${EVENT}.delta`, ...at, delta });
    }
    const [part] = item.content;
    if (part) part.transcript = item.words;
    this.#emit({
      type: `${EVENT}.completed`,
      ...at,
      transcript: item.words,
      usage: BY_DURATION.test(model)
        ? { type: 'duration', seconds: item.audioMs / 1000 }
        : byTokens(item.audioMs, item.words),
    });
  }

  #fail({ item }: HeardItem, message: string): void {
    this.#emit({
      type: `${EVENT}.failed`,
      item_id: item.id,
      content_index: 0,
      error: { type: 'transcription_error', code: 'transcription_failed', message },
    });
  }
}

function byTokens(audioMs: number, words: string): object {
  const input = inputAudioTokens(audioMs);
  const output = tokensOf(words);
  return {
    type: 'tokens',
    total_tokens: input + output,
    input_tokens: input,
    input_token_details: { text_tokens: 0, audio_tokens: input },
    output_tokens: output,
  };
}
