import type { Metrics } from '../../kernel/metrics.ts';
import { PROVIDER } from './errors.ts';
import { eventSchemas, ignoredEvents, isRead, type Events, type EventType } from './events.ts';
import { RecentIds } from './recent-ids.ts';

export type EventHandlers = { [T in EventType]: (event: Events[T]) => void } & {
  /** @param delta base64 */
  audio(responseId: string, itemId: string, delta: string): void;
  words(responseId: string, itemId: string, delta: string): void;
};

interface AnyEvent {
  readonly type?: unknown;
  readonly event_id?: unknown;
  readonly response_id?: unknown;
  readonly item_id?: unknown;
  readonly delta?: unknown;
}

/** What comes twice does so in a row, or a few events apart. */
const IDS_KEPT = 32;

/** Turns what comes over the wire into calls. Counts and survives what makes no sense. */
export class EventReader {
  readonly #handlers: EventHandlers;
  readonly #metrics: Metrics;
  readonly #recent = new RecentIds(IDS_KEPT);

  constructor(handlers: EventHandlers, metrics: Metrics) {
    this.#handlers = handlers;
    this.#metrics = metrics;
  }

  read(text: string): void {
    let event: AnyEvent | null;
    try {
      event = JSON.parse(text) as AnyEvent | null;
    } catch {
      this.countMalformed();
      return;
    }
    const type = event?.type;
    if (!event || typeof type !== 'string') this.countMalformed();
    else if (type === 'response.output_audio.delta') this.#readDelta(event, this.#handlers.audio);
    else if (type === 'response.output_audio_transcript.delta') {
      this.#readDelta(event, this.#handlers.words);
    } else if (isRead(type)) this.#readOther(type, event);
    else if (!ignoredEvents.has(type)) {
      this.#metrics.count('provider_unknown_events', { provider: PROVIDER });
    }
  }

  countMalformed(): void {
    this.#metrics.count('realtime_malformed_events', { provider: PROVIDER });
  }

  countDropped(reason: 'duplicate' | 'after-cancel' | 'after-end'): void {
    this.#metrics.count('realtime_events_dropped', { provider: PROVIDER, reason });
  }

  /** Some events have no id (keys that were pressed). */
  #isRepeated({ event_id: id }: AnyEvent): boolean {
    if (typeof id !== 'string' || this.#recent.add(id)) return false;
    this.countDropped('duplicate');
    return true;
  }

  /** These come all the time: read by hand. */
  #readDelta(event: AnyEvent, handle: EventHandlers['audio']): void {
    const { response_id: responseId, item_id: itemId, delta } = event;
    if (
      typeof responseId === 'string' &&
      typeof itemId === 'string' &&
      typeof delta === 'string' &&
      responseId !== '' &&
      itemId !== ''
    ) {
      if (!this.#isRepeated(event)) handle(responseId, itemId, delta);
    } else this.countMalformed();
  }

  #readOther(type: EventType, event: AnyEvent): void {
    const parsed = eventSchemas[type].safeParse(event);
    if (!parsed.success) {
      this.countMalformed();
      return;
    }
    if (this.#isRepeated(event)) return;
    // SAFETY: the handler of a type takes what the schema of that type made.
    (this.#handlers[type] as (event: unknown) => void)(parsed.data);
  }
}
