import { createMp3Encoder } from 'wasm-media-encoders';

const FULL_SCALE = 32_768;

/** Rates that layer III knows. */
const MP3_RATES_HZ = [
  8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
] as const;

export interface Mp3Format {
  readonly sampleRateHz: number;
  /** @defaultValue 32 */
  readonly bitrateKbps?: 8 | 16 | 24 | 32 | 40 | 48 | 64;
}

/** The rate at which audio of this rate is stored: the next one that there is. */
export const mp3RateFor = (sampleRateHz: number): (typeof MP3_RATES_HZ)[number] =>
  MP3_RATES_HZ.find((each) => each >= sampleRateHz) ?? 48_000;

/**
 * An MP3 file (MPEG-1, 2 or 2.5, layer III, as the rate asks).
 * @param channels one or two, of the same length
 */
export async function encodeMp3(
  channels: readonly Int16Array[],
  { sampleRateHz, bitrateKbps = 32 }: Mp3Format,
): Promise<Buffer> {
  const encoder = await createMp3Encoder();
  encoder.configure({
    sampleRate: sampleRateHz,
    // Otherwise LAME takes the rate that it likes best.
    outputSampleRate: mp3RateFor(sampleRateHz),
    channels: channels.length === 2 ? 2 : 1,
    bitrate: bitrateKbps,
  });
  const length = Math.max(...channels.map((channel) => channel.length));
  const planes = channels.map((channel) => {
    const plane = new Float32Array(length);
    for (let i = 0; i < channel.length; i++) plane[i] = channel[i]! / FULL_SCALE;
    return plane;
  });
  // What the encoder returns is overwritten by its next call.
  const body = Buffer.from(encoder.encode(planes as [Float32Array, Float32Array]));
  return Buffer.concat([body, Buffer.from(encoder.finalize())]);
}
