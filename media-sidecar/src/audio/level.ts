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

/** The loudest sample that still counts as quiet, 16 bit: -48 dBFS. */
const QUIET_PEAK = 132;
const isLoud = Uint8Array.from({ length: 256 }, (_, code) =>
  Math.abs(decodeMulawSample(code)) > QUIET_PEAK ? 1 : 0,
);

/**
 * Whether no sample is louder than -48 dBFS: the comfort noise of a phone network, and nothing that a
 * caller says, who is some 20 dB louder.
 */
export function isQuiet(mulaw: Uint8Array): boolean {
  for (let i = 0; i < mulaw.length; i += 1) if (isLoud[mulaw[i] as number] === 1) return false;
  return true;
}
