import { encodeMp3 } from '../../audio/mp3.ts';
import { encodeMulaw } from '../../audio/mulaw.ts';
import { encodeOggOpus } from '../../audio/opus.ts';
import { resample, toInt16 } from '../../audio/resample.ts';
import { interleaved, pcmBytes, wavFile } from '../../audio/wav.ts';
import type { Voices } from '../../voices/contract.ts';
import { encodeFlac } from './flac.ts';

const VOICES_RATE_HZ = 8_000;
const SAMPLES_PER_MS = 8;

export type RecordingFormat = 'wav' | 'mulaw-wav' | 'mp3' | 'flac' | 'ogg-opus';

export interface RecordingRequest {
  /** One after the other; everybody waits until the other has finished. */
  readonly turns: readonly {
    /** An espeak-ng voice, e.g. `es-419+f3`: one per speaker. */
    readonly voice: string;
    readonly text: string;
    /** The track on which it is heard, from 0. @defaultValue 0 */
    readonly channel?: number;
    /** @defaultValue 1 */
    readonly rate?: number;
  }[];
  /**
   * Silence after each turn; one number for all.
   * @defaultValue 700
   */
  readonly pausesMs?: number | readonly number[];
  /** Silence before the first turn. @defaultValue 250 */
  readonly leadMs?: number;
  /** @defaultValue 8000 */
  readonly sampleRateHz?: number;
  /** @defaultValue 'wav' */
  readonly format?: RecordingFormat;
  /** @defaultValue 1 */
  readonly channels?: 1 | 2;
}

export interface RecordedTurn {
  readonly text: string;
  readonly voice: string;
  readonly channel: number;
  /** From the beginning of the recording, as all times. */
  readonly startMs: number;
  readonly endMs: number;
  readonly words: readonly {
    readonly word: string;
    readonly startMs: number;
    readonly endMs: number;
  }[];
}

export interface Recording {
  readonly file: Buffer;
  readonly contentType: string;
  readonly fileExtension: string;
  readonly durationMs: number;
  /** What was truly said, and when. */
  readonly turns: readonly RecordedTurn[];
}

const FILES = {
  wav: { contentType: 'audio/wav', fileExtension: 'wav' },
  'mulaw-wav': { contentType: 'audio/wav', fileExtension: 'wav' },
  mp3: { contentType: 'audio/mpeg', fileExtension: 'mp3' },
  flac: { contentType: 'audio/flac', fileExtension: 'flac' },
  'ogg-opus': { contentType: 'audio/ogg', fileExtension: 'ogg' },
} as const satisfies Record<RecordingFormat, object>;

async function encode(
  format: RecordingFormat,
  channels: readonly Int16Array[],
  sampleRateHz: number,
): Promise<Buffer> {
  const wav = { sampleRateHz, channels: channels.length };
  switch (format) {
    case 'wav':
      return Buffer.from(wavFile(pcmBytes(interleaved(channels)), { encoding: 'pcm', ...wav }));
    case 'mulaw-wav':
      return Buffer.from(
        wavFile(encodeMulaw(interleaved(channels)), { encoding: 'mulaw', ...wav }),
      );
    case 'mp3':
      return encodeMp3(channels, { sampleRateHz });
    case 'flac':
      return encodeFlac(channels, sampleRateHz);
    case 'ogg-opus':
      return encodeOggOpus(channels, sampleRateHz);
  }
}

/**
 * A recording of people who talk, with the truth about it. Made with a simulator's own voices
 * (`simulator.voices`), it is understood by that simulator's Speech-to-Text, and by no other.
 * @throws RangeError for an unknown voice, an empty text or a channel that there is not
 */
export async function makeRecording(voices: Voices, request: RecordingRequest): Promise<Recording> {
  const { pausesMs = 700, leadMs = 250, sampleRateHz = 8_000, format = 'wav' } = request;
  const turns: RecordedTurn[] = [];
  const placed: { channel: number; at: number; pcm: Int16Array }[] = [];
  let atMs = leadMs;
  for (const [index, { text, voice, rate, channel = 0 }] of request.turns.entries()) {
    if (channel >= (request.channels ?? 1)) throw new RangeError(`there is no channel ${channel}`);
    const utterance = await voices.speak({ text, voice, ...(rate === undefined ? {} : { rate }) });
    placed.push({ channel, at: Math.round(atMs * SAMPLES_PER_MS), pcm: utterance.pcm8k });
    const words = utterance.words.map(({ word, startMs, endMs }) => ({
      word,
      startMs: atMs + startMs,
      endMs: atMs + endMs,
    }));
    const endMs = atMs + utterance.durationMs;
    turns.push({ text: utterance.text, voice, channel, startMs: atMs, endMs, words });
    atMs = endMs + (typeof pausesMs === 'number' ? pausesMs : (pausesMs[index] ?? 0));
  }
  const samples = Math.round(atMs * SAMPLES_PER_MS);
  const tracks = Array.from({ length: request.channels ?? 1 }, () => new Int16Array(samples));
  for (const { channel, at, pcm } of placed) tracks[channel]!.set(pcm, at);
  const resampled =
    sampleRateHz === VOICES_RATE_HZ
      ? tracks
      : tracks.map((track) => toInt16(resample(track, VOICES_RATE_HZ, sampleRateHz)));
  const file = await encode(format, resampled, sampleRateHz);
  return { file, ...FILES[format], durationMs: samples / SAMPLES_PER_MS, turns };
}
