import type { OpenAiRealtimeFaults } from '../../faults/openai-realtime.ts';
import { OpenAiError } from '../openai-error.ts';
import { bytesPerMs } from './audio-format.ts';
import type { CannedModel } from './canned/canned-model.ts';
import type { RealtimeClock } from './clock.ts';
import type { Conversation } from './conversation.ts';
import { itemFromWire } from './item-schema.ts';
import type { Item } from './items.ts';
import type { RealtimeScript } from './realtime-script.ts';
import { Response, type ServerEvent } from './response.ts';
import {
  responseSettings,
  type ResponseRequest,
  type ResponseSettings,
} from './response-settings.ts';
import type { Settings } from './settings.ts';
import { SipPlayback } from './sip-playback.ts';
import type { SipLine } from './sip-line.ts';
import type { Speech } from './speech.ts';
import { answerTo, type Thought } from './thought.ts';
import type { Tokens } from './usage.ts';

export interface ResponsesParts {
  readonly settings: Settings;
  readonly conversation: Conversation;
  readonly clock: RealtimeClock;
  readonly speech: Speech;
  readonly canned: CannedModel;
  readonly script: RealtimeScript;
  readonly faults: () => OpenAiRealtimeFaults;
  /** Over SIP: where audio is played. */
  readonly line: SipLine | undefined;
  emit(event: ServerEvent): void;
  ended(response: Response): void;
}

type Hear = (audio: Buffer) => { readonly words: string; readonly durationMs: number };

/** The responses of a session: one at a time in its conversation, any number beside it. */
export class Responses {
  readonly #parts: ResponsesParts;
  #active: Response | undefined;
  readonly #beside = new Set<Response>();
  #read: Tokens = { text: 0, audio: 0 };
  /** Words that are still being looked for. */
  #listening: Promise<unknown> = Promise.resolve();
  readonly #playback: SipPlayback | undefined;
  #spoke = false;

  constructor(parts: ResponsesParts) {
    this.#parts = parts;
    const { line, clock } = parts;
    this.#playback =
      line &&
      new SipPlayback({
        clock,
        line,
        emit: (event) => parts.emit(event),
        truncate: (itemId, heardMs) => this.#truncate(itemId, heardMs),
      });
  }

  /** The one that writes to the conversation. */
  get active(): Response | undefined {
    return this.#active;
  }

  /** Whether there was audio of the model, which fixes its voice. */
  get spoke(): boolean {
    return this.#spoke;
  }

  /** Whether a response is in progress, in the conversation or beside it. */
  get busy(): boolean {
    return this.#active !== undefined || this.#beside.size > 0;
  }

  /** Responses wait for these words before they think. */
  listenTo(heard: Promise<void>): void {
    this.#listening = Promise.all([this.#listening, heard]);
  }

  /** @throws OpenAiError where one is active already */
  create(request: ResponseRequest, hear: Hear): void {
    const beside = request.conversation === 'none';
    if (!beside && this.#active) {
      throw new OpenAiError(
        400,
        `Conversation already has an active response in progress: ${this.#active.id}. Wait until the response is finished before creating a new one.`,
        { code: 'conversation_already_has_active_response' },
      );
    }
    const settings = responseSettings(request, this.#parts.settings);
    const own = request.input && this.#inputOf(request.input, hear);
    const response = this.#make(settings, beside, () => own ?? this.#parts.conversation.items);
    if (beside) this.#beside.add(response);
    else this.#active = response;
    response.start();
  }

  /** @throws OpenAiError where there is nothing to cancel */
  cancel(id: string | undefined): void {
    const target =
      id === undefined
        ? this.#active
        : [this.#active, ...this.#beside].find((each) => each?.id === id);
    if (!target) {
      throw new OpenAiError(400, 'Cancellation failed: no active response found', {
        code: 'response_cancel_not_active',
      });
    }
    target.cancel('client_cancelled');
  }

  /** The caller speaks over the model. */
  interrupt(): void {
    this.#active?.cancel('turn_detected');
    this.#playback?.interrupt();
  }

  /** Over SIP: what was not played yet never is. */
  clearAudio(): void {
    this.#playback?.clear();
  }

  /** The client has gone. */
  abandon(): void {
    this.#playback?.stop();
    this.#active?.abandon();
    for (const response of this.#beside) response.abandon();
  }

  #make(settings: ResponseSettings, beside: boolean, items: () => readonly Item[]): Response {
    const { conversation, clock, speech, canned, faults, emit } = this.#parts;
    const playback = this.#playback;
    return new Response({
      settings,
      conversation: beside ? undefined : conversation,
      clock,
      speech,
      canned,
      faults: faults(),
      emit: (event) => {
        if (event.type === 'response.output_audio.delta') {
          this.#spoke = true;
          // The caller hears it over SIP; the control socket does not.
          if (playback) {
            const audio = Buffer.from(String(event['delta']), 'base64');
            return playback.play(String(event['response_id']), String(event['item_id']), audio);
          }
        }
        emit(event);
      },
      items,
      think: async (): Promise<Thought> => {
        await this.#listening;
        const { instructions, ownInstructions, tools, toolChoice } = settings;
        return answerTo(
          { items: items(), instructions, ownInstructions, tools, toolChoice },
          this.#parts.script,
          faults().canned !== null,
        );
      },
      cached: this.#read,
      ended: (response) => this.#ended(response),
    });
  }

  #ended(response: Response): void {
    this.#beside.delete(response);
    if (this.#active === response) {
      this.#active = undefined;
      this.#read = response.read;
    }
    this.#lateAudio(response);
    this.#playback?.responseEnded(response);
    this.#parts.ended(response);
  }

  /** What the caller has not heard is no part of the conversation; a response out of band never was. */
  #truncate(item_id: string, heardMs: number): void {
    const { conversation, emit } = this.#parts;
    const item = conversation.items.find(({ id }) => id === item_id);
    if (item?.type !== 'message') return;
    const audio_end_ms = Math.floor(Math.min(heardMs, item.audioMs));
    conversation.truncate(item_id, 0, audio_end_ms, bytesPerMs('audio/pcmu'));
    emit({ type: 'conversation.item.truncated', item_id, content_index: 0, audio_end_ms });
  }

  #lateAudio(response: Response): void {
    const item = response.outputs.at(-1);
    if (!this.#parts.faults().lateAudio || response.ending?.status !== 'cancelled' || !item) return;
    this.#parts.emit({
      type: 'response.output_audio.delta',
      response_id: response.id,
      item_id: item.id,
      output_index: response.outputs.length - 1,
      content_index: 0,
      delta: Buffer.alloc(800, 0xff).toString('base64'),
    });
  }

  #inputOf(input: NonNullable<ResponseRequest['input']>, hear: Hear): Item[] {
    return input.map((each, index) => {
      if (each.type !== 'item_reference') return itemFromWire(each, hear);
      const found = this.#parts.conversation.items.find(({ id }) => id === each.id);
      if (found) return found;
      throw OpenAiError.invalid(
        `Item with id '${each.id}' not found in the conversation.`,
        `response.input[${index}].id`,
        'invalid_value',
      );
    });
  }
}
