import { FRAME_MS } from './line-audio.ts';

/** What a real network does to audio on its way; all zero by default. */
export interface LineConditions {
  /** One-way delay in ms. @defaultValue 0 */
  readonly delayMs: number;
  /** Up to so many ms more, different for each frame; order is kept. @defaultValue 0 */
  readonly jitterMs: number;
  /** Seed of the jitter: the same seed makes the same call. @defaultValue 1 */
  readonly seed: number;
}

export const defaultLineConditions = {
  delayMs: 0,
  jitterMs: 0,
  seed: 1,
} as const satisfies LineConditions;

interface Packet {
  readonly frame: Uint8Array;
  readonly atMs: number;
  readonly dueTick: number;
}

/** One direction of a line. */
export class LinePath {
  readonly #conditions: LineConditions;
  readonly #inFlight: Packet[] = [];
  #random: number;
  #lastDueTick = 0;

  constructor(conditions: Partial<LineConditions> = {}) {
    this.#conditions = { ...defaultLineConditions, ...conditions };
    this.#random = this.#conditions.seed >>> 0 || 1;
  }

  send(frame: Uint8Array, tick: number, atMs: number): void {
    const { delayMs, jitterMs } = this.#conditions;
    const delay = jitterMs > 0 ? delayMs + this.#nextRandom() * jitterMs : delayMs;
    this.#lastDueTick = Math.max(this.#lastDueTick, tick + Math.round(delay / FRAME_MS));
    this.#inFlight.push({ frame, atMs, dueTick: this.#lastDueTick });
  }

  /** What has arrived by this tick, one by one. */
  receive(tick: number): Packet | undefined {
    const first = this.#inFlight[0];
    return first !== undefined && first.dueTick <= tick ? this.#inFlight.shift() : undefined;
  }

  /** xorshift32, 0 to 1. */
  #nextRandom(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x >>> 0;
    return this.#random / 0xffff_ffff;
  }
}
