import { FrameQueue } from './frame-queue.ts';
import type { Handset, HandsetEnding, HandsetEvents } from './handset.ts';
import { FRAME_MS, SILENT_FRAME } from './line-audio.ts';
import { LinePath, type LineConditions } from './line-path.ts';
import type { Beat, Ticking } from './ticker.ts';
import { isKeys } from './tones.ts';

/** What the network plays into a telephone; null is silence. */
export interface FrameSource {
  pull(): Uint8Array | null;
}

/** Somebody in the network who follows a line. */
export interface LineListener {
  /** 20 ms that arrived from the telephone, and when they were spoken, in ms since the answer. */
  frame?(mulaw: Uint8Array, spokenAtMs: number): void;
  /** 20 ms that were played into the telephone. */
  played?(mulaw: Uint8Array, atMs: number): void;
  digit?(digit: string): void;
  ended?(ending: HandsetEnding): void;
}

/** A key is held for 100 ms and followed by a pause: the pace of a keypad. */
const TICKS_PER_DIGIT = 6;

/**
 * The connection between one telephone and the network. The telephone holds the `handset`; the
 * network answers, listens, plays and ends. All of its time is counted in frames of the beat.
 *
 * Invariants: audio flows only between `answer` and `end`; `end` happens once and nothing follows.
 */
export class Line implements Ticking {
  readonly callSid: string;
  readonly handset: Handset;
  state: 'idle' | 'ringing' | 'answered' | 'ended' = 'idle';
  ending: HandsetEnding | undefined;
  source: FrameSource | null = null;
  readonly counters = { framesSent: 0, framesReceived: 0, audioFramesSent: 0 };
  readonly #beat: Beat;
  readonly #listeners = new Set<LineListener>();
  readonly #spoken = new FrameQueue();
  readonly #up: LinePath;
  readonly #down: LinePath;
  #events: HandsetEvents;
  #digits = '';
  #ticks = 0;
  #digitAtTick = 0;
  #missingTicks = 0;

  constructor(
    callSid: string,
    beat: Beat,
    events: HandsetEvents,
    conditions?: Partial<LineConditions>,
  ) {
    this.callSid = callSid;
    this.#beat = beat;
    this.#events = events;
    this.#up = new LinePath(conditions);
    this.#down = new LinePath(conditions);
    const spoken = this.#spoken;
    this.handset = {
      callSid,
      get unsentBytes() {
        return spoken.lengthBytes;
      },
      sendAudio: (mulaw) => {
        if (this.state !== 'ended') this.#spoken.push(mulaw);
      },
      stopSending: () => this.#spoken.clear(),
      press: (digits) => {
        if (!isKeys(digits)) throw new RangeError('a telephone has the keys 0-9, * and #');
        this.#digits += digits;
      },
      hangUp: () => this.end({ status: this.#statusOfHangUp(), endedBy: 'caller' }),
    };
  }

  /** Ms since the answer. */
  get nowMs(): number {
    return this.#ticks * FRAME_MS;
  }

  /** Audio the telephone has queued and not yet sent into the line. */
  get unsentBytes(): number {
    return this.#spoken.lengthBytes;
  }

  /** Tells the telephone of a key that the other side pressed. */
  tellDigit(digit: string): void {
    if (this.state === 'answered') this.#events.digit?.(digit);
  }

  ring(): void {
    if (this.state !== 'idle') return;
    this.state = 'ringing';
    this.#events.ringing?.();
  }

  /** @param events of the telephone that was picked up, where it was not the one that dialled */
  answer(events?: HandsetEvents): void {
    if (this.state === 'answered' || this.state === 'ended') return;
    if (events) this.#events = events;
    this.state = 'answered';
    this.#beat.add(this);
    this.#events.answered?.();
  }

  end(ending: HandsetEnding): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.ending = ending;
    this.#beat.delete(this);
    this.source = null;
    this.#spoken.clear();
    for (const listener of [...this.#listeners]) listener.ended?.(ending);
    this.#listeners.clear();
    this.#events.ended?.(ending);
  }

  listen(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** For so long nothing arrives from the telephone, as on a bad radio link. */
  loseFrames(durationMs: number): void {
    this.#missingTicks = Math.ceil(durationMs / FRAME_MS);
  }

  tick(): void {
    const atMs = this.nowMs;
    const source = this.source;
    const played = source?.pull() ?? SILENT_FRAME;
    this.#down.send(played, this.#ticks, atMs);
    for (
      let packet = this.#down.receive(this.#ticks);
      packet;
      packet = this.#down.receive(this.#ticks)
    ) {
      this.counters.framesReceived++;
      this.#events.audio?.(packet.frame);
      if (this.#isEnded()) return;
    }
    const spoken = this.#spoken.pull();
    if (spoken) this.counters.audioFramesSent++;
    if (this.#missingTicks > 0) this.#missingTicks--;
    else this.#up.send(spoken ?? SILENT_FRAME, this.#ticks, atMs);
    for (const listener of this.#listeners) listener.played?.(played, atMs);
    for (
      let packet = this.#up.receive(this.#ticks);
      packet;
      packet = this.#up.receive(this.#ticks)
    ) {
      this.counters.framesSent++;
      for (const listener of this.#listeners) listener.frame?.(packet.frame, packet.atMs);
    }
    if (this.#digits !== '' && this.#ticks >= this.#digitAtTick) this.#pressNext();
    this.#ticks++;
  }

  #pressNext(): void {
    const digit = this.#digits[0] as string;
    this.#digits = this.#digits.slice(1);
    this.#digitAtTick = this.#ticks + TICKS_PER_DIGIT;
    for (const listener of [...this.#listeners]) listener.digit?.(digit);
  }

  /** A listener may have ended the call meanwhile. */
  #isEnded(): boolean {
    return this.state === 'ended';
  }

  #statusOfHangUp(): HandsetEnding['status'] {
    return this.state === 'answered' ? 'completed' : 'canceled';
  }
}
