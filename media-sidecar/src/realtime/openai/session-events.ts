import type { ProviderError } from '../../kernel/errors.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { RealtimeListener, RealtimeResponseEnd } from '../contract.ts';
import type { CallerWords } from './caller-words.ts';
import { eventError, PROVIDER, type ApiError } from './errors.ts';
import { EventReader, type EventHandlers } from './event-reader.ts';
import type { WireFunctionCall, WireResponse } from './events.ts';
import { RecentIds } from './recent-ids.ts';
import { RACE } from './requests.ts';
import type { Responses } from './responses.ts';
import type { SpokenItems } from './spoken-items.ts';
import { responseUsage, transcriptionUsage } from './usage.ts';

export interface SessionEventsParts {
  readonly listener: RealtimeListener;
  readonly metrics: Metrics;
  readonly responses: Responses;
  readonly items: SpokenItems;
  readonly words: CallerWords;
  readonly isControl: boolean;
  /** Whether an event of ours was a `session.update`, by its id. */
  isOurSettings(eventId: string): boolean;
  /** Whether the settings were taken. */
  isReady(): boolean;
  /** Whether nothing may be told any more. */
  isOver(): boolean;
  ready(): void;
  /** The model said nothing of this item, as far as it knows from here on. */
  forget(itemId: string): void;
  fail(error: ProviderError): void;
}

/** Errors of requests that came too late, whether or not they name the request. */
const RACES: ReadonlySet<string> = new Set([
  'response_cancel_not_active',
  'input_audio_buffer_commit_empty',
]);
/** A call is told with its item, and once more with the end of its response: no response has so many. */
const CALLS_KEPT = 32;

/** What the provider tells of a session, in our words. */
export class SessionEvents {
  readonly #parts: SessionEventsParts;
  readonly #reader: EventReader;
  readonly #calls = new RecentIds(CALLS_KEPT);

  constructor(parts: SessionEventsParts) {
    this.#parts = parts;
    this.#reader = new EventReader(this.#handlers(), parts.metrics);
  }

  onText(text: string): void {
    this.#reader.read(text);
  }

  onBinary(): void {
    this.#reader.countMalformed();
  }

  #handlers(): EventHandlers {
    const { listener, responses, items, words, isControl } = this.#parts;
    return {
      audio: (responseId, itemId, delta) => this.#audio(responseId, itemId, delta),
      words: (responseId, itemId, delta) => {
        // What was heard of a cancelled response may be told after the cancellation.
        if (responses.stateOf(responseId) === 'ended') this.#reader.countDropped('after-end');
        else listener.onAgentWords({ responseId, itemId, delta });
      },
      'session.updated': () => {
        if (!this.#parts.isReady()) this.#parts.ready();
      },
      error: ({ error }) => this.#error(error),
      'rate_limits.updated': ({ rate_limits: limits }) =>
        listener.onRateLimits(
          limits.map(({ name, limit, remaining, reset_seconds: seconds }) => ({
            name,
            limit,
            remaining,
            resetMs: seconds * 1000,
          })),
        ),
      'input_audio_buffer.speech_started': ({ item_id: itemId, audio_start_ms: atMs }) => {
        words.speechStarted();
        listener.onSpeechStarted({ itemId, atMs });
      },
      'input_audio_buffer.speech_stopped': ({ item_id: itemId, audio_end_ms: atMs }) =>
        listener.onSpeechStopped({ itemId, atMs }),
      'input_audio_buffer.committed': ({ item_id: itemId, previous_item_id: previous }) => {
        if (!words.committed(itemId)) return;
        listener.onCallerTurn({ itemId, ...(previous ? { previousItemId: previous } : {}) });
      },
      'input_audio_buffer.dtmf_event_received': ({ event }) => listener.onKey(event),
      'conversation.item.input_audio_transcription.delta': ({ item_id: itemId, delta = '' }) => {
        const text = words.add(itemId, delta);
        if (text === undefined) this.#reader.countDropped('after-end');
        else listener.onCallerWords({ itemId, text, final: false });
      },
      'conversation.item.input_audio_transcription.completed': (event) => {
        const { item_id: itemId, transcript, usage } = event;
        if (!words.told(itemId)) return this.#reader.countDropped('duplicate');
        // First: the words may end the call, and the session.
        if (usage) listener.onTranscriptionUsage(transcriptionUsage(usage));
        listener.onCallerWords({ itemId, text: transcript, final: true });
      },
      'conversation.item.input_audio_transcription.failed': ({ item_id: itemId }) => {
        if (words.told(itemId)) listener.onCallerWordsLost(itemId);
      },
      'conversation.item.truncated': ({ item_id: itemId, audio_end_ms: audioEndMs }) => {
        // Without SIP it was we who cut it.
        if (isControl) listener.onTruncated({ itemId, audioEndMs });
      },
      'response.created': ({ response }) => this.#created(response),
      'response.output_audio.done': ({ item_id: itemId }) => {
        if (items.finish(itemId)) listener.onAudioDone(itemId);
      },
      'response.output_item.done': ({ response_id: responseId, item }) => {
        if ('call_id' in item) this.#call(responseId, item);
      },
      'response.done': ({ response }) => this.#done(response),
      'output_audio_buffer.started': ({ response_id: responseId }) =>
        listener.onPlayback({ state: 'started', responseId }),
      'output_audio_buffer.stopped': ({ response_id: responseId }) =>
        listener.onPlayback({ state: 'stopped', responseId }),
      'output_audio_buffer.cleared': ({ response_id: responseId }) =>
        listener.onPlayback({ state: 'cleared', responseId }),
    };
  }

