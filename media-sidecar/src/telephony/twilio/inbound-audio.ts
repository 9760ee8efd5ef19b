import { FRAME_MS, mulawMs, silentFrame } from '../../audio/constants.ts';
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

  /** The frames that are due now, in order; undefined for a payload that holds no audio. */
  push(message: MediaMessage): Uint8Array[] | undefined {
    if (message.chunk <= this.#lastChunk) {
      this.chunksDropped += 1;
      return [];
    }
    const audio = Buffer.from(message.payload, 'base64');
    if (audio.length === 0) return undefined;
    this.#lastChunk = message.chunk;
    const missing = this.#missingBefore(message.timestampMs, mulawMs(audio.length));
    const received = this.#reframer.push(audio);
    this.framesReceived += received.length;
    if (missing === 0) return received;
    return [...Array.from({ length: missing }, silentFrame), ...received];
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
