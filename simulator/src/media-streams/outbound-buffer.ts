import { FrameQueue } from '../telephone-network/frame-queue.ts';
import { BYTES_PER_MS } from '../telephone-network/line-audio.ts';

export interface OutboundBufferEvents {
  /** Playback has reached a mark, or a clear has given it back. */
  mark(name: string): void;
}

/** A buffer that ran dry and got audio again within this time was starved in mid-speech. */
const STARVED_TICKS = 10;

/**
 * What an application sent to be played, with its marks. A mark returns when the audio before it has
 * been played, at once where there is none, and on a clear.
 * https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-a-mark-message
 */
export class OutboundBuffer {
  /** Times the buffer ran dry and was filled again within 200 ms. */
  underruns = 0;
  playedBytes = 0;
  readonly #queue = new FrameQueue();
  readonly #marks: { readonly name: string; readonly atBytes: number }[] = [];
  readonly #limitBytes: number;
  readonly #events: OutboundBufferEvents;
  #acceptedBytes = 0;
  #dryTicks = Number.POSITIVE_INFINITY;

  constructor(limitMs: number, events: OutboundBufferEvents) {
    this.#limitBytes = limitMs * BYTES_PER_MS;
    this.#events = events;
  }

  get bufferedMs(): number {
    return this.#queue.lengthBytes / BYTES_PER_MS;
  }

  /** @returns false where it would not fit; nothing is taken then */
  push(audio: Uint8Array): boolean {
    if (this.#queue.lengthBytes + audio.length > this.#limitBytes) return false;
    if (this.#dryTicks > 0 && this.#dryTicks <= STARVED_TICKS) this.underruns++;
    this.#dryTicks = 0;
    this.#queue.push(audio);
    this.#acceptedBytes += audio.length;
    return true;
  }

  mark(name: string): void {
    if (this.#queue.lengthBytes === 0) this.#events.mark(name);
    else this.#marks.push({ name, atBytes: this.#acceptedBytes });
  }

  clear(): void {
    this.#queue.clear();
    this.#acceptedBytes = this.playedBytes;
    this.#dryTicks = Number.POSITIVE_INFINITY;
    for (const { name } of this.#marks.splice(0)) this.#events.mark(name);
  }

  /** 20 ms to play; null where there is nothing. */
  pull(): Uint8Array | null {
    const before = this.#queue.lengthBytes;
    const frame = this.#queue.pull();
    if (frame === null) {
      this.#dryTicks++;
      return null;
    }
    this.playedBytes += before - this.#queue.lengthBytes;
    while (this.#marks[0] !== undefined && this.#marks[0].atBytes <= this.playedBytes)
      this.#events.mark((this.#marks.shift() as { name: string }).name);
    return frame;
  }
}
