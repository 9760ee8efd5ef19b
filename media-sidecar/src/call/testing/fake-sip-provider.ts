import type { Clock, Timer } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { RealtimeListener } from '../../realtime/contract.ts';
import type { FakeRealtimeModel } from '../../realtime/testing/fake-realtime-model.ts';

interface Spoken {
  readonly responseId: string;
  readonly itemId: string;
  readonly text: string;
  readonly ms: number;
  startedMs: number | undefined;
  readonly tag: string | undefined;
}

export interface SpeakOverSip {
  readonly ms?: number;
  readonly tag?: string;
  readonly responseId?: string;
  readonly itemId?: string;
  /** Words and the end of the response are told at once unless they are left to the test. */
  readonly done?: boolean;
}

/**
 * The provider's side of a call over SIP: makes responses, plays one after the other, and tells of it
 * whoever controls the call at that moment. What nobody is there to hear is told to nobody.
 */
export class FakeSipProvider {
  readonly #clock: Clock;
  readonly #model: FakeRealtimeModel;
  /** What the caller heard, words of whole responses alone. */
  readonly heard: string[] = [];
  clears = 0;
  #queue: Spoken[] = [];
  #timer: Timer | undefined;
  #count = 0;

  constructor(clock: Clock, model: FakeRealtimeModel) {
    this.#clock = clock;
    this.#model = model;
  }

  /** Tells who controls the call; nobody when there is none. */
  tell(event: (listener: RealtimeListener) => void): void {
    const session = this.#model.sessions.at(-1);
    if (session?.isReady && !session.closed) event(session.listener);
  }

  speaks(text: string, options: SpeakOverSip = {}): string {
    const { ms = text.length * 60, tag, done = true } = options;
    const itemId = options.itemId ?? `agent-${++this.#count}`;
    const responseId = options.responseId ?? `response-of-${itemId}`;
    this.tell((listener) =>
      listener.onResponseStarted({ responseId, ...(tag === undefined ? {} : { tag }) }),
    );
    for (const [delta] of text.matchAll(/\S+\s*/g)) {
      this.tell((listener) => listener.onAgentWords({ responseId, itemId, delta }));
    }
    this.#queue.push({ responseId, itemId, text, ms, startedMs: undefined, tag });
    if (this.#queue.length === 1) this.#begin();
    if (done) this.ends(responseId);
    return responseId;
  }

  ends(responseId: string, status: 'completed' | 'cancelled' = 'completed'): void {
    this.tell((listener) => listener.onResponseDone({ responseId, status }));
  }

  /** What it plays stops. @param cuts whether it forgets what was not heard, as it does for speech */
  stops(cuts: boolean): void {
    this.#timer?.cancel();
    const [playing] = this.#queue;
    const queue = this.#queue.splice(0);
    if (!playing) return;
    const { responseId } = playing;
    this.tell((listener) => listener.onPlayback({ state: 'cleared', responseId }));
    if (!cuts) return;
    for (const { itemId, startedMs } of queue) {
      const audioEndMs = startedMs === undefined ? 0 : this.#clock.monotonicMs() - startedMs;
      this.tell((listener) => listener.onTruncated({ itemId, audioEndMs }));
    }
  }

  /** The caller's call is over. */
  hangsUp(): void {
    this.#timer?.cancel();
    this.#model.session.dies(
      new ProviderError('fake-realtime', 'not-found', 'the call is over', { retryable: false }),
    );
  }

  #begin(): void {
    const [spoken] = this.#queue;
    if (!spoken) return;
    const { ms, responseId, text } = spoken;
    spoken.startedMs = this.#clock.monotonicMs();
    // Later than the words, and never in their tick.
    this.#timer = this.#clock.schedule(0, () => {
      this.tell((listener) => listener.onPlayback({ state: 'started', responseId }));
      this.#timer = this.#clock.schedule(ms, () => {
        this.#queue.shift();
        this.heard.push(text);
        this.tell((listener) => listener.onPlayback({ state: 'stopped', responseId }));
        this.#begin();
      });
    });
  }
}
