import { FRAME_BYTES, MULAW_BYTES_PER_MS } from '../../audio/constants.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { HeardItem } from '../contract.ts';
import { OutboundQueue } from './outbound-queue.ts';
import { PlaybackLedger, type MarkKind } from './playback-ledger.ts';

export interface PlaybackOptions {
  /**
   * How far audio may be ahead of what is heard; the rest waits here. Twilio's own limit is
   * undocumented (31930 tells of an overflow).
   * @defaultValue 10000 ms
   */
  readonly maxAheadMs: number;
  /**
   * Audio between two marks. Each makes the ledger more exact, costs a message each way, and tells less
   * the more there were before it.
   * @defaultValue 500 ms
   */
  readonly markIntervalMs: number;
  /**
   * The same in the first second of an item, which has had few marks.
   * @defaultValue 200 ms
   */
  readonly firstMarksIntervalMs: number;
  /**
   * Sending waits while the socket holds more than this.
   * @defaultValue 262144 bytes
   */
  readonly maxSocketBufferBytes: number;
  /**
   * So long after an item must have been heard, it counts as heard even without its mark.
   * @defaultValue 3000 ms
   */
  readonly markPatienceMs: number;
}

export const defaultPlaybackOptions = {
  maxAheadMs: 10_000,
  markIntervalMs: 500,
  firstMarksIntervalMs: 200,
  maxSocketBufferBytes: 262_144,
  markPatienceMs: 3000,
} as const satisfies PlaybackOptions;

/** The wire, as playback needs it. */
export interface PlaybackWire {
  audio(mulaw: Uint8Array): void;
  mark(name: string): void;
  clear(): void;
  /** Whatever `work` sends leaves in one piece. */
  together(work: () => void): void;
  /** What the socket has taken but not sent. */
  readonly bufferedBytes: number;
}

export interface PlaybackEvents {
  firstPlayed(itemId: string): void;
  itemPlayed(itemId: string): void;
}

/** How long sending rests while the socket is congested; `ws` has no event for the end of it. */
const CONGESTION_PAUSE_MS = 50;
const KEPT_PAST_ITEMS = 128;
/** So much of an item is its beginning. */
const FIRST_MARKS_MS = 1000;

/** The agent's half of a media stream: what is sent when, and what of it was heard. */
export class Playback {
  readonly #wire: PlaybackWire;
  readonly #events: PlaybackEvents;
  readonly #clock: Clock;
  readonly #options: PlaybackOptions;
  readonly #ledger = new PlaybackLedger();
  readonly #queue = new OutboundQueue();
  /** Items on their way: handed in, not yet heard to the end nor cleared. */
  readonly #items = new Map<string, { queuedBytes: number }>();
  /** What was heard of items that are over; the oldest are forgotten. */
  readonly #past = new Map<string, number>();
  /** End marks that have not come back, with the timer that stops waiting for them. */
  readonly #awaitedEnds = new Map<string, Timer>();
  #marks = 0;
  #sinceMarkBytes = 0;
  #timer: Timer | undefined;
  #closed = false;
  bytesSent = 0;
  /** Items that counted as heard although their mark did not come back. */
  marksMissing = 0;

  constructor(wire: PlaybackWire, events: PlaybackEvents, clock: Clock, options: PlaybackOptions) {
    this.#wire = wire;
    this.#events = events;
    this.#clock = clock;
    this.#options = options;
  }