  #audio(responseId: string, itemId: string, delta: string): void {
    const { listener, responses, items, isControl } = this.#parts;
    // The call's own audio goes another way.
    if (isControl) return;
    const state = responses.stateOf(responseId);
    const mulaw = Buffer.from(delta, 'base64');
    if (mulaw.length === 0) {
      this.#reader.countMalformed();
      return;
    }
    if (items.isDone(itemId)) {
      this.#reader.countDropped('after-end');
      return;
    }
    const isPassedOn = state === 'active' || state === 'unknown';
    items.add(itemId, responseId, mulaw.length, isPassedOn);
    if (state === 'active') listener.onAudio({ responseId, itemId, mulaw });
    else if (state === 'unknown') {
      this.#created({ id: responseId });
      if (!this.#parts.isOver()) listener.onAudio({ responseId, itemId, mulaw });
    } else this.#reader.countDropped(state === 'cancelled' ? 'after-cancel' : 'after-end');
  }

  #created({ id: responseId, metadata }: WireResponse): void {
    const created = this.#parts.responses.created(responseId, metadata?.['ask']);
    if (!created) return;
    const tag = created.request?.tag ?? metadata?.['tag'];
    this.#parts.listener.onResponseStarted({ responseId, ...(tag === undefined ? {} : { tag }) });
  }

  #call(responseId: string, call: WireFunctionCall): void {
    // One that was broken off has half of its arguments.
    if (call.status === 'incomplete' || !this.#calls.add(call.call_id)) return;
    const { id: itemId, call_id: callId, name, arguments: args } = call;
    this.#parts.listener.onToolCall({ responseId, itemId, callId, name, arguments: args });
  }

  #done(response: WireResponse): void {
    const { listener, responses, items, isOver } = this.#parts;
    const { id: responseId, output = [], usage } = response;
    const status = statusOf(response.status);
    // A response whose begin nobody saw is told whole.
    if (responses.stateOf(responseId) === 'unknown') this.#created(response);
    for (const itemId of items.finishAllOf(responseId)) {
      if (!isOver()) listener.onAudioDone(itemId);
    }
    for (const item of output) {
      if ('call_id' in item && status === 'completed' && !isOver()) this.#call(responseId, item);
    }
    if (isOver()) return;
    // Before its end lets the next one begin, which is to know what was heard.
    if (responses.isCutInMemory(responseId)) {
      for (const itemId of items.unheardOf(responseId)) this.#parts.forget(itemId);
    }
    if (!responses.ended(responseId)) return;
    const reason = reasonOf(response);
    listener.onResponseDone({
      responseId,
      status,
      ...(reason === undefined ? {} : { reason }),
      ...(usage ? { usage: responseUsage(usage) } : {}),
    });
  }

  #error(error: ApiError): void {
    const { listener, metrics, responses, words, fail } = this.#parts;
    const { event_id: eventId, code } = error;
    words.commitRefused(eventId, code);
    if (code === 'session_expired' || this.#keepsFromReady(eventId)) fail(eventError(error));
    else if (eventId?.startsWith(RACE) === true || RACES.has(code ?? '')) {
      metrics.count('realtime_refused_races', { provider: PROVIDER });
    } else if (eventId?.startsWith('ask_') === true) {
      const isTooEarly = code === 'conversation_already_has_active_response';
      if (isTooEarly) metrics.count('realtime_refused_races', { provider: PROVIDER });
      const request = responses.refused(eventId, isTooEarly);
      if (request) this.#tellRefused(eventId, request.tag, code ?? error.type ?? 'refused');
    } else listener.onError(eventError(error));
  }

  /**
   * Before it is ready a session was asked for nothing but its settings. The session of a call is older
   * than the control that is being attached, and may tell what is none of its business.
   */
  #keepsFromReady(eventId: string | null | undefined): boolean {
    const { isControl, isOurSettings, isReady } = this.#parts;
    if (isReady()) return false;
    return !isControl || (typeof eventId === 'string' && isOurSettings(eventId));
  }

  /** Who asked waits for an end: a request that was refused is a response that failed at once. */
  #tellRefused(responseId: string, tag: string | undefined, reason: string): void {
    const { listener, isOver } = this.#parts;
    listener.onResponseStarted({ responseId, ...(tag === undefined ? {} : { tag }) });
    if (!isOver()) listener.onResponseDone({ responseId, status: 'failed', reason });
  }
}

function statusOf(status: string | undefined): RealtimeResponseEnd['status'] {
  if (status === 'cancelled' || status === 'incomplete' || status === 'failed') return status;
  return 'completed';
}

function reasonOf({ status_details: details }: WireResponse): string | undefined {
  return details?.reason ?? details?.error?.code ?? details?.error?.type ?? undefined;
}
