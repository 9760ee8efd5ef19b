/** G.711 µ-law (ITU-T G.711): what a telephone line of the simulated network carries. */

/** One frame of 20 ms at 8,000 Hz. */
export const FRAME_BYTES = 160;
export const FRAME_MS = 20;
/** Samples, which are bytes in µ-law, per millisecond. */
export const BYTES_PER_MS = 8;

/** Positive zero. */
export const SILENCE_BYTE = 0xff;

/** Shared by everybody who has nothing to say; nobody may write into it. */
export const SILENT_FRAME: Uint8Array = new Uint8Array(FRAME_BYTES).fill(SILENCE_BYTE);

const BIAS = 0x84;
const CLIP = 32_635;

const decodeTable = new Int16Array(256);
for (let code = 0; code < 256; code++) {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + BIAS) << ((bits & 0x70) >> 4);
  decodeTable[code] = bits & 0x80 ? BIAS - magnitude : magnitude - BIAS;
}

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const segment = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (segment + 3)) & 0x0f;
  return ~(sign | (segment << 4) | mantissa) & 0xff;
}

const encodeTable = new Uint8Array(65_536);
for (let index = 0; index < 65_536; index++) encodeTable[index] = encodeSample(index - 32_768);

export function encodeMulaw(pcm: Int16Array): Uint8Array {
  const mulaw = new Uint8Array(pcm.length);
  for (let i = 0; i < pcm.length; i++)
    mulaw[i] = encodeTable[(pcm[i] as number) + 32_768] as number;
  return mulaw;
}

export function decodeMulaw(mulaw: Uint8Array): Int16Array {
  const pcm = new Int16Array(mulaw.length);
  for (let i = 0; i < mulaw.length; i++) pcm[i] = decodeTable[mulaw[i] as number] as number;
  return pcm;
}

/** Root mean square of the samples, 0 to 32,767. */
export function levelOf(mulaw: Uint8Array): number {
  if (mulaw === SILENT_FRAME || mulaw.length === 0) return 0;
  let sum = 0;
  for (let i = 0; i < mulaw.length; i++) {
    const sample = decodeTable[mulaw[i] as number] as number;
    sum += sample * sample;
  }
  return Math.sqrt(sum / mulaw.length);
}

/** What counts as somebody speaking on a line without noise: about -44 dB below full scale. */
export const SPEECH_LEVEL = 200;
