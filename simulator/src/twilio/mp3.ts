import { createMp3Encoder } from 'wasm-media-encoders';

const RATE_HZ = 8000;
/** Of Twilio's MP3 files. https://www.twilio.com/docs/voice/api/recording */
const BITRATE_KBPS = 32;
/** 16-bit samples to what the encoder takes. */
const FULL_SCALE = 32_768;

/** @param channels one or two, of the same length, 16 bit at 8,000 Hz */
export async function encodeMp3(channels: readonly Int16Array[]): Promise<Buffer> {
  const encoder = await createMp3Encoder();
  const stereo = channels.length === 2;
  encoder.configure({
    sampleRate: RATE_HZ,
    channels: stereo ? 2 : 1,
    bitrate: BITRATE_KBPS,
  });
  const length = Math.max(...channels.map((channel) => channel.length));
  const planes = channels.map((channel) => {
    const plane = new Float32Array(length);
    for (let i = 0; i < channel.length; i++) plane[i] = (channel[i] as number) / FULL_SCALE;
    return plane;
  });
  // What the encoder returns is overwritten by its next call.
  const body = Buffer.from(encoder.encode(planes as [Float32Array, Float32Array]));
  return Buffer.concat([body, Buffer.from(encoder.finalize())]);
}
