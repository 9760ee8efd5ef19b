import type { OpenAiRealtimeFaults } from '../../faults/openai-realtime.ts';
import type { RecordingRecognizer, Recognizer } from '../../recognition/contract.ts';
import { OpenAiError } from '../openai-error.ts';
import { handle, type SessionCore } from './client-event-handlers.ts';
import { parseClientEvent } from './client-events.ts';
import type { RealtimeClock } from './clock.ts';
import type { CannedModel } from './canned/canned-model.ts';
import { Conversation } from './conversation.ts';
import { deafEars, Hearing } from './hearing.ts';
import { IdleTimeout } from './idle-timeout.ts';
import { itemToWire, newId, type Item } from './items.ts';
import type { RealtimeScript } from './realtime-script.ts';
import { Responses } from './responses.ts';
import type { ServerEvent } from './response.ts';
import { SessionInput, type HeardItem } from './session-input.ts';
import type { Settings } from './settings.ts';
import type { SipLine } from './sip-line.ts';
import type { Speech } from './speech.ts';
import { Transcriber } from './transcriber.ts';

export interface RealtimeSessionParts {
  readonly settings: Settings;
  readonly clock: RealtimeClock;
  readonly recognizer: Recognizer;
  readonly recordings: RecordingRecognizer;
  readonly speech: Speech;
  readonly script: RealtimeScript;
  /** Answers while the fault `canned` is set. */
  readonly canned: CannedModel;
  /** Read at use: tests change it in the middle. */
  readonly faults: () => OpenAiRealtimeFaults;
  /** Over SIP audio is played there, and some events exist only then. */
  readonly line: SipLine | undefined;
  send(event: ServerEvent): void;
  /** The session is over; nothing follows. */
  close(code: number, reason: string): void;
}

/** One session of the Realtime API: client events in, server events out. */
export class RealtimeSession {
  readonly #parts: RealtimeSessionParts;
  readonly #conversation = new Conversation();
  readonly #input: SessionInput;
  readonly #responses: Responses;
  readonly #transcriber: Transcriber;
  readonly #idle: IdleTimeout;
  readonly #stopExpiry: () => void;
  readonly #arrived: ((audio: Buffer) => void) | undefined;
  readonly #core: SessionCore;
  #closed = false;

