import { Buffer } from 'node:buffer';
import { BYTES_PER_MS } from './agent-audio.ts';
import { readCallerFrames } from './caller-audio.ts';
import type { CannedAnswers } from './canned-answers.ts';
import { sharedNowMs } from './clock.ts';
import { ModelResponse, type Emit } from './model-response.ts';
import { defaultSettings, isRecord, mergeSession, turnDetectionOf } from './model-settings.ts';
import type { ModelReport } from './reports.ts';
import { TurnDetector } from './turn-detector.ts';

export interface ModelOptions {
  /** Length of each piece of audio, in ms. */
  readonly deltaMs: number;
  /** Audio that is made in each second, in seconds; Infinity: all of it at once. */
  readonly speed: number;
  readonly answerMs: number;
  /** Between the end of a turn and the first audio, in ms. */
  readonly thinkingMs: number;
}

type Event = Readonly<Record<string, unknown>>;

/** One session of OpenAI's Realtime API with canned answers: what a bridge needs of it, exactly. */
export class ModelSession {
  readonly #id: string;
  readonly #options: ModelOptions;
  readonly #canned: CannedAnswers;
  readonly #send: (text: string) => void;
  readonly #detector = new TurnDetector();
  #settings: Record<string, unknown>;
  #events = 0;
  #turns = 0;
  #phone: number | undefined;
  #latestFrame = -1;
  #lastItemId: string | null = null;
  #response: ModelResponse | undefined;
  readonly #answers: ModelResponse[] = [];
  readonly #receivedAtMs: number[] = [];
  readonly #deltas: number[] = [];
  readonly #speechStartedAtMs: number[] = [];
  readonly #truncations: ModelReport['truncations'][number][] = [];
  readonly #errors: string[] = [];
  #outOfOrder = 0;
  #doubled = 0;

  constructor(
    id: string,
    model: string,
    options: ModelOptions,
    canned: CannedAnswers,
    send: (text: string) => void,
  ) {
    this.#id = id;
    this.#options = options;
    this.#canned = canned;
    this.#send = send;
    this.#settings = defaultSettings(id, model);
    this.#emit('session.created', { session: this.#settings });
  }

  receive(text: string): void {
    const event = JSON.parse(text) as Event;
    switch (event['type']) {
      case 'input_audio_buffer.append':
        return this.#append(String(event['audio']));
      case 'session.update':
        return this.#update(event['session']);
      case 'response.create':
        return this.#respond(event['response'], event['event_id']);
      case 'response.cancel':
        return this.#cancel(event['event_id']);
      case 'conversation.item.truncate':
        return this.#truncate(event);
      case 'conversation.item.create':
        return this.#addItem(event);
      case 'conversation.item.retrieve':
        return this.#retrieve(String(event['item_id']));
      case 'conversation.item.delete':
        return this.#emit('conversation.item.deleted', { item_id: event['item_id'] });
      case 'input_audio_buffer.clear':
        return this.#emit('input_audio_buffer.cleared', {});
      default:
        return this.#refuse('invalid_value', 'unknown event', event['event_id']);
    }
  }

  close(): void {
    this.#response?.abandon();
  }

  report(): ModelReport {
    return {
      phone: this.#phone,
      receivedAtMs: Float64Array.from(this.#receivedAtMs, (atMs) => atMs ?? Number.NaN),
      outOfOrder: this.#outOfOrder,
      doubled: this.#doubled,
      deltas: Float64Array.from(this.#deltas),
      speechStartedAtMs: this.#speechStartedAtMs,
      truncations: this.#truncations,
      answers: this.#answers.length,
      errors: this.#errors,
    };
  }

  #append(base64: string): void {
    const audio = Buffer.from(base64, 'base64');
    const nowMs = sharedNowMs();
    const frames = readCallerFrames(audio, ({ phone, frame, loud }) => {
      this.#phone ??= phone;
      if (this.#receivedAtMs[frame] !== undefined) this.#doubled += 1;
      else this.#receivedAtMs[frame] = nowMs;
      if (frame < this.#latestFrame) this.#outOfOrder += 1;
      this.#latestFrame = Math.max(this.#latestFrame, frame);
      this.#hear(20, loud);
    });
    // Padding of a bridge: silence that no caller has sent.
    if (frames === 0) this.#hear(audio.length / BYTES_PER_MS, false);
  }

  #hear(durationMs: number, loud: boolean): void {
    const detection = turnDetectionOf(this.#settings);
    if (!detection) return;
    const change = this.#detector.hear(durationMs, loud, detection.silenceMs);
    if (change === 'started') this.#speechStarted(detection.interrupts);
    if (change === 'stopped') this.#speechStopped(detection.answers);
  }

  #speechStarted(interrupts: boolean): void {
    this.#turns += 1;
    this.#speechStartedAtMs.push(sharedNowMs());
    this.#emit('input_audio_buffer.speech_started', {
      audio_start_ms: this.#detector.positionMs,
      item_id: this.#turnId,
    });
    if (interrupts) this.#response?.cancel('turn_detected');
  }

