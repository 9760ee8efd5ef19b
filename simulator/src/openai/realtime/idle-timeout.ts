import type { RealtimeClock } from './clock.ts';
import type { Response } from './response.ts';
import type { Settings } from './settings.ts';

export interface IdleTimeoutParts {
  readonly settings: Settings;
  readonly clock: RealtimeClock;
  /** Ms of audio received so far. */
  positionMs(): number;
  /** Somebody speaks, or is about to. */
  busy(): boolean;
  /** @param fromMs how much audio had been received when the last response was played out */
  expired(fromMs: number): void;
}

/** `idle_timeout_ms`: how long `server_vad` waits once the last response must have been played. */
export class IdleTimeout {
  readonly #parts: IdleTimeoutParts;
  #stop: (() => void) | undefined;

  constructor(parts: IdleTimeoutParts) {
    this.#parts = parts;
  }

  responseEnded({ audioSince, audioMs, isOutOfBand }: Response): void {
    const detection = this.#parts.settings.turnDetection;
    const idleMs = detection?.type === 'server_vad' ? detection.idle_timeout_ms : undefined;
    if (idleMs === undefined || idleMs === null || isOutOfBand) return;
    const { clock } = this.#parts;
    const playedOutAt = audioSince === undefined ? clock.now() : audioSince + audioMs;
    this.stop();
    this.#stop = clock.after(Math.max(0, playedOutAt - clock.now()), () => {
      const fromMs = this.#parts.positionMs();
      this.#stop = clock.after(idleMs, () => {
        this.#stop = undefined;
        if (!this.#parts.busy()) this.#parts.expired(fromMs);
      });
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
