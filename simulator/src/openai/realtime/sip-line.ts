import type { RealtimeClock } from './clock.ts';

/** What a session plays to a caller over SIP, in real time; µ-law at 8,000 Hz. */
export interface SipLine {
  /** After what is queued. */
  play(mulaw: Uint8Array): void;
  /** What is queued is never played. */
  stop(): void;
  /** Audio that is queued and not played yet, ms. */
  readonly unplayedMs: number;
}

/** The telephone at the other end of a call. */
export interface SipLeg extends SipLine {
  /** 200 to its INVITE. */
  answer(): void;
  /** @param statusCode SIP, 300 to 699 */
  reject(statusCode: number): void;
  hangUp(): void;
  /** REFER. @returns whether it was taken; the call goes on where it was not */
  refer(targetUri: string): boolean;
}

const BYTES_PER_MS = 8;

/** A line that nobody is at: it plays by the clock, and nothing is heard. */
export class UnheardLine implements SipLine {
  readonly #clock: RealtimeClock;
  #playedOutAt = 0;

  constructor(clock: RealtimeClock) {
    this.#clock = clock;
  }

  get unplayedMs(): number {
    return Math.max(0, this.#playedOutAt - this.#clock.now());
  }

  play(mulaw: Uint8Array): void {
    this.#playedOutAt = this.#clock.now() + this.unplayedMs + mulaw.length / BYTES_PER_MS;
  }

  stop(): void {
    this.#playedOutAt = 0;
  }
}
