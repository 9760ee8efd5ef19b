import { FRAME_BYTES, FRAME_MS, mulawMs, silentFrame } from '../../audio/constants.ts';
import { Reframer } from '../../audio/frames.ts';
import type { MediaMessage } from './wire.ts';

export interface InboundAudioOptions {
  /**
   * The longest gap that is filled with silence. A longer one is filled this far: recognisers need
   * continuous audio, but nobody needs minutes of silence at once.
   * @defaultValue 5000 ms
   */
  readonly maxGapFillMs: number;
}

export const defaultInboundAudioOptions = {
  maxGapFillMs: 5000,
} as const satisfies InboundAudioOptions;

/**
 * Makes an unbroken row of frames of what comes from the phone: gaps in Twilio's timestamps become
 * silence, repetitions and latecomers are dropped.
 */
export class InboundAudio {
  readonly #options: InboundAudioOptions;
  readonly #reframer = new Reframer();
  #lastChunk = 0;
  /** Where the next audio belongs, in Twilio's time; unknown before the first. */
  #expectedMs: number | undefined;
  framesReceived = 0;
  framesLost = 0;
  /** Chunks that came twice or out of order. */
  chunksDropped = 0;

  constructor(options: Partial<InboundAudioOptions> = {}) {
    this.#options = { ...defaultInboundAudioOptions, ...options };
  }

  /** End of the last frame, in Twilio's time. */
  get endMs(): number {
    return (this.#expectedMs ?? 0) - mulawMs(this.#reframer.pendingBytes);
  }

  /**
   * @param deliver takes the frames that are due now, in order
   * @returns false for a payload that holds no audio
   */
  push(message: MediaMessage, deliver: (frame: Uint8Array) => void): boolean {
    if (message.chunk <= this.#lastChunk) {
      this.chunksDropped += 1;
      return true;
    }
    const audio = Buffer.from(message.payload, 'base64');
    if (audio.length === 0) return false;
    this.#lastChunk = message.chunk;
    const missing = this.#missingBefore(message.timestampMs, mulawMs(audio.length));
    for (let frame = 0; frame < missing; frame += 1) deliver(silentFrame());
    // As the phone sends it, fifty times a second: nothing is cut then.
    if (audio.length === FRAME_BYTES && this.#reframer.pendingBytes === 0) {
      this.framesReceived += 1;
      deliver(audio);
      return true;
    }
    const received = this.#reframer.push(audio);
    this.framesReceived += received.length;
    for (const frame of received) deliver(frame);
    return true;
  }

  /** How many frames of silence stand in for what is missing before this audio. */
  #missingBefore(timestampMs: number, durationMs: number): number {
    const expectedMs = this.#expectedMs ?? timestampMs;
    const missing = Math.floor((timestampMs - expectedMs) / FRAME_MS);
    // Less than a frame is jitter of the clock, in either direction: it stays until it adds up.
    const isJitter = Math.abs(timestampMs - expectedMs) < FRAME_MS;
    this.#expectedMs = (isJitter ? expectedMs : timestampMs) + durationMs;
    if (missing <= 0) return 0;
    this.framesLost += missing;
    return Math.min(missing, Math.floor(this.#options.maxGapFillMs / FRAME_MS));
  }
}
