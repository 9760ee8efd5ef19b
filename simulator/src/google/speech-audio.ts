import { decodeAlaw, encodeMulaw } from '../audio/mulaw.ts';
import { GoogleError } from './google-error.ts';

export type SpeechEncoding = 'LINEAR16' | 'MULAW' | 'ALAW';

export interface SpeechAudioFormat {
  readonly encoding: SpeechEncoding;
  readonly sampleRateHz: number;
}

/** Real encodings that only the cloud can decode. */
const NOT_DECODED = new Set([
  'FLAC',
  'AMR',
  'AMR_WB',
  'OGG_OPUS',
  'SPEEX_WITH_HEADER_BYTE',
  'MP3',
  'WEBM_OPUS',
  'MP4_AAC',
  'M4A_AAC',
  'MOV_AAC',
]);

/** How v2 says that it knows neither header nor frames. */
export const UNDETECTED_ENCODING =
  'Audio data does not appear to be in a supported encoding. If you believe this to be incorrect, try explicitly specifying the decoding parameters.';

const LINE_RATE_HZ = 8_000;
export const LOWEST_RATE_HZ = 8_000;
export const HIGHEST_RATE_HZ = 48_000;

/** @throws GoogleError INVALID_ARGUMENT for what Google refuses, UNIMPLEMENTED for what only it can */
export function speechAudioFormat(
  encoding: string,
  sampleRateHz: number,
  channels: number,
  allowed: readonly SpeechEncoding[],
): SpeechAudioFormat {
  if (NOT_DECODED.has(encoding)) {
    throw new GoogleError('UNIMPLEMENTED', `The simulator does not decode ${encoding}.`);
  }
  const known = allowed.find((each) => each === encoding);
  if (!known) throw GoogleError.invalid("Invalid recognition 'config': bad encoding..");
  if (sampleRateHz < LOWEST_RATE_HZ || sampleRateHz > HIGHEST_RATE_HZ) {
    throw GoogleError.invalid("Invalid recognition 'config': bad sample rate hertz.");
  }
  if (channels !== 0 && channels !== 1) {
    throw new GoogleError('UNIMPLEMENTED', 'The simulator hears one channel.');
  }
  return { encoding: known, sampleRateHz };
}

/**
 * Turns what a client sends into what the recognizer hears. A sample that is cut by the end of a
 * message is finished by the next one. At another rate than 8,000 Hz speech is noticed, but not
 * understood: the recognizer knows telephone audio.
 */
export class LineAudio {
  readonly #format: SpeechAudioFormat;
  #oddByte: number | undefined;
  #phase = 0;

  constructor(format: SpeechAudioFormat) {
    this.#format = format;
  }

  /** Of audio that was sent so, in ms. */
  durationMs(bytes: number): number {
    const bytesPerSample = this.#format.encoding === 'LINEAR16' ? 2 : 1;
    return (bytes / bytesPerSample / this.#format.sampleRateHz) * 1_000;
  }

  toMulaw(bytes: Uint8Array): Uint8Array {
    const { encoding, sampleRateHz } = this.#format;
    const mulaw =
      encoding === 'MULAW'
        ? bytes
        : encodeMulaw(encoding === 'ALAW' ? decodeAlaw(bytes) : this.#samples(bytes));
    return sampleRateHz === LINE_RATE_HZ ? mulaw : this.#thinned(mulaw);
  }

  #samples(bytes: Uint8Array): Int16Array {
    const whole = this.#oddByte === undefined ? bytes : Uint8Array.of(this.#oddByte, ...bytes);
    this.#oddByte = whole.length % 2 === 1 ? whole.at(-1) : undefined;
    const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
    return Int16Array.from({ length: whole.length >> 1 }, (_, i) => view.getInt16(i * 2, true));
  }

  #thinned(mulaw: Uint8Array): Uint8Array {
    const step = this.#format.sampleRateHz / LINE_RATE_HZ;
    const kept: number[] = [];
    let at = this.#phase;
    for (; at < mulaw.length; at += step) kept.push(mulaw[Math.floor(at)]!);
    this.#phase = at - mulaw.length;
    return Uint8Array.from(kept);
  }
}
