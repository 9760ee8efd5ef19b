import type { Clock, Timer } from '../../kernel/clock.ts';
import type { HeardItem, PhoneLeg, PhoneLegCounters, PhoneLegListener } from '../contract.ts';

const MULAW_BYTES_PER_MS = 8;
const FRAME_BYTES = 160;

interface FakeItem {
  readonly itemId: string;
  queuedMs: number;
  heardMs: number;
  firstPlayed: boolean;
  finished: boolean;
}

type EndReason = Parameters<PhoneLegListener['onEnded']>[0];

/** A phone that plays at the speed of its clock, without delay: what was played was heard. */
export class FakePhoneLeg implements PhoneLeg {
  readonly callSid: string;
  /** Everything that was handed to `play`, whether heard or cleared. */
  readonly played: { readonly itemId: string; readonly mulaw: Uint8Array }[] = [];
  clears = 0;
  framesReceived = 0;
  closed = false;
  readonly #clock: Clock;
  readonly #items = new Map<string, FakeItem>();
  readonly #heardBefore = new Map<string, number>();
  readonly #held: ((listener: PhoneLegListener) => void)[] = [];
  #listener: PhoneLegListener | undefined;
  #playedUntilMs = 0;
  #timer: Timer | undefined;
  #ended = false;

  constructor(clock: Clock, callSid = 'CA00000000000000000000000000000001') {
    this.#clock = clock;
    this.callSid = callSid;
  }

  attach(listener: PhoneLegListener): void {
    this.#listener = listener;
    for (const deliver of this.#held.splice(0)) deliver(listener);
  }

  play(itemId: string, mulaw: Uint8Array): void {
    if (this.#ended) return;
    this.#settle();
    this.played.push({ itemId, mulaw });
    this.#item(itemId).queuedMs += mulaw.byteLength / MULAW_BYTES_PER_MS;
    this.#plan();
  }

  finishItem(itemId: string): void {
    if (this.#ended) return;
    this.#settle();
    this.#item(itemId).finished = true;
    this.#plan();
  }

  clear(): readonly HeardItem[] {
    this.#settle();
    this.clears += 1;
    const heard = [...this.#items.values()]
      .filter((item) => !(item.finished && item.heardMs >= item.queuedMs))
      .map(({ itemId, heardMs, queuedMs }) => ({ itemId, heardMs, queuedMs }));
    for (const { itemId, heardMs } of heard) this.#heardBefore.set(itemId, heardMs);
    this.#items.clear();
    this.#plan();
    return heard;
  }

  heardMs(itemId: string): number {
    this.#settle();
    return this.#items.get(itemId)?.heardMs ?? this.#heardBefore.get(itemId) ?? 0;
  }

  counters(): PhoneLegCounters {
    const sentBytes = this.played.reduce((sum, { mulaw }) => sum + mulaw.byteLength, 0);
    return {
      framesReceived: this.framesReceived,
      framesLost: 0,
      framesSent: Math.ceil(sentBytes / FRAME_BYTES),
    };
  }

  close(): void {
    this.closed = true;
    this.end('closed-by-us');
  }

  /** The caller speaks: any number of whole frames. */
  hear(mulaw: Uint8Array): void {
    for (let at = 0; at < mulaw.byteLength; at += FRAME_BYTES) {
      const frame = mulaw.subarray(at, at + FRAME_BYTES);
      this.framesReceived += 1;
      this.#deliver((listener) => listener.onAudio(frame));
    }
  }

  press(digit: string): void {
    this.#deliver((listener) => listener.onDtmf(digit));
  }

  end(reason: EndReason): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.cancel();
    this.#deliver((listener) => listener.onEnded(reason));
  }

  #deliver(event: (listener: PhoneLegListener) => void): void {
    if (this.#listener) event(this.#listener);
    else this.#held.push(event);
  }

  #item(itemId: string): FakeItem {
    let item = this.#items.get(itemId);
    if (!item) {
      item = { itemId, queuedMs: 0, heardMs: 0, firstPlayed: false, finished: false };
      this.#items.set(itemId, item);
    }
    return item;
  }

  /** Plays up to now. Events are told by the timer only, so that `play` never calls back. */
  #settle(): void {
    const nowMs = this.#clock.monotonicMs();
    let availableMs = nowMs - this.#playedUntilMs;
    this.#playedUntilMs = nowMs;
    for (const item of this.#items.values()) {
      const partMs = Math.min(availableMs, item.queuedMs - item.heardMs);
      item.heardMs += partMs;
      availableMs -= partMs;
      if (!item.finished && item.heardMs >= item.queuedMs) break;
    }
  }

  #plan(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const item of this.#items.values()) {
      const leftMs = item.queuedMs - item.heardMs;
      if (!item.firstPlayed && item.queuedMs > 0) {
        const untilFirstMs = Math.max(0, Math.min(20, item.queuedMs) - item.heardMs);
        this.#timer = this.#clock.schedule(untilFirstMs, () => this.#tell());
        return;
      }
      if (leftMs > 0 || item.finished) {
        this.#timer = this.#clock.schedule(leftMs, () => this.#tell());
      }
      // Later items wait until this one is finished, as they do on the real leg.
      return;
    }
  }

  #tell(): void {
    this.#settle();
    for (const item of [...this.#items.values()]) {
      if (!item.firstPlayed && item.heardMs > 0) {
        item.firstPlayed = true;
        this.#deliver((listener) => listener.onFirstPlayed(item.itemId));
      }
      if (item.finished && item.heardMs >= item.queuedMs && this.#items.has(item.itemId)) {
        this.#items.delete(item.itemId);
        this.#heardBefore.set(item.itemId, item.heardMs);
        this.#deliver((listener) => listener.onItemPlayed(item.itemId));
        continue;
      }
      break;
    }
    this.#plan();
  }
}