  play(itemId: string, mulaw: Uint8Array): void {
    if (this.#closed || mulaw.length === 0) return;
    const item = this.#items.get(itemId);
    if (item) item.queuedBytes += mulaw.length;
    else this.#items.set(itemId, { queuedBytes: mulaw.length });
    this.#past.delete(itemId);
    this.#queue.add(itemId, mulaw);
    this.#pump();
  }

  finish(itemId: string): void {
    // The end of an item that a clear has removed in the meantime is of no interest.
    if (this.#closed || this.#past.has(itemId)) return;
    if (!this.#items.has(itemId)) this.#items.set(itemId, { queuedBytes: 0 });
    this.#queue.finish(itemId);
    this.#pump();
  }

  clear(): readonly HeardItem[] {
    // First of all, so that Twilio stops as soon as it can.
    if (!this.#closed) this.#wire.clear();
    const heardMs = this.#ledger.clear(this.#clock.monotonicMs());
    const heard = [...this.#items].map(([itemId, { queuedBytes }]) => ({
      itemId,
      heardMs: heardMs.get(itemId) ?? 0,
      queuedMs: queuedBytes / MULAW_BYTES_PER_MS,
    }));
    for (const item of heard) this.#remember(item.itemId, item.heardMs);
    this.#queue.clear();
    this.#sinceMarkBytes = 0;
    this.#cancelTimers();
    return heard;
  }

  heardMs(itemId: string): number {
    const past = this.#past.get(itemId);
    return past ?? this.#ledger.heardMs(itemId, this.#clock.monotonicMs());
  }

  markReturned(name: string): void {
    const mark = this.#ledger.markReturned(name, this.#clock.monotonicMs());
    if (this.#closed) return;
    if (mark?.itemId !== undefined) {
      if (mark.kind === 'first') this.#events.firstPlayed(mark.itemId);
      if (mark.kind === 'end') this.#itemPlayed(mark.itemId);
    }
    this.#pump();
  }

  /** Sends nothing more and tells nothing more; `heardMs` still answers. */
  close(): void {
    this.#closed = true;
    this.#queue.clear();
    this.#cancelTimers();
  }

  /** Sends what may be sent now, and plans to go on when more may be. */
  #pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#queue.isEmpty) return;
    this.#wire.together(() => this.#send());
  }

  #send(): void {
    // Nothing of it is played while it is being sent.
    let aheadMs = this.#ledger.aheadMs(this.#clock.monotonicMs());
    while (!this.#closed) {
      const ended = this.#queue.takeEnded();
      if (ended) {
        this.#endItem(ended.itemId);
        continue;
      }
      if (!this.#queue.hasAudio) return;
      const waitMs = this.#waitMs(aheadMs);
      if (waitMs > 0) {
        this.#timer = this.#clock.schedule(waitMs, () => this.#pump());
        return;
      }
      // A mark that meets an empty buffer comes back at once, and tells the round trip.
      if (aheadMs === 0) this.#mark('timing', undefined);
      aheadMs += this.#sendPart() / MULAW_BYTES_PER_MS;
    }
  }

  #waitMs(aheadMs: number): number {
    if (this.#wire.bufferedBytes > this.#options.maxSocketBufferBytes) return CONGESTION_PAUSE_MS;
    const excessMs = aheadMs - this.#options.maxAheadMs;
    return excessMs < 0 ? 0 : excessMs + this.#options.markIntervalMs;
  }

  /** @returns how many bytes it was */
  #sendPart(): number {
    const { firstMarksIntervalMs, markIntervalMs } = this.#options;
    const isNew = this.#queue.sentBytesOfNext < FIRST_MARKS_MS * MULAW_BYTES_PER_MS;
    const intervalBytes = (isNew ? firstMarksIntervalMs : markIntervalMs) * MULAW_BYTES_PER_MS;
    const part = this.#queue.takePart(intervalBytes - this.#sinceMarkBytes);
    if (!part) return 0;
    const { itemId, mulaw } = part;
    if (part.first) {
      // The first mark follows the first frame, so that the delay it tells is not that of a chunk.
      this.#audio(itemId, mulaw.subarray(0, FRAME_BYTES));
      this.#mark('first', itemId);
      if (mulaw.length > FRAME_BYTES) this.#audio(itemId, mulaw.subarray(FRAME_BYTES));
    } else {
      this.#audio(itemId, mulaw);
    }
    this.#sinceMarkBytes += mulaw.length;
    if (this.#sinceMarkBytes >= intervalBytes) {
      this.#sinceMarkBytes = 0;
      this.#mark('timing', itemId);
    }
    return mulaw.length;
  }

  #audio(itemId: string, mulaw: Uint8Array): void {
    this.#ledger.sent(itemId, mulaw.length, this.#clock.monotonicMs());
    this.bytesSent += mulaw.length;
    this.#wire.audio(mulaw);
  }

  #mark(kind: MarkKind, itemId: string | undefined): void {
    this.#marks += 1;
    const name = `${kind}-${this.#marks}`;
    this.#ledger.markSent(name, kind, itemId, this.#clock.monotonicMs());
    this.#wire.mark(name);
  }

  #endItem(itemId: string): void {
    this.#sinceMarkBytes = 0;
    this.#mark('end', itemId);
    const untilEndMs = this.#ledger.endsAtMs() - this.#clock.monotonicMs();
    const patienceMs = Math.max(0, untilEndMs) + this.#options.markPatienceMs;
    const timer = this.#clock.schedule(patienceMs, () => {
      this.marksMissing += 1;
      this.#itemPlayed(itemId);
    });
    this.#awaitedEnds.set(itemId, timer);
  }

  #itemPlayed(itemId: string): void {
    this.#awaitedEnds.get(itemId)?.cancel();
    this.#awaitedEnds.delete(itemId);
    const item = this.#items.get(itemId);
    if (!item) return;
    this.#remember(itemId, item.queuedBytes / MULAW_BYTES_PER_MS);
    this.#ledger.forget(itemId);
    this.#events.itemPlayed(itemId);
  }

  #remember(itemId: string, heardMs: number): void {
    this.#items.delete(itemId);
    this.#past.set(itemId, heardMs);
    if (this.#past.size <= KEPT_PAST_ITEMS) return;
    const [oldest] = this.#past.keys();
    if (oldest !== undefined) this.#past.delete(oldest);
  }

  #cancelTimers(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const timer of this.#awaitedEnds.values()) timer.cancel();
    this.#awaitedEnds.clear();
  }
}
