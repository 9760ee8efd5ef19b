/**
 * Rational resampling with a windowed-sinc low-pass (Kaiser window), one filter per output phase
 * (a polyphase bank). Made for whole utterances, not for streams.
 */
export interface ResampleOptions {
  /**
   * Zero crossings of the sinc on each side, at the lower of the two rates. More is sharper, slower.
   * @defaultValue 24
   */
  readonly zeroCrossings?: number;
  /**
   * Edge of the pass band as a share of the lower Nyquist frequency.
   * @defaultValue 0.92
   */
  readonly passBand?: number;
}

const KAISER_BETA = 8;

function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

interface FilterBank {
  readonly up: number;
  readonly down: number;
  readonly halfTaps: number;
  readonly phases: readonly Float64Array[];
}

const banks = new Map<string, FilterBank>();

function filterBank(fromHz: number, toHz: number, zeroCrossings: number, passBand: number) {
  const key = `${fromHz}/${toHz}/${zeroCrossings}/${passBand}`;
  const known = banks.get(key);
  if (known) return known;
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const up = toHz / divisor;
  const down = fromHz / divisor;
  const cutoff = Math.min(1, toHz / fromHz) * passBand;
  const halfTaps = Math.ceil(zeroCrossings / cutoff);
  const phases = Array.from({ length: up }, (_, phase) => {
    const taps = new Float64Array(2 * halfTaps);
    let sum = 0;
    for (let i = 0; i < taps.length; i++) {
      const distance = i - halfTaps + 1 - phase / up;
      const x = Math.PI * cutoff * distance;
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      const edge = distance / halfTaps;
      const inside = 1 - edge * edge;
      taps[i] = inside <= 0 ? 0 : sinc * besselI0(KAISER_BETA * Math.sqrt(inside));
      sum += taps[i]!;
    }
    // Unit gain at 0 Hz in each phase, otherwise the phases beat against each other.
    return taps.map((tap) => tap / sum);
  });
  const bank = { up, down, halfTaps, phases };
  banks.set(key, bank);
  return bank;
}

/** @throws RangeError unless both rates are positive integers */
export function resample(
  samples: Int16Array | Float64Array,
  fromHz: number,
  toHz: number,
  options: ResampleOptions = {},
): Float64Array {
  if (!Number.isInteger(fromHz) || !Number.isInteger(toHz) || fromHz <= 0 || toHz <= 0) {
    throw new RangeError('sample rates are positive integers');
  }
  if (fromHz === toHz) return Float64Array.from(samples);
  const { zeroCrossings = 24, passBand = 0.92 } = options;
  const { up, down, halfTaps, phases } = filterBank(fromHz, toHz, zeroCrossings, passBand);
  const output = new Float64Array(Math.ceil((samples.length * up) / down));
  for (let n = 0; n < output.length; n++) {
    const position = n * down;
    const taps = phases[position % up]!;
    const first = Math.floor(position / up) - halfTaps + 1;
    const from = Math.max(0, -first);
    const to = Math.min(taps.length, samples.length - first);
    let sum = 0;
    for (let i = from; i < to; i++) sum += taps[i]! * samples[first + i]!;
    output[n] = sum;
  }
  return output;
}

/** Rounds to 16 bits, clipping. */
export function toInt16(samples: Float64Array): Int16Array {
  const pcm = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    pcm[i] = Math.max(-32_768, Math.min(32_767, Math.round(samples[i]!)));
  }
  return pcm;
}
