import { SAMPLE_RATE_HZ } from '../constants.ts';
import { concatenate } from '../frames.ts';
import { encodeMulaw } from '../mulaw.ts';

/** Signals for tests: the same arguments make the same bytes, always. All are µ-law. */

export function silence(ms: number): Uint8Array {
  return new Uint8Array((ms * SAMPLE_RATE_HZ) / 1000).fill(0xff);
}

export function tone(ms: number, frequencyHz: number, dbfs = -20): Uint8Array {
  const amplitude = 32_767 * 10 ** (dbfs / 20) * Math.SQRT2;
  return render(ms, (i) => amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / SAMPLE_RATE_HZ));
}

/** White noise. */
export function noise(ms: number, dbfs: number, seed = 1): Uint8Array {
  const amplitude = 32_767 * 10 ** (dbfs / 20) * Math.sqrt(3);
  const random = generator(seed);
  return render(ms, () => amplitude * (random() * 2 - 1));
}

/**
 * Something that a voice detector takes for a vowel: the pulses of a larynx at `pitchHz`, through
 * two resonances of a mouth, swelling with each syllable.
 */
export function voice(ms: number, dbfs = -20, pitchHz = 130): Uint8Array {
  const first = resonator(700, 90);
  const second = resonator(1220, 110);
  const period = Math.round(SAMPLE_RATE_HZ / pitchHz);
  const raw = Array.from({ length: (ms * SAMPLE_RATE_HZ) / 1000 }, (_, i) => {
    const syllable = 0.6 + 0.4 * Math.sin((2 * Math.PI * 4 * i) / SAMPLE_RATE_HZ);
    return second(first(i % period === 0 ? 1 : 0)) * syllable;
  });
  const rms = Math.sqrt(raw.reduce((sum, x) => sum + x * x, 0) / raw.length);
  const gain = (32_767 * 10 ** (dbfs / 20)) / rms;
  return render(ms, (i) => gain * (raw[i] ?? 0));
}

/** Both at once, as the line adds them up; as long as the longer one. */
export function mix(a: Int16Array, b: Int16Array): Int16Array {
  return Int16Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    clip((a[i] ?? 0) + (b[i] ?? 0)),
  );
}

export const join = concatenate;

function render(ms: number, sample: (i: number) => number): Uint8Array {
  const length = (ms * SAMPLE_RATE_HZ) / 1000;
  return encodeMulaw(Int16Array.from({ length }, (_, i) => clip(sample(i))));
}

function clip(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sample)));
}

function resonator(frequencyHz: number, bandwidthHz: number): (x: number) => number {
  const r = Math.exp((-Math.PI * bandwidthHz) / SAMPLE_RATE_HZ);
  const a1 = 2 * r * Math.cos((2 * Math.PI * frequencyHz) / SAMPLE_RATE_HZ);
  const a2 = -r * r;
  let y1 = 0;
  let y2 = 0;
  return (x) => {
    const y = x + a1 * y1 + a2 * y2;
    y2 = y1;
    y1 = y;
    return y;
  };
}

/** mulberry32: small, fast, and good enough for noise. Values in [0, 1). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
