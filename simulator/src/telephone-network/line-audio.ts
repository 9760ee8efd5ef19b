import { MULAW_SILENCE, MULAW_TO_LINEAR } from '../audio/mulaw.ts';

/** What a telephone line of the simulated network carries: G.711 µ-law at 8,000 Hz. */

/** One frame of 20 ms at 8,000 Hz. */
export const FRAME_BYTES = 160;
export const FRAME_MS = 20;
/** Samples, which are bytes in µ-law, per millisecond. */
export const BYTES_PER_MS = 8;

/** Shared by everybody who has nothing to say; nobody may write into it. */
export const SILENT_FRAME: Uint8Array = new Uint8Array(FRAME_BYTES).fill(MULAW_SILENCE);

/** Root mean square of the samples, 0 to 32,767. */
export function levelOf(mulaw: Uint8Array): number {
  if (mulaw === SILENT_FRAME || mulaw.length === 0) return 0;
  let sum = 0;
  for (let i = 0; i < mulaw.length; i++) {
    const sample = MULAW_TO_LINEAR[mulaw[i] as number] as number;
    sum += sample * sample;
  }
  return Math.sqrt(sum / mulaw.length);
}

/** What counts as somebody speaking on a line without noise: about -44 dB below full scale. */
export const SPEECH_LEVEL = 200;
