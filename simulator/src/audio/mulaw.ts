/**
 * G.711 (ITU-T G.711, tables 1 and 2): 16-bit linear at one side, 8-bit companded at the other.
 * Encoding goes through tables of 64 Ki entries, as it runs on every sample of every call.
 */

const MULAW_BIAS = 132;
const MULAW_CLIP = 32_635;

/** µ-law of digital silence. */
export const MULAW_SILENCE = 0xff;
/** A-law of digital silence. */
export const ALAW_SILENCE = 0xd5;

function decodeMulawByte(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + MULAW_BIAS) << ((value & 0x70) >> 4);
  return value & 0x80 ? MULAW_BIAS - magnitude : magnitude - MULAW_BIAS;
}

function encodeMulawSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), MULAW_CLIP) + MULAW_BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

function decodeAlawByte(byte: number): number {
  const value = byte ^ 0x55;
  const exponent = (value & 0x70) >> 4;
  const mantissa = (value & 0x0f) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

function encodeAlawSample(sample: number): number {
  const positive = sample >= 0;
  // 13 bits: negative values are mirrored without a double zero.
  const magnitude = Math.min(positive ? sample : -sample - 1, 32_767) >> 3;
  const exponent = magnitude < 32 ? 0 : 31 - Math.clz32(magnitude) - 4;
  const mantissa = exponent === 0 ? (magnitude >> 1) & 0x0f : (magnitude >> exponent) & 0x0f;
  return ((positive ? 0x80 : 0) | (exponent << 4) | mantissa) ^ 0x55;
}

/** 16-bit linear value of each µ-law byte. */
export const MULAW_TO_LINEAR: Int16Array = Int16Array.from({ length: 256 }, (_, byte) =>
  decodeMulawByte(byte),
);
const ALAW_TO_LINEAR = Int16Array.from({ length: 256 }, (_, byte) => decodeAlawByte(byte));

const encoderTable = (encode: (sample: number) => number): Uint8Array =>
  Uint8Array.from({ length: 65_536 }, (_, index) => encode(index - 32_768));
const LINEAR_TO_MULAW = encoderTable(encodeMulawSample);
const LINEAR_TO_ALAW = encoderTable(encodeAlawSample);

function encodeWith(table: Uint8Array, pcm: Int16Array): Uint8Array {
  const bytes = new Uint8Array(pcm.length);
  for (let i = 0; i < pcm.length; i++) bytes[i] = table[pcm[i]! + 32_768]!;
  return bytes;
}

function decodeWith(table: Int16Array, bytes: Uint8Array): Int16Array {
  const pcm = new Int16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) pcm[i] = table[bytes[i]!]!;
  return pcm;
}

export const encodeMulaw = (pcm: Int16Array): Uint8Array => encodeWith(LINEAR_TO_MULAW, pcm);
export const decodeMulaw = (bytes: Uint8Array): Int16Array => decodeWith(MULAW_TO_LINEAR, bytes);
export const encodeAlaw = (pcm: Int16Array): Uint8Array => encodeWith(LINEAR_TO_ALAW, pcm);
export const decodeAlaw = (bytes: Uint8Array): Int16Array => decodeWith(ALAW_TO_LINEAR, bytes);
