import { firstOggPacket } from './ogg.ts';

export type AudioContainer =
  'wav' | 'flac' | 'mp3' | 'ogg-opus' | 'ogg-speex' | 'webm' | 'mp4' | 'amr' | 'amr-wb';

/** What the first bytes of a file tell. */
export interface AudioHeader {
  readonly container: AudioContainer;
  /** Absent where only decoding would tell. */
  readonly sampleRateHz?: number;
  readonly channels?: number;
  readonly wav?: WavData;
}

export interface WavData {
  readonly encoding: 'pcm' | 'mulaw' | 'alaw' | 'other';
  readonly bitsPerSample: number;
  readonly samples: Uint8Array;
}

/** A file that says what it is, but is broken. */
export class AudioFileError extends Error {}

const WAV_ENCODINGS: Readonly<Record<number, WavData['encoding']>> = {
  1: 'pcm',
  6: 'alaw',
  7: 'mulaw',
};
const WAV_EXTENSIBLE = 0xfffe;
/** Rates of MPEG audio by version (2.5, reserved, 2, 1) and index (ISO 11172-3, 13818-3). */
const MPEG_RATES_HZ = [
  [11_025, 12_000, 8_000],
  [],
  [22_050, 24_000, 16_000],
  [44_100, 48_000, 32_000],
] as const;
const MONO = 3;

/** @returns undefined for bytes without a known header, as raw samples have none */
export function audioHeader(file: Uint8Array): AudioHeader | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const tag = (at: number, length = 4): string => bytes.toString('latin1', at, at + length);
  if (tag(0) === 'RIFF' && tag(8) === 'WAVE') return wavHeader(bytes);
  if (tag(0) === 'fLaC') return flacHeader(bytes);
  if (tag(0) === 'OggS') {
    const packet = firstOggPacket(bytes);
    if (packet?.toString('latin1', 0, 8) === 'OpusHead' && packet.length >= 19) {
      return {
        container: 'ogg-opus',
        sampleRateHz: packet.readUInt32LE(12),
        channels: packet.readUInt8(9),
      };
    }
    return { container: 'ogg-speex' };
  }
  if (bytes.length > 4 && bytes.readUInt32BE(0) === 0x1a45_dfa3) return { container: 'webm' };
  if (tag(4) === 'ftyp') return { container: 'mp4' };
  if (tag(0, 9) === '#!AMR-WB\n') return { container: 'amr-wb', sampleRateHz: 16_000, channels: 1 };
  if (tag(0, 6) === '#!AMR\n') return { container: 'amr', sampleRateHz: 8_000, channels: 1 };
  return mp3Header(bytes);
}

function wavHeader(bytes: Buffer): AudioHeader {
  let format: { code: number; channels: number; sampleRateHz: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const from = at + 8;
    if (id === 'fmt ' && from + 16 <= bytes.length) {
      const code = bytes.readUInt16LE(from);
      const extended = code === WAV_EXTENSIBLE && length >= 26 && from + 26 <= bytes.length;
      format = {
        code: extended ? bytes.readUInt16LE(from + 24) : code,
        channels: bytes.readUInt16LE(from + 2),
        sampleRateHz: bytes.readUInt32LE(from + 4),
        bits: bytes.readUInt16LE(from + 14),
      };
    }
    if (id === 'data' && format) {
      const { code, channels, sampleRateHz, bits } = format;
      const samples = bytes.subarray(from, Math.min(bytes.length, from + length));
      const encoding = WAV_ENCODINGS[code] ?? 'other';
      return {
        container: 'wav',
        sampleRateHz,
        channels,
        wav: { encoding, bitsPerSample: bits, samples },
      };
    }
    at = from + length + (length % 2);
  }
  throw new AudioFileError('a WAV file without a format or without data');
}

function flacHeader(bytes: Buffer): AudioHeader {
  // STREAMINFO is the first block: 10 bytes of sizes, then 20 bits of rate and 3 of channels.
  if (bytes.length < 42) throw new AudioFileError('a FLAC file without STREAMINFO');
  const word = bytes.readUInt32BE(18);
  return { container: 'flac', sampleRateHz: word >>> 12, channels: ((word >>> 9) & 7) + 1 };
}

function mp3Header(bytes: Buffer): AudioHeader | undefined {
  let at = 0;
  if (bytes.toString('latin1', 0, 3) === 'ID3' && bytes.length > 10) {
    const [a, b, c, d] = bytes.subarray(6, 10);
    at = 10 + ((a! << 21) | (b! << 14) | (c! << 7) | d!);
  }
  const first = mpegFrame(bytes, at);
  // Two bytes alone could be anything: the frame behind has to begin where the first one ends.
  if (!first || !mpegFrame(bytes, at + first.bytes)) return undefined;
  return { container: 'mp3', sampleRateHz: first.sampleRateHz, channels: first.channels };
}

const LAYER_3_KBPS = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;

function mpegFrame(bytes: Buffer, at: number) {
  if (at + 4 > bytes.length) return undefined;
  const header = bytes.readUInt32BE(at);
  const version = (header >>> 19) & 3;
  const layer = (header >>> 17) & 3;
  const sampleRateHz = MPEG_RATES_HZ[version]?.[(header >>> 10) & 3];
  const isMpeg1 = version === 3;
  const kbps = LAYER_3_KBPS[isMpeg1 ? 1 : 2][(header >>> 12) & 15];
  if (header >>> 21 !== 0x7ff || layer !== 1 || !sampleRateHz || !kbps) return undefined;
  const samples = isMpeg1 ? 1_152 : 576;
  const padding = (header >>> 9) & 1;
  return {
    sampleRateHz,
    channels: ((header >>> 6) & 3) === MONO ? 1 : 2,
    bytes: Math.floor((samples * kbps * 125) / sampleRateHz) + padding,
  };
}