  constructor(parts: RealtimeSessionParts) {
    this.#parts = parts;
    const { settings, clock, faults, canned } = parts;
    // For the whole session, as it began: ears cannot be put on in the middle.
    const isCanned = faults().canned !== null;
    this.#arrived = isCanned ? (audio) => canned.arrived(audio, settings.inputFormat) : undefined;
    this.#input = new SessionInput({
      settings,
      ears: isCanned ? () => deafEars : (baseMs) => new Hearing(parts.recognizer, baseMs),
      keepsAudio: !isCanned,
      recordings: parts.recordings,
      speechStarted: (itemId, audioStartMs) => this.#speechStarted(itemId, audioStartMs),
      speechStopped: (item_id, audio_end_ms) =>
        this.#emit({ type: 'input_audio_buffer.speech_stopped', audio_end_ms, item_id }),
      committed: (heard, byDetector) => this.#committed(heard, byDetector),
    });
    this.#transcriber = new Transcriber(settings, clock, faults, (event) => this.#emit(event));
    this.#responses = new Responses({
      ...parts,
      conversation: this.#conversation,
      emit: (event) => this.#emit(event),
      ended: (response) => this.#idle.responseEnded(response),
    });
    this.#idle = new IdleTimeout({
      settings,
      clock,
      positionMs: () => this.#input.positionMs,
      busy: () => this.#input.speaking || this.#responses.active !== undefined,
      expired: (fromMs) => this.#idleExpired(fromMs),
    });
    this.#core = {
      settings,
      overSip: parts.line !== undefined,
      refusesSipTuning: () => faults().refusesSipTuning,
      conversation: this.#conversation,
      input: this.#input,
      responses: this.#responses,
      idle: this.#idle,
      add: (item, previous) => this.#add(item, previous),
      append: (audio) => this.#append(audio),
      emit: (event) => this.#emit(event),
    };
    this.#stopExpiry = clock.after(faults().sessionLimitMs, () => this.#expire());
  }

  /** The event that each socket gets before anything else. */
  created(): ServerEvent {
    const session = this.#parts.settings.toWire();
    return { type: 'session.created', event_id: newId('event'), session };
  }

  /** Audio that comes from the call, not from the client. */
  hear(audio: Buffer): void {
    if (!this.#closed) this.#append(audio);
  }

  /** One message of the client, as it came. */
  receive(text: string): void {
    if (this.#closed) return;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return this.#refuse(notJson(), undefined);
    }
    try {
      handle(parseClientEvent(json), this.#core);
    } catch (error) {
      if (!(error instanceof OpenAiError)) throw error;
      this.#refuse(error, eventIdOf(json));
    }
  }

  /** A key was pressed on a phone that called over SIP. */
  dtmf(digit: string): void {
    if (this.#closed) return;
    this.#parts.send({
      type: 'input_audio_buffer.dtmf_event_received',
      event: digit,
      received_at: Math.floor(this.#parts.clock.now() / 1000),
    });
  }

  /** The client has gone. */
  end(): void {
    this.#closed = true;
    this.#stopExpiry();
    this.#idle.stop();
    this.#transcriber.stop();
    this.#responses.abandon();
  }

  #append(audio: Buffer): void {
    this.#arrived?.(audio);
    this.#input.append(audio);
  }

  #speechStarted(item_id: string, audio_start_ms: number): void {
    this.#idle.stop();
    this.#emit({ type: 'input_audio_buffer.speech_started', audio_start_ms, item_id });
    if (this.#parts.settings.turnDetection?.interrupt_response !== false) {
      this.#responses.interrupt();
    }
  }

  #committed(heard: HeardItem, byDetector: boolean): void {
    const { item } = heard;
    const previous_item_id = this.#conversation.lastId;
    this.#emit({ type: 'input_audio_buffer.committed', previous_item_id, item_id: item.id });
    this.#responses.listenTo(heard.heard);
    this.#add(item);
    this.#transcriber.transcribe(heard);
    const { turnDetection } = this.#parts.settings;
    if (!byDetector || turnDetection?.create_response === false) return;
    try {
      this.#responses.create({}, () => ({ words: '', durationMs: 0 }));
    } catch (error) {
      if (!(error instanceof OpenAiError)) throw error;
      this.#refuse(error, undefined);
    }
  }

  #idleExpired(fromMs: number): void {
    const item_id = newId('item');
    this.#emit({
      type: 'input_audio_buffer.timeout_triggered',
      audio_start_ms: Math.round(fromMs),
      audio_end_ms: Math.round(this.#input.positionMs),
      item_id,
    });
    this.#input.commitSilence(item_id, fromMs);
  }

  #add(item: Item, previous?: string | null): void {
    const previous_item_id = this.#conversation.add(item, previous);
    const wire = { previous_item_id, item: itemToWire(item) };
    this.#emit({ type: 'conversation.item.added', ...wire });
    this.#emit({ type: 'conversation.item.done', ...wire });
  }

  #expire(): void {
    const minutes = Math.round(this.#parts.faults().sessionLimitMs / 60_000);
    const message = `Your session hit the maximum duration of ${minutes} minutes.`;
    this.#refuse(new OpenAiError(400, message, { code: 'session_expired' }), undefined);
    this.end();
    this.#parts.close(1001, message);
  }

  #refuse({ type, code, message, param }: OpenAiError, eventId: string | undefined): void {
    this.#emit({ type: 'error', error: { type, code, message, param, event_id: eventId ?? null } });
  }

  #emit(event: ServerEvent): void {
    if (this.#closed) return;
    const { type, ...rest } = event;
    if (type === 'conversation.item.truncated') {
      this.#parts.canned.truncated(String(rest['item_id']), Number(rest['audio_end_ms']));
    }
    this.#parts.send({ type, event_id: newId('event'), ...rest });
  }
}

const notJson = (): OpenAiError =>
  new OpenAiError(
    400,
    'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly.)',
    { code: 'invalid_json' },
  );

function eventIdOf(json: unknown): string | undefined {
  const id = (json as { event_id?: unknown } | null)?.event_id;
  return typeof id === 'string' ? id : undefined;
}