  #speechStopped(answers: boolean): void {
    const item_id = this.#turnId;
    const audio_end_ms = this.#detector.positionMs;
    this.#emit('input_audio_buffer.speech_stopped', { audio_end_ms, item_id });
    const previous_item_id = this.#lastItemId;
    this.#lastItemId = item_id;
    this.#emit('input_audio_buffer.committed', { previous_item_id, item_id });
    const item = userItem(item_id, null);
    this.#emit('conversation.item.added', { previous_item_id, item });
    this.#emit('conversation.item.done', { previous_item_id, item });
    if (this.#transcribes) {
      this.#emit('conversation.item.input_audio_transcription.completed', {
        item_id,
        content_index: 0,
        transcript: WORDS,
        usage: { type: 'duration', seconds: 1 },
      });
    }
    if (answers) this.#respond(undefined, undefined);
  }

  #respond(request: unknown, eventId: unknown): void {
    if (this.#response) {
      return this.#refuse(
        'conversation_already_has_active_response',
        'Conversation already has an active response in progress',
        eventId,
      );
    }
    const item = this.#answers.length;
    const response = new ModelResponse({
      ids: { response: `resp_${this.#id}${item}`, item: `item_${this.#id}a${item}` },
      previousItemId: this.#lastItemId,
      words: wordsFor(request),
      metadata: isRecord(request) ? (request['metadata'] ?? null) : null,
      canned: this.#canned.answer(item, this.#options.deltaMs, this.#options.answerMs),
      options: this.#options,
      emit: this.#emit,
      sendAudio: (before, delta, startByte) => {
        this.#deltas.push(item, startByte, sharedNowMs());
        this.#send(`{"event_id":"event_${this.#id}${this.#nextEvent()}",${before}"${delta}"}`);
      },
      ended: () => (this.#response = undefined),
    });
    this.#answers.push(response);
    this.#response = response;
    this.#lastItemId = response.itemId;
    response.start();
  }

  #cancel(eventId: unknown): void {
    if (this.#response) return this.#response.cancel('client_cancelled');
    this.#refuse('response_cancel_not_active', 'Cancellation failed: no active response', eventId);
  }

  #truncate(event: Event): void {
    const item_id = String(event['item_id']);
    const audio_end_ms = Number(event['audio_end_ms']);
    const item = this.#answers.findIndex((answer) => answer.itemId === item_id);
    const wholeMs = this.#answers[item]?.sentMs;
    const refused = wholeMs === undefined || !(audio_end_ms >= 0 && audio_end_ms <= wholeMs);
    this.#truncations.push({ item, audioEndMs: audio_end_ms, refused });
    if (refused) {
      const message = `Audio content of ${wholeMs ?? 0}ms is already shorter than ${audio_end_ms}ms`;
      return this.#refuse('invalid_value', message, event['event_id']);
    }
    this.#emit('conversation.item.truncated', { item_id, content_index: 0, audio_end_ms });
  }

  #addItem(event: Event): void {
    const given = isRecord(event['item']) ? event['item'] : {};
    const id = String(given['id'] ?? `item_${this.#id}c${this.#events}`);
    const item = { object: 'realtime.item', status: 'completed', ...given, id };
    const previous_item_id = this.#lastItemId;
    this.#lastItemId = id;
    this.#emit('conversation.item.added', { previous_item_id, item });
    this.#emit('conversation.item.done', { previous_item_id, item });
  }

  #retrieve(id: string): void {
    const answer = this.#answers.find((each) => each.itemId === id);
    const item = answer ? answer.item() : userItem(id, WORDS);
    this.#emit('conversation.item.retrieved', { item });
  }

  #update(change: unknown): void {
    if (isRecord(change)) this.#settings = mergeSession(this.#settings, change);
    this.#emit('session.updated', { session: this.#settings });
  }

  #refuse(code: string, message: string, eventId: unknown): void {
    this.#errors.push(code);
    const error = { type: 'invalid_request_error', code, message, param: null };
    this.#emit('error', { error: { ...error, event_id: eventId ?? null } });
  }

  readonly #emit: Emit = (type, fields) => {
    const event_id = `event_${this.#id}${this.#nextEvent()}`;
    this.#send(JSON.stringify({ type, event_id, ...fields }));
  };

  get #transcribes(): boolean {
    const audio = this.#settings['audio'];
    const input = isRecord(audio) ? audio['input'] : undefined;
    return isRecord(input) && isRecord(input['transcription']);
  }

  get #turnId(): string {
    return `item_${this.#id}u${this.#turns}`;
  }

  #nextEvent(): number {
    this.#events += 1;
    return this.#events;
  }
}

const WORDS = 'Quisiera saber el horario de atención.';
const ANSWER =
  'Con mucho gusto le ayudo con eso: atendemos de lunes a viernes de nueve a dieciocho horas.'.split(
    ' ',
  );

/** A client that asks for exact words, in quotes, gets these. */
function wordsFor(request: unknown): readonly string[] {
  const instructions = isRecord(request) ? request['instructions'] : undefined;
  const quoted = typeof instructions === 'string' ? /"([^"]+)"/.exec(instructions)?.[1] : undefined;
  return quoted?.split(' ') ?? ANSWER;
}

function userItem(id: string, transcript: string | null): object {
  return {
    id,
    object: 'realtime.item',
    type: 'message',
    status: 'completed',
    role: 'user',
    content: [{ type: 'input_audio', transcript }],
  };
}
