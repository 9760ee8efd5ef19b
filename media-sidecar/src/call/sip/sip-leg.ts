import { MULAW_BYTES_PER_MS } from '../../audio/constants.ts';
import type { Clock } from '../../kernel/clock.ts';
import type {
  HeardItem,
  PhoneLeg,
  PhoneLegCounters,
  PhoneLegListener,
} from '../../telephony/contract.ts';

interface SipItem {
  readonly responseId: string | undefined;
  queuedMs: number;
  finished: boolean;
}

/** What the provider plays of one response. */
interface Playback {
  readonly startedMs: number;
  /** Heard to its end, or cut. */
  isOver: boolean;
}

const KEPT_PAST_ITEMS = 128;

/**
 * The phone side of a call whose audio does not pass through us: nothing is played here, and it is
 * the provider that tells what is heard. Keeps the same account as a media stream does.
 */
export class SipLeg implements PhoneLeg {
  readonly callSid: string;
  readonly #clock: Clock;
  readonly #onClose: () => void;
  readonly #responses = new Map<string, string>();
  readonly #items = new Map<string, SipItem>();
  readonly #playbacks = new Map<string, Playback>();
  /** What was heard of items that are over; the oldest are forgotten. */
  readonly #past = new Map<string, number>();
  #listener: PhoneLegListener | undefined;
  #ended: Parameters<PhoneLegListener['onEnded']>[0] | undefined;

  /** @param onClose the conversation has ended the call: the line is to be hung up */
  constructor(callSid: string, clock: Clock, onClose: () => void) {
    this.callSid = callSid;
    this.#clock = clock;
    this.#onClose = onClose;
  }

  attach(listener: PhoneLegListener): void {
    this.#listener = listener;
    if (this.#ended) listener.onEnded(this.#ended);
  }

  /** An item of a response, before its first audio. */
  expect(itemId: string, responseId: string): void {
    this.#responses.set(itemId, responseId);
  }

  /** Audio that the provider plays; only its length counts here. */
  play(itemId: string, mulaw: Uint8Array): void {
    const item = this.#items.get(itemId);
    const queuedMs = mulaw.length / MULAW_BYTES_PER_MS;
    if (item) item.queuedMs += queuedMs;
    else {
      const responseId = this.#responses.get(itemId);
      this.#items.set(itemId, { responseId, queuedMs, finished: false });
      this.#past.delete(itemId);
      if (responseId !== undefined && this.#playbacks.has(responseId)) this.#first(itemId);
    }
  }

  finishItem(itemId: string): void {
    const item = this.#items.get(itemId);
    if (!item) return;
    item.finished = true;
    this.#settle(item.responseId);
  }

  clear(): readonly HeardItem[] {
    const heard = [...this.#items].map(([itemId, { queuedMs }]) => ({
      itemId,
      heardMs: this.heardMs(itemId),
      queuedMs,
    }));
    for (const { itemId, heardMs } of heard) this.#remember(itemId, heardMs);
    return heard;
  }

  heardMs(itemId: string): number {
    const past = this.#past.get(itemId);
    if (past !== undefined) return past;
    const item = this.#items.get(itemId);
    const playback =
      item?.responseId === undefined ? undefined : this.#playbacks.get(item.responseId);
    if (!item || !playback) return 0;
    if (playback.isOver) return item.queuedMs;
    const elapsedMs = this.#clock.monotonicMs() - playback.startedMs;
    return Math.max(0, Math.min(item.queuedMs, elapsedMs - this.#offsetMs(itemId, item)));
  }

  /** No frame passes through us. */
  counters(): PhoneLegCounters {
    return { framesReceived: 0, framesLost: 0, framesSent: 0 };
  }

  close(): void {
    if (this.#ended) return;
    this.#end('closed-by-us');
    this.#onClose();
  }

  /** The provider says that the call is over. */
  callEnded(): void {
    this.#end('caller-hung-up');
  }

  playbackStarted(responseId: string): void {
    if (this.#playbacks.has(responseId)) return;
    this.#playbacks.set(responseId, { startedMs: this.#clock.monotonicMs(), isOver: false });
    const [first] = this.#itemsOf(responseId);
    if (first !== undefined) this.#first(first);
  }

  /** The response was heard to its end. @returns how long it was heard, in ms */
  playbackStopped(responseId: string): number {
    const playback = this.#playbacks.get(responseId);
    if (!playback) return 0;
    playback.isOver = true;
    this.#settle(responseId);
    return this.#clock.monotonicMs() - playback.startedMs;
  }

  /** The provider has cut an item: its word counts more than our clock. */
  truncated(itemId: string, audioEndMs: number): void {
    if (this.#past.has(itemId)) this.#past.set(itemId, audioEndMs);
  }

  #settle(responseId: string | undefined): void {
    if (responseId === undefined || !this.#playbacks.get(responseId)?.isOver) return;
    for (const itemId of this.#itemsOf(responseId)) {
      const item = this.#items.get(itemId);
      if (!item?.finished) continue;
      this.#remember(itemId, item.queuedMs);
      this.#listener?.onItemPlayed(itemId);
    }
  }

  #first(itemId: string): void {
    this.#listener?.onFirstPlayed(itemId);
  }

  #itemsOf(responseId: string): string[] {
    return [...this.#items].flatMap(([itemId, item]) =>
      item.responseId === responseId ? [itemId] : [],
    );
  }

  /** What is played before it, of the same response. */
  #offsetMs(itemId: string, { responseId }: SipItem): number {
    let offsetMs = 0;
    for (const [otherId, other] of this.#items) {
      if (otherId === itemId) break;
      if (other.responseId === responseId) offsetMs += other.queuedMs;
    }
    return offsetMs;
  }

  #remember(itemId: string, heardMs: number): void {
    this.#items.delete(itemId);
    this.#responses.delete(itemId);
    this.#past.set(itemId, heardMs);
    if (this.#past.size <= KEPT_PAST_ITEMS) return;
    const [oldest] = this.#past.keys();
    if (oldest !== undefined) this.#past.delete(oldest);
  }

  #end(reason: Parameters<PhoneLegListener['onEnded']>[0]): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#items.clear();
    this.#playbacks.clear();
    this.#listener?.onEnded(reason);
  }
}
