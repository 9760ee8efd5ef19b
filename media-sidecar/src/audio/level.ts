import { decodeMulawSample } from './mulaw.ts';

/** What digital silence measures: below what 14 bits can resolve. */
export const SILENCE_DBFS = -100;

const squares = Float64Array.from({ length: 256 }, (_, code) => decodeMulawSample(code) ** 2);
const FULL_SCALE = 32_768;

/**
 * Root mean square level in dB relative to full scale: 0 for a full-scale square wave, about -26 for
 * ordinary speech on the phone, `SILENCE_DBFS` for silence or for no audio at all.
 */
export function levelDbfs(mulaw: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < mulaw.length; i += 1) sum += squares[mulaw[i] as number] as number;
  if (sum === 0) return SILENCE_DBFS;
  return Math.max(SILENCE_DBFS, 10 * Math.log10(sum / mulaw.length / FULL_SCALE ** 2));
}
