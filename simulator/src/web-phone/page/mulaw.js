// @ts-check

/** G.711 µ-law, as the telephone network sends it, to samples between -1 and 1. */
const SAMPLES = Float32Array.from({ length: 256 }, (_, byte) => {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
  return (bits & 0x80 ? -magnitude : magnitude) / 32768;
});

/**
 * @param {Uint8Array} mulaw
 * @returns {Float32Array<ArrayBuffer>}
 */
export function decodeMulaw(mulaw) {
  const samples = new Float32Array(mulaw.length);
  for (let i = 0; i < mulaw.length; i += 1) samples[i] = SAMPLES[mulaw[i] ?? 0xff] ?? 0;
  return samples;
}
