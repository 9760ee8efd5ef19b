import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from '../../audio/mulaw.ts';
import { resample, toInt16 } from '../../audio/resample.ts';

/** As `session.audio.*.format.type` names them; PCM is 16-bit little-endian, mono, 24 kHz. */
export type AudioFormat = 'audio/pcm' | 'audio/pcmu' | 'audio/pcma';

export const PCM_RATE_HZ = 24_000;
const LINE_RATE_HZ = 8_000;
const THIN_BY = PCM_RATE_HZ / LINE_RATE_HZ;

export const bytesPerMs = (format: AudioFormat): number => (format === 'audio/pcm' ? 48 : 8);

/** Audio of the voices (8 kHz) as a client wants it. */
export function encodeSpeech(pcm8k: Int16Array, format: AudioFormat): Buffer {
  if (format === 'audio/pcmu') return asBuffer(encodeMulaw(pcm8k));
  if (format === 'audio/pcma') return asBuffer(encodeAlaw(pcm8k));
  return asBuffer(toInt16(resample(pcm8k, LINE_RATE_HZ, PCM_RATE_HZ)));
}

/** A whole stretch of received audio at 8 kHz, for the recognition of recordings. */
export function decodeTo8k(bytes: Uint8Array, format: AudioFormat): Int16Array {
  if (format === 'audio/pcmu') return decodeMulaw(bytes);
  if (format === 'audio/pcma') return decodeAlaw(bytes);
  return toInt16(resample(samplesOf(bytes), PCM_RATE_HZ, LINE_RATE_HZ));
}

/**
 * Received audio as µ-law at 8 kHz while it arrives, for turn detection and for recognition byte by
 * byte. PCM is thinned out without a filter: what was made from 8 kHz by an interpolation that keeps
 * the samples comes back exactly, and anything else still has its loudness.
 */
export class LineView {
  readonly #format: AudioFormat;
  #rest: Uint8Array = new Uint8Array();
  #phase = 0;

  constructor(format: AudioFormat) {
    this.#format = format;
  }

  feed(bytes: Uint8Array): Uint8Array {
    if (this.#format === 'audio/pcmu') return bytes;
    if (this.#format === 'audio/pcma') return encodeMulaw(decodeAlaw(bytes));
    const whole = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const even = whole.length - (whole.length % 2);
    this.#rest = whole.slice(even);
    const samples = samplesOf(whole.subarray(0, even));
    const kept: number[] = [];
    let at = this.#phase;
    for (; at < samples.length; at += THIN_BY) kept.push(samples[at]!);
    this.#phase = at - samples.length;
    return encodeMulaw(Int16Array.from(kept));
  }
}

function samplesOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => view.getInt16(i * 2, true));
}

const asBuffer = (array: Uint8Array | Int16Array): Buffer =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength);
