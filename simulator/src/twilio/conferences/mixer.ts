import { encodeMulaw, MULAW_TO_LINEAR } from '../../audio/mulaw.ts';
import { FrameQueue } from '../../telephone-network/frame-queue.ts';
import { FRAME_BYTES, SILENT_FRAME } from '../../telephone-network/line-audio.ts';
import type { Ticking } from '../../telephone-network/ticker.ts';

/** More than this of somebody's speech does not wait: the mix stays close to real time. */
const MAX_WAITING_BYTES = 10 * FRAME_BYTES;

/** One who speaks into the mix and hears it. */
export class MixerSeat {
  /** What was said. */
  readonly spoken = new FrameQueue();
  /** What is to be heard. */
  readonly heard = new FrameQueue();
  /** What only this one hears, over the others: beeps and announcements. */
  readonly overlay = new FrameQueue();
  /** What was said in this 20 ms; null is silence. */
  frame: Uint8Array | null = null;
}

export interface MixerRules {
  /** Whether the first hears the second. */
  hears(listener: MixerSeat, speaker: MixerSeat): boolean;
  /** 20 ms have passed; frames are those of the seats now. */
  mixed?(): void;
}

/** Gives each seat the sum of those it may hear, 20 ms at a time. */
export class Mixer implements Ticking {
  readonly #rules: MixerRules;
  readonly #seats = new Set<MixerSeat>();

  constructor(rules: MixerRules) {
    this.#rules = rules;
  }

  get size(): number {
    return this.#seats.size;
  }

  add(seat: MixerSeat): void {
    this.#seats.add(seat);
  }

  delete(seat: MixerSeat): void {
    this.#seats.delete(seat);
    seat.frame = null;
  }

  tick(): void {
    for (const seat of this.#seats) {
      while (seat.spoken.lengthBytes > MAX_WAITING_BYTES) seat.spoken.pull();
      seat.frame = seat.spoken.pull();
    }
    for (const listener of this.#seats) {
      const frames: (Uint8Array | null)[] = [listener.overlay.pull()];
      for (const speaker of this.#seats)
        if (speaker !== listener && this.#rules.hears(listener, speaker))
          frames.push(speaker.frame);
      while (listener.heard.lengthBytes > MAX_WAITING_BYTES) listener.heard.pull();
      listener.heard.push(sumOf(frames) ?? SILENT_FRAME);
    }
    this.#rules.mixed?.();
  }
}

/** One voice alone goes through as it came; null where nobody speaks. */
export function sumOf(frames: readonly (Uint8Array | null)[]): Uint8Array | null {
  const audible = frames.filter((frame) => frame !== null && frame !== SILENT_FRAME);
  const [only] = audible;
  if (only === undefined || audible.length === 1) return only ?? null;
  const sum = new Int16Array(FRAME_BYTES);
  for (let i = 0; i < FRAME_BYTES; i++) {
    let value = 0;
    for (const frame of audible)
      value += MULAW_TO_LINEAR[(frame as Uint8Array)[i] ?? 0xff] as number;
    sum[i] = Math.max(-32_768, Math.min(32_767, value));
  }
  return encodeMulaw(sum);
}
