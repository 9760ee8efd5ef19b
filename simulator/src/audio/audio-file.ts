import { setImmediate as breathe } from 'node:timers/promises';
import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { MPEGDecoder } from 'mpg123-decoder';
import { OggOpusDecoder } from 'ogg-opus-decoder';
import { AudioFileError, audioHeader } from './audio-header.ts';
import type { AudioHeader, WavData } from './audio-header.ts';
import { decodeAlaw, decodeMulaw } from './mulaw.ts';
import { resample } from './resample.ts';

const LINE_RATE_HZ = 8_000;
const FULL_SCALE = 32_768;
/** Decoded at a time, so that others get their turn. */
const PIECE_BYTES = 16_384;
/** Resampled at a time, so that others get their turn. */
const PIECE_SECONDS = 4;
/** Enough for speech, and four times faster than the filter of the voices. */
const ZERO_CROSSINGS = 8;
/** Heard on both sides of a piece and thrown away: what the filter reaches. */
const MARGIN_SECONDS = 1;

export interface DecodedAudio {
  readonly durationMs: number;
  /** 16 bits at 8,000 Hz. */
  readonly channels: readonly Int16Array[];
}

export interface RawFormat {
  readonly encoding: 'pcm' | 'mulaw' | 'alaw';
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** Samples of each channel, in the scale of 16 bits. */
interface Tracks {
  readonly sampleRateHz: number;
  readonly channels: readonly (Int16Array | Float32Array)[];
  readonly scale: number;
}

/**
 * Decodes WAV (16 bits, µ-law, A-law), FLAC, MP3 and Ogg Opus.
 * @throws AudioFileError for anything else, and for what breaks in the middle
 */
export async function readAudioFile(file: Uint8Array): Promise<DecodedAudio> {
  const header = audioHeader(file);
  if (!header) throw new AudioFileError('no known audio format');
  return toLine(await decode(header, file));
}

/** Samples without a header. */
export async function readRawAudio(bytes: Uint8Array, format: RawFormat): Promise<DecodedAudio> {
  return toLine(rawTracks(bytes, format));
}

async function decode(header: AudioHeader, file: Uint8Array): Promise<Tracks> {
  const { container, wav, sampleRateHz = 0, channels = 0 } = header;
  if (wav) return rawTracks(wav.samples, { encoding: wavEncoding(wav), sampleRateHz, channels });
  const create = {
    flac: () => new FLACDecoder(),
    mp3: () => new MPEGDecoder(),
    'ogg-opus': () => new OggOpusDecoder(),
  }[container as 'flac' | 'mp3' | 'ogg-opus'] as
    (() => FLACDecoder | MPEGDecoder | OggOpusDecoder) | undefined;
  if (!create) throw new AudioFileError(`${container} is not decoded`);
  const decoder = create();
  await decoder.ready;
  try {
    const pieces: AudioPiece[] = [];
    for (let at = 0; at < file.length; at += PIECE_BYTES) {
      pieces.push(await decoder.decode(file.subarray(at, at + PIECE_BYTES)));
      await breathe();
    }
    if ('flush' in decoder) pieces.push(await decoder.flush());
    return joined(pieces, channels, container);
  } finally {
    decoder.free();
  }
}

interface AudioPiece {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
}

/** @param channels 0 for as many as were decoded; mono MP3 is decoded into two alike */
function joined(pieces: readonly AudioPiece[], channels: number, container: string): Tracks {
  const sounding = pieces.filter(({ samplesDecoded }) => samplesDecoded > 0);
  const [first] = sounding;
  if (!first) throw new AudioFileError(`no sound in the ${container} file`);
  const length = sounding.reduce((sum, { samplesDecoded }) => sum + samplesDecoded, 0);
  const count = Math.min(channels || first.channelData.length, first.channelData.length);
  const tracks = Array.from({ length: count }, (_, channel) => {
    const track = new Float32Array(length);
    let at = 0;
    for (const { channelData, samplesDecoded } of sounding) {
      track.set(channelData[channel]!.subarray(0, samplesDecoded), at);
      at += samplesDecoded;
    }
    return track;
  });
  return { sampleRateHz: first.sampleRate, channels: tracks, scale: FULL_SCALE };
}

function wavEncoding({ encoding, bitsPerSample }: WavData): RawFormat['encoding'] {
  const bits = encoding === 'pcm' ? 16 : 8;
  if (encoding === 'other' || bitsPerSample !== bits) {
    throw new AudioFileError(`a WAV file of ${bitsPerSample} bits in another encoding`);
  }
  return encoding;
}

function rawTracks(bytes: Uint8Array, { encoding, sampleRateHz, channels }: RawFormat): Tracks {
  const samples =
    encoding === 'pcm'
      ? linear(bytes)
      : encoding === 'mulaw'
        ? decodeMulaw(bytes)
        : decodeAlaw(bytes);
  const frames = Math.floor(samples.length / channels);
  return {
    sampleRateHz,
    scale: 1,
    channels: Array.from({ length: channels }, (_, channel) => {
      if (channels === 1) return samples;
      const track = new Int16Array(frames);
      for (let i = 0; i < frames; i++) track[i] = samples[i * channels + channel]!;
      return track;
    }),
  };
}

function linear(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pcm = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < pcm.length; i++) pcm[i] = view.getInt16(i * 2, true);
  return pcm;
}

async function toLine({ sampleRateHz, channels, scale }: Tracks): Promise<DecodedAudio> {
  const lines: Int16Array[] = [];
  for (const track of channels) lines.push(await lineOf(track, sampleRateHz, scale));
  const frames = channels[0]?.length ?? 0;
  return { durationMs: (frames / sampleRateHz) * 1_000, channels: lines };
}

const clipped = (sample: number): number =>
  Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(sample)));

async function lineOf(
  track: Int16Array | Float32Array,
  sampleRateHz: number,
  scale: number,
): Promise<Int16Array> {
  if (sampleRateHz === LINE_RATE_HZ && track instanceof Int16Array) return track;
  const line = new Int16Array(Math.ceil((track.length * LINE_RATE_HZ) / sampleRateHz));
  const piece = PIECE_SECONDS * sampleRateHz;
  for (let from = 0; from < track.length; from += piece) {
    // Pieces begin at whole seconds, where a sample of the one rate is one of the other.
    const start = Math.max(0, from - MARGIN_SECONDS * sampleRateHz);
    const end = Math.min(track.length, from + piece + MARGIN_SECONDS * sampleRateHz);
    const input = Float64Array.from(track.subarray(start, end));
    const output = resample(input, sampleRateHz, LINE_RATE_HZ, { zeroCrossings: ZERO_CROSSINGS });
    const skipped = ((from - start) / sampleRateHz) * LINE_RATE_HZ;
    const at = (from / sampleRateHz) * LINE_RATE_HZ;
    const count = Math.min(PIECE_SECONDS * LINE_RATE_HZ, line.length - at, output.length - skipped);
    for (let i = 0; i < count; i++) line[at + i] = clipped(output[skipped + i]! * scale);
    await breathe();
  }
  return line;
}
