import { BYTES_PER_MS } from './agent-audio.ts';
import type { CannedAnswer } from './canned-answers.ts';
import { sharedNowMs } from './clock.ts';

export type Emit = (type: string, fields: object) => void;

export interface ModelResponseParts {
  readonly ids: { readonly response: string; readonly item: string };
  readonly previousItemId: string | null;
  readonly metadata: unknown;
  /** What the answer says; its words spread over the pieces of audio. */
  readonly words: readonly string[];
  readonly canned: CannedAnswer;
  readonly options: { readonly speed: number; readonly thinkingMs: number };
  readonly emit: Emit;
  /** @param before the event's fields in front of the audio, as JSON, with the name of the last one */
  readonly sendAudio: (before: string, delta: string, startByte: number) => void;
  readonly ended: () => void;
}

/** One response, from `response.created` to `response.done`, in the order of the API. */
export class ModelResponse {
  readonly #parts: ModelResponseParts;
  readonly #before: string;
  #timer: NodeJS.Timeout | undefined;
  #firstAudioMs = 0;
  #sent = 0;
  #said = '';
  #state: 'thinking' | 'speaking' | 'over' = 'thinking';
  #status: 'in_progress' | 'completed' | 'cancelled' = 'in_progress';
  #reason: string | undefined;

  constructor(parts: ModelResponseParts) {
    this.#parts = parts;
    const { response, item } = parts.ids;
    this.#before = `"type":"response.output_audio.delta","response_id":"${response}","item_id":"${item}","output_index":0,"content_index":0,"delta":`;
  }

  get itemId(): string {
    return this.#parts.ids.item;
  }

  /** Audio that was sent, in ms. */
  get sentMs(): number {
    const { deltaBytes, durationMs } = this.#parts.canned;
    return Math.min(durationMs, (this.#sent * deltaBytes) / BYTES_PER_MS);
  }

  start(): void {
    const { emit, options } = this.#parts;
    emit('response.created', { response: this.#toWire() });
    emit('rate_limits.updated', { rate_limits: RATE_LIMITS });
    this.#timer = setTimeout(() => this.#speak(), options.thinkingMs);
  }

  cancel(reason: 'turn_detected' | 'client_cancelled'): void {
    this.#reason = reason;
    this.#end('cancelled');
  }

  /** Nobody listens any more. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.#state = 'over';
  }

  item(): object {
    return {
      id: this.itemId,
      object: 'realtime.item',
      type: 'message',
      status: ITEM_STATUS[this.#status],
      role: 'assistant',
      content: this.#sent === 0 ? [] : [{ type: 'output_audio', transcript: this.#said }],
    };
  }

  #speak(): void {
    const { emit, previousItemId, ids } = this.#parts;
    this.#state = 'speaking';
    this.#firstAudioMs = sharedNowMs();
    const item = this.item();
    emit('response.output_item.added', { response_id: ids.response, output_index: 0, item });
    emit('conversation.item.added', { previous_item_id: previousItemId, item });
    emit('response.content_part.added', { ...this.#at(), part: { type: 'audio', transcript: '' } });
    this.#sendDue();
  }

  #sendDue(): void {
    const { canned, options, emit, sendAudio } = this.#parts;
    const deltaMs = canned.deltaBytes / BYTES_PER_MS;
    for (;;) {
      const delta = canned.deltas[this.#sent];
      if (delta === undefined) return this.#end('completed');
      const dueMs = this.#firstAudioMs + (this.#sent * deltaMs) / options.speed;
      const waitMs = dueMs - sharedNowMs();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#sendDue(), waitMs);
        return;
      }
      const words = this.#wordsOf(this.#sent);
      this.#said += words;
      if (words !== '') {
        emit('response.output_audio_transcript.delta', { ...this.#at(), delta: words });
      }
      const startByte = this.#sent * canned.deltaBytes;
      this.#sent += 1;
      sendAudio(this.#before, delta, startByte);
    }
  }

  #end(status: 'completed' | 'cancelled'): void {
    if (this.#state === 'over') return;
    clearTimeout(this.#timer);
    const spoke = this.#state === 'speaking';
    this.#state = 'over';
    this.#status = status;
    const { emit, ids, previousItemId, ended } = this.#parts;
    if (spoke) {
      const item = this.item();
      const part = { type: 'audio', transcript: this.#said };
      emit('response.output_audio.done', this.#at());
      emit('response.output_audio_transcript.done', { ...this.#at(), transcript: this.#said });
      emit('response.content_part.done', { ...this.#at(), part });
      emit('conversation.item.done', { previous_item_id: previousItemId, item });
      emit('response.output_item.done', { response_id: ids.response, output_index: 0, item });
    }
    emit('response.done', { response: this.#toWire() });
    ended();
  }

  #wordsOf(piece: number): string {
    const { canned, words } = this.#parts;
    const perPiece = words.length / canned.deltas.length;
    return words
      .slice(Math.round(piece * perPiece), Math.round((piece + 1) * perPiece))
      .map((word) => `${word} `)
      .join('');
  }

  #at(): object {
    const { response, item } = this.#parts.ids;
    return { response_id: response, item_id: item, output_index: 0, content_index: 0 };
  }

  #toWire(): object {
    const over = this.#status !== 'in_progress';
    return {
      object: 'realtime.response',
      id: this.#parts.ids.response,
      status: this.#status,
      status_details:
        this.#reason === undefined ? null : { type: this.#status, reason: this.#reason },
      output: over && this.#sent > 0 ? [this.item()] : [],
      conversation_id: 'conv_bench',
      output_modalities: ['audio'],
      max_output_tokens: 'inf',
      audio: { output: { format: { type: 'audio/pcmu' }, voice: 'marin' } },
      usage: over ? usage(this.sentMs) : null,
      metadata: this.#parts.metadata,
    };
  }
}

const ITEM_STATUS = {
  in_progress: 'in_progress',
  completed: 'completed',
  cancelled: 'incomplete',
} as const;

const RATE_LIMITS = [{ name: 'tokens', limit: 250_000, remaining: 249_000, reset_seconds: 0.24 }];

/** The model's audio is a token each 50 ms. */
function usage(audioMs: number): object {
  const output = Math.ceil(audioMs / 50);
  return {
    total_tokens: 500 + output,
    input_tokens: 500,
    output_tokens: output,
    input_token_details: {
      text_tokens: 400,
      audio_tokens: 100,
      image_tokens: 0,
      cached_tokens: 256,
      cached_tokens_details: { text_tokens: 256, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: 0, audio_tokens: output },
  };
}
