import { decodeMulaw } from '../audio/mulaw.ts';
import type { Lexicon, LexiconEntry } from './lexicon.ts';
import { BANDS, bandEnergies } from './spectrum.ts';

/** A fingerprint compares a frame with the one this many frames before. */
const LAG_FRAMES = 8;
export const FINGERPRINT_BITS = BANDS - 1;
/** Frames so much quieter than the loudest are noise. */
const QUIET_SHARE = 1e-3;

export interface Fingerprints {
  readonly bits: Uint32Array;
  /** 1 for frames that can be told apart from silence. */
  readonly audible: Uint8Array;
}

/**
 * One number per frame, after Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System"
 * (2002): whether the difference of two neighbouring bands grew. It survives resampling, MP3 and
 * Opus with few wrong bits, and differs in half of them between voices.
 */
export function fingerprintsOf(pcm: ArrayLike<number>, loudest = 0): Fingerprints {
  const energies = bandEnergies(pcm);
  const frames = energies.length / BANDS;
  const bits = new Uint32Array(frames);
  const totals = new Float64Array(frames);
  let peak = loudest;
  for (let frame = 0; frame < frames; frame++) {
    const at = frame * BANDS;
    let total = 0;
    for (let band = 0; band < BANDS; band++) total += energies[at + band]!;
    totals[frame] = total;
    peak = Math.max(peak, total);
    if (frame < LAG_FRAMES) continue;
    const before = at - LAG_FRAMES * BANDS;
    let word = 0;
    for (let band = 0; band < FINGERPRINT_BITS; band++) {
      const now = energies[at + band]! - energies[at + band + 1]!;
      const then = energies[before + band]! - energies[before + band + 1]!;
      if (now > then) word |= 1 << band;
    }
    bits[frame] = word;
  }
  const audible = Uint8Array.from(totals, (total, frame) =>
    frame >= LAG_FRAMES && total > peak * QUIET_SHARE ? 1 : 0,
  );
  return { bits, audible };
}

export interface KnownSound extends Fingerprints {
  readonly entry: LexiconEntry;
  readonly pcm: Int16Array;
}

/** Where in the lexicon something sounds like this. */
export class FingerprintIndex {
  readonly #lexicon: Lexicon;
  readonly #sounds: KnownSound[] = [];
  /** Newest place of each fingerprint, as an index into the lists; -1 for none. */
  readonly #heads = new Int32Array(1 << FINGERPRINT_BITS).fill(-1);
  readonly #next: number[] = [];
  readonly #sound: number[] = [];
  readonly #frame: number[] = [];

  constructor(lexicon: Lexicon) {
    this.#lexicon = lexicon;
  }

  /** Takes in one utterance that was made since. @returns false when there is none */
  learnOne(): boolean {
    const entry = this.#lexicon.entries[this.#sounds.length];
    if (!entry) return false;
    const pcm = decodeMulaw(entry.mulaw);
    const prints = fingerprintsOf(pcm);
    const sound = this.#sounds.push({ entry, pcm, ...prints }) - 1;
    for (const [frame, bits] of prints.bits.entries()) {
      if (prints.audible[frame] === 0) continue;
      this.#next.push(this.#heads[bits]!);
      this.#sound.push(sound);
      this.#frame.push(frame);
      this.#heads[bits] = this.#next.length - 1;
    }
    return true;
  }

  /** Calls back with each place that has this fingerprint, newest first, until it says stop. */
  lookUp(bits: number, found: (sound: KnownSound, index: number, frame: number) => boolean): void {
    for (let at = this.#heads[bits]!; at !== -1; at = this.#next[at]!) {
      const index = this.#sound[at]!;
      if (!found(this.#sounds[index]!, index, this.#frame[at]!)) return;
    }
  }
}

/** Number of ones. */
export function ones(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
