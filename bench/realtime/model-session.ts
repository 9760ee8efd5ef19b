import { Buffer } from 'node:buffer';
import { BYTES_PER_MS } from './agent-audio.ts';
import { wordsFor } from './agent-words.ts';
import { FRAME_MS, readCallerFrames } from './caller-audio.ts';
import { wordsOfLength } from './caller-words.ts';
import type { CannedAnswers } from './canned-answers.ts';
import { sharedNowMs } from './clock.ts';
import type { ModelOptions } from './model-options.ts';
import { ModelResponse, type Emit } from './model-response.ts';
import { isRecord, ModelSettings } from './model-settings.ts';
import type { ModelReport } from './reports.ts';
import { SessionItems } from './session-items.ts';
import { SessionRecord } from './session-record.ts';
import { TurnDetector } from './turn-detector.ts';

type Event = Readonly<Record<string, unknown>>;

/** One session of OpenAI's Realtime API with canned answers: what a bridge needs of it, exactly. */
export class ModelSession {
  readonly #id: string;
  readonly #options: ModelOptions;
  readonly #canned: CannedAnswers;
  readonly #send: (text: string) => void;
  readonly #settings: ModelSettings;
  readonly #items: SessionItems;
  readonly #record = new SessionRecord();
  readonly #detector = new TurnDetector();
  #events = 0;
  #response: ModelResponse | undefined;

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
    this.#settings = new ModelSettings(id, model);
    this.#items = new SessionItems(id, this.#emit);
    this.#emit('session.created', { session: this.#settings.toWire() });
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
        return this.#items.create(isRecord(event['item']) ? event['item'] : {});
      case 'conversation.item.retrieve':
        return this.#items.retrieve(String(event['item_id']));
      case 'conversation.item.delete':
        return this.#items.delete(event['item_id']);
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
    return this.#record.report(this.#items.answers);
  }

  #append(base64: string): void {
    const audio = Buffer.from(base64, 'base64');
    const nowMs = sharedNowMs();
    const frames = readCallerFrames(audio, ({ phone, frame, loud }) => {
      this.#record.frameCame(phone, frame, nowMs);
      this.#hear(FRAME_MS, loud);
    });
    // Padding of a bridge: silence that no caller has sent.
    if (frames === 0) this.#hear(audio.length / BYTES_PER_MS, false);
  }

  #hear(durationMs: number, loud: boolean): void {
    const detection = this.#settings.turnDetection;
    if (!detection) return;
    const change = this.#detector.hear(durationMs, loud, detection.silenceMs);
    if (change === 'started') this.#speechStarted(detection.interrupts);
    if (change === 'stopped') this.#speechStopped(detection.answers);
  }

  #speechStarted(interrupts: boolean): void {
    this.#items.beginTurn();
    this.#record.speechStarted(sharedNowMs());
    this.#emit('input_audio_buffer.speech_started', {
      audio_start_ms: this.#detector.positionMs,
      item_id: this.#items.turnId,
    });
    if (interrupts) this.#response?.cancel('turn_detected');
  }

  #speechStopped(answers: boolean): void {
    const item_id = this.#items.turnId;
    const { positionMs, spokenMs } = this.#detector;
    const transcript = wordsOfLength(spokenMs).text;
    this.#emit('input_audio_buffer.speech_stopped', { audio_end_ms: positionMs, item_id });
    this.#items.commitTurn(transcript);
    if (this.#settings.transcribes) {
      this.#emit('conversation.item.input_audio_transcription.completed', {
        item_id,
        content_index: 0,
        transcript,
        usage: { type: 'duration', seconds: Math.ceil(spokenMs / 1000) },
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
    const response = this.#newResponse(request);
    this.#items.addAnswer(response);
    this.#response = response;
    response.start();
  }

  #newResponse(request: unknown): ModelResponse {
    const item = this.#items.answers;
    const { deltaMs, greetingMs, answerMs } = this.#options;
    return new ModelResponse({
      ids: { response: `resp_${this.#id}${item}`, item: `item_${this.#id}a${item}` },
      previousItemId: this.#items.latestId,
      words: wordsFor(request),
      metadata: isRecord(request) ? (request['metadata'] ?? null) : null,
      canned: this.#canned.answer(item, deltaMs, item === 0 ? greetingMs : answerMs),
      options: this.#options,
      emit: this.#emit,
      sendAudio: (before, delta, startByte) => {
        this.#record.audioSent(item, startByte, sharedNowMs());
        this.#send(`{"event_id":"${this.#nextEventId()}",${before}"${delta}"}`);
      },
      ended: () => (this.#response = undefined),
    });
  }

  #cancel(eventId: unknown): void {
    if (this.#response) return this.#response.cancel('client_cancelled');
    this.#refuse('response_cancel_not_active', 'Cancellation failed: no active response', eventId);
  }

  #truncate(event: Event): void {
    const item_id = String(event['item_id']);
    const audio_end_ms = Number(event['audio_end_ms']);
    const known = this.#items.answerOf(item_id);
    const wholeMs = known?.answer.sentMs;
    const refused = wholeMs === undefined || !(audio_end_ms >= 0 && audio_end_ms <= wholeMs);
    this.#record.truncated({ item: known?.index ?? -1, audioEndMs: audio_end_ms, refused });
    if (refused) {
      const message = `Audio content of ${wholeMs ?? 0}ms is already shorter than ${audio_end_ms}ms`;
      return this.#refuse('invalid_value', message, event['event_id']);
    }
    this.#emit('conversation.item.truncated', { item_id, content_index: 0, audio_end_ms });
  }

  #update(change: unknown): void {
    this.#settings.update(change);
    this.#emit('session.updated', { session: this.#settings.toWire() });
  }

  #refuse(code: string, message: string, eventId: unknown): void {
    this.#record.refused(code);
    const error = { type: 'invalid_request_error', code, message, param: null };
    this.#emit('error', { error: { ...error, event_id: eventId ?? null } });
  }

  readonly #emit: Emit = (type, fields) => {
    this.#send(JSON.stringify({ type, event_id: this.#nextEventId(), ...fields }));
  };

  #nextEventId(): string {
    this.#events += 1;
    return `event_${this.#id}${this.#events}`;
  }
}
