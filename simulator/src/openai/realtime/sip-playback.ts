import type { RealtimeClock } from './clock.ts';
import type { Response, ServerEvent } from './response.ts';

/** What a caller over SIP is hearing, as `output_audio_buffer.*` tells it. */
export class SipPlayback {
  readonly #clock: RealtimeClock;
  readonly #emit: (event: ServerEvent) => void;
  #playing: string | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(clock: RealtimeClock, emit: (event: ServerEvent) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Audio of this response has gone out. */
  sent(responseId: string): void {
    if (this.#playing === responseId) return;
    this.#playing = responseId;
    this.#emit({ type: 'output_audio_buffer.started', response_id: responseId });
  }

  responseEnded({ id, ending, audioSince, audioMs }: Response): void {
    if (this.#playing !== id || audioSince === undefined) return;
    if (ending?.status === 'cancelled' && ending.reason === 'turn_detected') return this.clear();
    const left = Math.max(0, audioSince + audioMs - this.#clock.now());
    this.#stopTimer = this.#clock.after(left, () => this.#end('stopped'));
  }

  /** The rest is not played. */
  clear(): void {
    this.stop();
    this.#end('cleared');
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #end(how: 'stopped' | 'cleared'): void {
    if (this.#playing === undefined) return;
    const response_id = this.#playing;
    this.#playing = undefined;
    this.#emit({ type: `output_audio_buffer.${how}`, response_id });
  }
}
