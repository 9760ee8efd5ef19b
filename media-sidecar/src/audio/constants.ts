/**
 * The one format of a phone call: headerless G.711 µ-law, mono, 8,000 Hz, in frames of 20 ms.
 * Source: Twilio Media Streams, message `start`, `mediaFormat`.
 */
export const SAMPLE_RATE_HZ = 8000;
/** One byte is one sample. */
export const MULAW_BYTES_PER_MS = 8;
export const FRAME_MS = 20;
export const FRAME_BYTES = FRAME_MS * MULAW_BYTES_PER_MS;
/** µ-law for amplitude zero (ITU-T G.711, table 2a). */
export const MULAW_SILENCE = 0xff;

/** Duration of µ-law audio, in ms. */
export function mulawMs(bytes: number): number {
  return bytes / MULAW_BYTES_PER_MS;
}

/** A new frame of silence; new each time, because a frame's receiver may keep it. */
export function silentFrame(): Uint8Array {
  return new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);
}
