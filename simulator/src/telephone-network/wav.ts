import { decodeMulaw, encodeMulaw } from '../audio/mulaw.ts';

/** A file that is not a WAV this line can play. */
export class WavError extends Error {}

const FORMAT_PCM = 1;
const FORMAT_MULAW = 7;
const FORMAT_EXTENSIBLE = 0xfffe;

/**
 * Reads a WAV file (RIFF, PCM 16 or 8 bit, or µ-law; any rate, mono or stereo) as µ-law at 8,000 Hz.
 * @throws WavError
 */
export function readWav(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF')
    throw new WavError('not a RIFF file');
  if (bytes.toString('latin1', 8, 12) !== 'WAVE') throw new WavError('not a WAVE file');
  let format: { tag: number; channels: number; rateHz: number; bits: number } | undefined;
  let offset = 12;
  while (offset + 8 <= bytes.length) {
    const id = bytes.toString('latin1', offset, offset + 4);
    const size = bytes.readUInt32LE(offset + 4);
    const start = offset + 8;
    if (id === 'fmt ' && start + 16 <= bytes.length) {
      const tag = bytes.readUInt16LE(start);
      format = {
        tag:
          tag === FORMAT_EXTENSIBLE && size >= 26 && start + 26 <= bytes.length
            ? bytes.readUInt16LE(start + 24)
            : tag,
        channels: bytes.readUInt16LE(start + 2),
        rateHz: bytes.readUInt32LE(start + 4),
        bits: bytes.readUInt16LE(start + 14),
      };
    }
    if (id === 'data') {
      if (!format) throw new WavError('no fmt chunk before the data');
      return toLine(bytes.subarray(start, Math.min(start + size, bytes.length)), format);
    }
    offset = start + size + (size & 1);
  }
  throw new WavError('no data chunk');
}

function toLine(
  data: Buffer,
  format: { tag: number; channels: number; rateHz: number; bits: number },
): Uint8Array {
  const { tag, channels, rateHz, bits } = format;
  if (channels < 1 || rateHz < 1) throw new WavError('a fmt chunk without channels or rate');
  let sampleAt: (index: number) => number;
  let samples: number;
  if (tag === FORMAT_MULAW && bits === 8) {
    if (channels === 1 && rateHz === 8000) return new Uint8Array(data);
    const pcm = decodeMulaw(data);
    samples = pcm.length;
    sampleAt = (index) => pcm[index] ?? 0;
  } else if (tag === FORMAT_PCM && bits === 16) {
    samples = data.length >> 1;
    sampleAt = (index) => data.readInt16LE(index * 2);
  } else if (tag === FORMAT_PCM && bits === 8) {
    samples = data.length;
    sampleAt = (index) => ((data[index] ?? 128) - 128) << 8;
  } else {
    throw new WavError(`format ${tag} with ${bits} bits is not supported`);
  }
  const frames = Math.floor(samples / channels);
  const pcm = new Int16Array(Math.floor((frames * 8000) / rateHz));
  for (let i = 0; i < pcm.length; i++) {
    // Averages the source samples that fall into one line sample: a box filter, enough for speech.
    const from = Math.floor((i * rateHz) / 8000);
    const to = Math.max(from + 1, Math.floor(((i + 1) * rateHz) / 8000));
    let sum = 0;
    for (let frame = from; frame < to && frame < frames; frame++)
      for (let channel = 0; channel < channels; channel++)
        sum += sampleAt(frame * channels + channel);
    pcm[i] = Math.round(sum / ((Math.min(to, frames) - from) * channels));
  }
  return encodeMulaw(pcm);
}

/** A 16-bit PCM WAV file, as Twilio stores recordings; the channels are interleaved. */
export function writeWav(channels: readonly Int16Array[]): Buffer {
  const frames = Math.max(0, ...channels.map((channel) => channel.length));
  const dataBytes = frames * channels.length * 2;
  const wav = Buffer.alloc(44 + dataBytes);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(36 + dataBytes, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(FORMAT_PCM, 20);
  wav.writeUInt16LE(channels.length, 22);
  wav.writeUInt32LE(8000, 24);
  wav.writeUInt32LE(8000 * channels.length * 2, 28);
  wav.writeUInt16LE(channels.length * 2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(dataBytes, 40);
  let offset = 44;
  for (let frame = 0; frame < frames; frame++)
    for (const channel of channels) {
      wav.writeInt16LE(channel[frame] ?? 0, offset);
      offset += 2;
    }
  return wav;
}
