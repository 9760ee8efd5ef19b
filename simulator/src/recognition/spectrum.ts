/** How sound is spread over the bands that a telephone carries, frame by frame. */

export const FRAME_SAMPLES = 512;
/** From one frame to the next: 8 ms. */
export const HOP_SAMPLES = 64;
export const BANDS = 21;
const SAMPLE_RATE_HZ = 8_000;
const LOWEST_HZ = 250;
const HIGHEST_HZ = 3_400;

const WINDOW = Float64Array.from(
  { length: FRAME_SAMPLES },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME_SAMPLES),
);
const TWIDDLE_COS = Float64Array.from({ length: FRAME_SAMPLES / 2 }, (_, i) =>
  Math.cos((2 * Math.PI * i) / FRAME_SAMPLES),
);
const TWIDDLE_SIN = Float64Array.from({ length: FRAME_SAMPLES / 2 }, (_, i) =>
  Math.sin((2 * Math.PI * i) / FRAME_SAMPLES),
);
const BIT_REVERSED = Uint16Array.from({ length: FRAME_SAMPLES }, (_, i) => {
  let reversed = 0;
  for (let bit = 1; bit < FRAME_SAMPLES; bit <<= 1) reversed = reversed * 2 + (i & bit ? 1 : 0);
  return reversed;
});

/** First bin of each band and one past the last; a logarithmic scale, at least one bin each. */
const EDGES = (() => {
  const edges: number[] = [];
  for (let band = 0; band <= BANDS; band++) {
    const hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (band / BANDS);
    const bin = Math.round((hz * FRAME_SAMPLES) / SAMPLE_RATE_HZ);
    edges.push(Math.max(bin, (edges.at(-1) ?? 0) + 1));
  }
  return edges;
})();

const real = new Float64Array(FRAME_SAMPLES);
const imaginary = new Float64Array(FRAME_SAMPLES);

/** Radix-2, in place; the input stands in bit-reversed order already. */
function transform(): void {
  for (let size = 2; size <= FRAME_SAMPLES; size <<= 1) {
    const half = size >> 1;
    const step = FRAME_SAMPLES / size;
    for (let k = 0; k < half; k++) {
      const cos = TWIDDLE_COS[k * step]!;
      const sin = -TWIDDLE_SIN[k * step]!;
      for (let a = k; a < FRAME_SAMPLES; a += size) {
        const b = a + half;
        const re = real[b]! * cos - imaginary[b]! * sin;
        const im = real[b]! * sin + imaginary[b]! * cos;
        real[b] = real[a]! - re;
        imaginary[b] = imaginary[a]! - im;
        real[a]! += re;
        imaginary[a]! += im;
      }
    }
  }
}

export const frameCount = (samples: number): number =>
  samples < FRAME_SAMPLES ? 0 : Math.floor((samples - FRAME_SAMPLES) / HOP_SAMPLES) + 1;

/** The energies of `BANDS` bands for each frame, one frame after the other. */
export function bandEnergies(pcm: ArrayLike<number>): Float64Array {
  const frames = frameCount(pcm.length);
  const energies = new Float64Array(frames * BANDS);
  // Two real frames go through one complex transform.
  for (let frame = 0; frame < frames; frame += 2) {
    const first = frame * HOP_SAMPLES;
    const second = frame + 1 < frames ? first + HOP_SAMPLES : first;
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      const at = BIT_REVERSED[i]!;
      real[at] = WINDOW[i]! * pcm[first + i]!;
      imaginary[at] = WINDOW[i]! * pcm[second + i]!;
    }
    transform();
    for (let band = 0; band < BANDS; band++) {
      let one = 0;
      let two = 0;
      for (let bin = EDGES[band]!; bin < EDGES[band + 1]!; bin++) {
        const mirror = FRAME_SAMPLES - bin;
        const [re, im] = [real[bin]!, imaginary[bin]!];
        const [mirrorRe, mirrorIm] = [real[mirror]!, imaginary[mirror]!];
        one += (re + mirrorRe) ** 2 + (im - mirrorIm) ** 2;
        two += (im + mirrorIm) ** 2 + (mirrorRe - re) ** 2;
      }
      energies[frame * BANDS + band] = one / 4;
      if (frame + 1 < frames) energies[(frame + 1) * BANDS + band] = two / 4;
    }
  }
  return energies;
}
