/**
 * G.711 µ-law. Both directions are table look-ups: a call moves 16,000 samples a second through them.
 * Source: ITU-T G.711; the bias of 33 (132 at 16 bit) and the clip come from its segment table.
 */
const BIAS = 132;
const CLIP = 32_635;

const decodeTable = Int16Array.from({ length: 256 }, (_, code) => {
  const inverted = ~code & 0xff;
  const exponent = (inverted >> 4) & 0x07;
  const magnitude = ((((inverted & 0x0f) << 3) + BIAS) << exponent) - BIAS;
  return inverted & 0x80 ? -magnitude : magnitude;
});

/** Indexed by the sample as an unsigned 16-bit number. */
const encodeTable = Uint8Array.from({ length: 1 << 16 }, (_, index) =>
  encodeSample((index << 16) >> 16),
);

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** The 16-bit sample that a µ-law byte stands for. */
export function decodeMulawSample(code: number): number {
  return decodeTable[code & 0xff] as number;
}

/** Decodes into `target` (16 bit), which must be at least as long as `mulaw`. */
export function decodeMulawInto(mulaw: Uint8Array, target: Int16Array): void {
  if (target.length < mulaw.length) throw new RangeError('the target is shorter than the audio');
  for (let i = 0; i < mulaw.length; i += 1) {
    target[i] = decodeTable[mulaw[i] as number] as number;
  }
}

export function decodeMulaw(mulaw: Uint8Array): Int16Array {
  const pcm = new Int16Array(mulaw.length);
  decodeMulawInto(mulaw, pcm);
  return pcm;
}

export function encodeMulaw(pcm: Int16Array): Uint8Array {
  const mulaw = new Uint8Array(pcm.length);
  for (let i = 0; i < pcm.length; i += 1) {
    mulaw[i] = encodeTable[(pcm[i] as number) & 0xffff] as number;
  }
  return mulaw;
}
