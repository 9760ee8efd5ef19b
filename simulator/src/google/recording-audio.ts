import { readAudioFile, readRawAudio } from '../audio/audio-file.ts';
import type { DecodedAudio, RawFormat } from '../audio/audio-file.ts';
import { AudioFileError, audioHeader } from '../audio/audio-header.ts';
import type { AudioHeader } from '../audio/audio-header.ts';
import { GoogleError } from './google-error.ts';
import type { Decoding } from './recording-config.ts';
import { HIGHEST_RATE_HZ, LOWEST_RATE_HZ, UNDETECTED_ENCODING } from './speech-audio.ts';

type Declared = Extract<Decoding, { kind: 'declared' }>;
type Explicit = Extract<Decoding, { kind: 'explicit' }>;

const RAW: Readonly<Record<string, RawFormat['encoding']>> = {
  LINEAR16: 'pcm',
  MULAW: 'mulaw',
  ALAW: 'alaw',
};
const WAV_NAMES = { pcm: 'LINEAR16', mulaw: 'MULAW', alaw: 'ALAW' } as const;
const CONTAINERS: Readonly<Record<string, AudioHeader['container']>> = {
  FLAC: 'flac',
  MP3: 'mp3',
  OGG_OPUS: 'ogg-opus',
};
const OPUS_RATES_HZ = [8_000, 12_000, 16_000, 24_000, 48_000];
/** Real encodings that only the cloud can decode. */
const ONLY_GOOGLE_DECODES =
  /^(AMR|AMR_WB|SPEEX_WITH_HEADER_BYTE|WEBM_OPUS|MP4_AAC|M4A_AAC|MOV_AAC)$/;
const SILENCE: DecodedAudio = { durationMs: 0, channels: [new Int16Array(0)] };

const notDecoded = (what: string): GoogleError =>
  new GoogleError('UNIMPLEMENTED', `The simulator does not decode ${what}.`);

/**
 * The sound of a recording, as far as its bytes and what was said about them agree.
 * @throws GoogleError INVALID_ARGUMENT, or UNIMPLEMENTED for what only Google can decode
 */
export async function recordingAudio(
  content: Uint8Array,
  decoding: Decoding,
): Promise<DecodedAudio> {
  try {
    switch (decoding.kind) {
      case 'declared':
        return await declaredAudio(content, decoding);
      case 'explicit':
        return await explicitAudio(content, decoding);
      case 'detected':
        return await detectedAudio(content);
    }
  } catch (error) {
    if (!(error instanceof AudioFileError)) throw error;
    // v1 hears nothing in what it can not decode; v2 says so.
    if (decoding.kind === 'declared') return SILENCE;
    throw GoogleError.invalid(UNDETECTED_ENCODING);
  }
}

async function declaredAudio(content: Uint8Array, declared: Declared): Promise<DecodedAudio> {
  const { encoding, sampleRateHz, channels } = declared;
  if (ONLY_GOOGLE_DECODES.test(encoding)) throw notDecoded(encoding);
  if (encoding === 'MP3' && !declared.mp3) throw badEncoding();
  const header = audioHeader(content);
  if (header?.container === 'wav' || header?.container === 'flac') {
    return headedAudio(content, declared, header);
  }
  if (encoding === 'ENCODING_UNSPECIFIED') throw badEncoding();
  if (sampleRateHz < LOWEST_RATE_HZ || sampleRateHz > HIGHEST_RATE_HZ) throw badRate();
  const raw = RAW[encoding];
  if (raw) {
    if (raw === 'mulaw' && channels > 1) throw GoogleError.invalid('Invalid audio channel count');
    return readRawAudio(content, { encoding: raw, sampleRateHz, channels: Math.max(1, channels) });
  }
  if (encoding === 'OGG_OPUS' && !OPUS_RATES_HZ.includes(sampleRateHz)) throw badRate();
  if (header?.container !== CONTAINERS[encoding]) return SILENCE;
  checkChannels(header, channels, 'file');
  if (encoding === 'MP3' && header?.sampleRateHz !== sampleRateHz) throw badRate();
  return readAudioFile(content);
}

/** A header wins, and whatever else was said has to agree with it. */
function headedAudio(
  content: Uint8Array,
  { encoding, sampleRateHz, channels }: Declared,
  header: AudioHeader,
): Promise<DecodedAudio> {
  const { wav } = header;
  const format = wav ? 'WAV' : 'FLAC';
  if (wav && (wav.encoding === 'other' || wav.encoding === 'alaw')) throw badEncoding();
  const named = wav ? WAV_NAMES[wav.encoding as keyof typeof WAV_NAMES] : 'FLAC';
  if (encoding !== 'ENCODING_UNSPECIFIED' && encoding !== named) {
    throw GoogleError.invalid(`Specify ${named} encoding to match file header.`);
  }
  if (wav?.encoding === 'pcm' && wav.bitsPerSample !== 16) throw badEncoding();
  if (sampleRateHz !== 0 && sampleRateHz !== header.sampleRateHz) {
    const [said, found] = [sampleRateHz, header.sampleRateHz];
    throw GoogleError.invalid(
      wav
        ? `sample_rate_hertz (${said}) in RecognitionConfig must either be omitted or match the value in the WAV header ( ${found}).`
        : `sample_rate_hertz (${said}) in RecognitionConfig must either be unspecified or match the value in the FLAC header (${found}).`,
    );
  }
  checkChannels(header, channels, format);
  return readAudioFile(content);
}

function checkChannels(header: AudioHeader | undefined, said: number, format: string): void {
  const found = header?.channels ?? 1;
  if (found === Math.max(1, said)) return;
  throw GoogleError.invalid(
    said <= 1
      ? `Must use single channel (mono) audio, but ${format} header indicates ${found} channels.`
      : `audio_channel_count (${said}) in RecognitionConfig must either be unspecified or match the value in the ${format} header (${found}).`,
  );
}

async function explicitAudio(content: Uint8Array, explicit: Explicit): Promise<DecodedAudio> {
  const { encoding, sampleRateHz, channels } = explicit;
  if (ONLY_GOOGLE_DECODES.test(encoding)) throw notDecoded(encoding);
  if (sampleRateHz < LOWEST_RATE_HZ || sampleRateHz > HIGHEST_RATE_HZ) throw badRate();
  const raw = RAW[encoding];
  if (raw) return readRawAudio(content, { encoding: raw, sampleRateHz, channels });
  const container = CONTAINERS[encoding];
  if (!container) throw badEncoding();
  const header = audioHeader(content);
  if (header?.container !== container) throw GoogleError.invalid(UNDETECTED_ENCODING);
  checkChannels(header, channels, encoding);
  return readAudioFile(content);
}

async function detectedAudio(content: Uint8Array): Promise<DecodedAudio> {
  const header = audioHeader(content);
  if (!header) throw GoogleError.invalid(UNDETECTED_ENCODING);
  const decodable = ['wav', 'flac', 'mp3', 'ogg-opus'].includes(header.container);
  if (!decodable) throw notDecoded(header.container);
  return readAudioFile(content);
}

const badEncoding = (): GoogleError =>
  GoogleError.invalid("Invalid recognition 'config': bad encoding..");
const badRate = (): GoogleError =>
  GoogleError.invalid("Invalid recognition 'config': bad sample rate hertz.");
