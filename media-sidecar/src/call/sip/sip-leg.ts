import { MULAW_BYTES_PER_MS } from '../../audio/constants.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type {
  HeardItem,
  PhoneLeg,
  PhoneLegCounters,
  PhoneLegListener,
} from '../../telephony/contract.ts';
import { RecentMap } from '../recent-map.ts';

interface SipItem {
  readonly responseId: string | undefined;
  queuedMs: number;
  finished: boolean;
  /** Until it counts as heard, though nobody said so. */
  timer: Timer | undefined;
}

/** What the provider plays of one response. */
interface Playback {
  readonly startedMs: number;
  /** It was heard to its end. */
  isWhole: boolean;
  /** When it was cut. */
  cutMs: number | undefined;
}

/** The provider tells that something was cut a moment before or after why. */
const CUT_SETTLES_MS = 500;
/** An end that is not told: so much longer than it should have taken, and so much on top, in ms. */
const OVERDUE_FACTOR = 1.5;
const OVERDUE_MS = 3000;

/**
 * The phone side of a call whose audio does not pass through us: nothing is played here, and it is
 * the provider that tells what is heard. Keeps the same account as a media stream does.
 */
export class SipLeg implements PhoneLeg {
  readonly callSid: string;
  readonly #clock: Clock;
  readonly #onClose: () => void;
  /** To which response an item belongs. */
  readonly #responses = new RecentMap<string>();
  /** Not heard to their end, in the order of their first words. */
  readonly #items = new Map<string, SipItem>();
  readonly #playbacks = new RecentMap<Playback>();
  /** What was heard of items that are over. */
  readonly #past = new RecentMap<number>();
  #listener: PhoneLegListener | undefined;
  #silence: (() => void) | undefined;
  #ended: Parameters<PhoneLegListener['onEnded']>[0] | undefined;
  /** When the line was cut: nothing was heard after it. */
  #endedMs: number | undefined;

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

  /** @param silence makes the provider stop what it plays */
  silenceWith(silence: () => void): void {
    this.#silence = silence;
  }

  /** An item of a response, before its first audio. */
  expect(itemId: string, responseId: string): void {
    if (!this.#items.has(itemId)) this.#responses.set(itemId, responseId);
  }

  /** Audio that the provider plays; only its length counts here. */
  play(itemId: string, mulaw: Uint8Array): void {
    if (this.#ended) return;
    const queuedMs = mulaw.length / MULAW_BYTES_PER_MS;
    const item = this.#items.get(itemId);
    if (item) {
      item.queuedMs += queuedMs;
      return;
    }
    const responseId = this.#responses.get(itemId);
    this.#items.set(itemId, { responseId, queuedMs, finished: false, timer: undefined });
    this.#past.delete(itemId);
    if (!this.#playbackOf(responseId)) return;
    // Never from within `play`.
    this.#clock.schedule(0, () => this.#listener?.onFirstPlayed(itemId));
  }

  finishItem(itemId: string): void {
    const item = this.#items.get(itemId);
    if (!item || item.finished) return;
    item.finished = true;
    if (this.#playbackOf(item.responseId)?.isWhole) this.#played(itemId);
    else this.#settleLater(itemId, this.#queuedMs() * OVERDUE_FACTOR + OVERDUE_MS);
  }

  clear(): readonly HeardItem[] {
    const heard = [...this.#items].map(([itemId, { queuedMs }]) => ({
      itemId,
      heardMs: this.heardMs(itemId),
      queuedMs,
    }));
    for (const { itemId, heardMs } of heard) this.#remember(itemId, heardMs);
    if (heard.length > 0 && !this.#ended) this.#silence?.();
    return heard;
  }

  heardMs(itemId: string): number {
    const past = this.#past.get(itemId);
    if (past !== undefined) return past;
    const item = this.#items.get(itemId);
    const playback = this.#playbackOf(item?.responseId);
    if (!item || !playback) return 0;
    if (playback.isWhole) return item.queuedMs;
    const untilMs = this.#endedMs ?? playback.cutMs ?? this.#clock.monotonicMs();
    const ownMs = untilMs - playback.startedMs - this.#offsetMs(itemId, item);
    return Math.max(0, Math.min(item.queuedMs, ownMs));
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
    if (this.#ended || this.#playbacks.has(responseId)) return;
    const startedMs = this.#clock.monotonicMs();
    this.#playbacks.set(responseId, { startedMs, isWhole: false, cutMs: undefined });
    const [first] = this.#itemsOf(responseId);
    if (first !== undefined) this.#listener?.onFirstPlayed(first);
  }

  /**
   * The response was heard to its end, also one whose begin was not told.
   * @returns how long it was heard, in ms; 0 when that is not known
   */
  playbackStopped(responseId: string): number {
    if (this.#ended) return 0;
    const nowMs = this.#clock.monotonicMs();
    const playback = this.#playbacks.get(responseId);
    const startedMs = playback?.startedMs ?? nowMs;
    this.#playbacks.set(responseId, { startedMs, isWhole: true, cutMs: undefined });
    for (const itemId of this.#itemsOf(responseId)) {
      if (this.#items.get(itemId)?.finished) this.#played(itemId);
    }
    return nowMs - startedMs;
  }

  /**
   * The rest of what is played, and all that waits behind it, is dropped. As a rule the conversation
   * has cleared it then, or does so in a moment; what it wants to keep is over nevertheless.
   */
  playbackCut(responseId: string): void {
    const playback = this.#playbacks.get(responseId);
    if (playback) playback.cutMs ??= this.#clock.monotonicMs();
    for (const [itemId, { responseId: owner }] of this.#items) {
      if (owner === responseId || !this.#playbackOf(owner)) {
        this.#settleLater(itemId, CUT_SETTLES_MS);
      }
    }
  }

  #playbackOf(responseId: string | undefined): Playback | undefined {
    return responseId === undefined ? undefined : this.#playbacks.get(responseId);
  }

  #settleLater(itemId: string, delayMs: number): void {
    const item = this.#items.get(itemId);
    if (!item) return;
    item.timer?.cancel();
    item.timer = this.#clock.schedule(delayMs, () => this.#played(itemId));
  }

  #played(itemId: string): void {
    const item = this.#items.get(itemId);
    if (!item) return;
    this.#remember(itemId, item.queuedMs);
    this.#listener?.onItemPlayed(itemId);
  }

  #itemsOf(responseId: string): string[] {
    return [...this.#items].flatMap(([itemId, item]) =>
      item.responseId === responseId ? [itemId] : [],
    );
  }

  #queuedMs(): number {
    let sumMs = 0;
    for (const { queuedMs } of this.#items.values()) sumMs += queuedMs;
    return sumMs;
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
    this.#items.get(itemId)?.timer?.cancel();
    this.#items.delete(itemId);
    this.#responses.delete(itemId);
    this.#past.set(itemId, heardMs);
  }

  /** What was heard until then is asked for afterwards. */
  #end(reason: Parameters<PhoneLegListener['onEnded']>[0]): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#endedMs = this.#clock.monotonicMs();
    for (const { timer } of this.#items.values()) timer?.cancel();
    this.#listener?.onEnded(reason);
  }
}
