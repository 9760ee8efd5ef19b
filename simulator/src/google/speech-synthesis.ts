import { z } from 'zod';
import { encodeMp3 } from '../audio/mp3.ts';
import { encodeAlaw, encodeMulaw } from '../audio/mulaw.ts';
import { encodeOggOpus } from '../audio/opus.ts';
import { resample, toInt16 } from '../audio/resample.ts';
import { pcmBytes, wavFile } from '../audio/wav.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import { GoogleError } from './google-error.ts';
import { refuseNotImitated } from './not-imitated.ts';
import { SentenceSplitter } from './sentences.ts';
import { spokenTextOf } from './ssml.ts';
import { selectVoice } from './voice-catalogue.ts';
import type { GoogleVoice, VoiceFamily } from './voice-catalogue.ts';

export type SynthesisVoices = Pick<EspeakVoices, 'speak' | 'voiceFor'>;

/** In order of their numbers in google/cloud/texttospeech/v1/cloud_tts.proto; 4 is reserved. */
export const AUDIO_ENCODINGS = [
  'AUDIO_ENCODING_UNSPECIFIED',
  'LINEAR16',
  'MP3',
  'OGG_OPUS',
  undefined,
  'MULAW',
  'ALAW',
  'PCM',
  'M4A',
] as const;
export const SSML_GENDERS = ['SSML_VOICE_GENDER_UNSPECIFIED', 'MALE', 'FEMALE', 'NEUTRAL'] as const;

const MOST_INPUT_BYTES = 5_000;
const LINE_RATE_HZ = 8_000;
/** Spoken for a text in which nothing can be said. */
const NOTHING_MS = 100;

export const voiceSelectionSchema = z.object({
  languageCode: z.string().default(''),
  name: z.string().default(''),
  ssmlGender: z.enum(SSML_GENDERS).default('SSML_VOICE_GENDER_UNSPECIFIED'),
});

const requestSchema = z.object({
  input: z
    .object({
      text: z.string().optional(),
      ssml: z.string().optional(),
      markup: z.string().optional(),
    })
    .nullish(),
  voice: voiceSelectionSchema.nullish(),
  audioConfig: z
    .object({
      audioEncoding: z.string().default('AUDIO_ENCODING_UNSPECIFIED'),
      speakingRate: z.number().default(0),
      pitch: z.number().default(0),
      volumeGainDb: z.number().default(0),
      sampleRateHertz: z.number().int().default(0),
      effectsProfileId: z.array(z.string()).default([]),
    })
    .nullish(),
});

/** Device profiles (cloud.google.com/text-to-speech/docs/audio-profiles). They change no sound here. */
const EFFECTS_PROFILES = [
  'wearable-class-device',
  'handset-class-device',
  'headphone-class-device',
  'small-bluetooth-speaker-class-device',
  'medium-bluetooth-speaker-class-device',
  'large-home-entertainment-class-device',
  'large-automotive-class-device',
  'telephony-class-application',
];
/** What is told of a voice without pitch, in Google's own words. */
export const NO_PITCH = 'This voice does not support pitch parameters at this time.';
const WITHOUT_PITCH: readonly VoiceFamily[] = ['Chirp3-HD', 'Studio'];

export type BareEncoding = 'PCM' | 'MULAW' | 'ALAW';

export function voiceOf(
  selection: z.infer<typeof voiceSelectionSchema> | null | undefined,
): GoogleVoice {
  if (!selection) throw GoogleError.invalid('Voice selection is required.');
  const { languageCode, name, ssmlGender } = selection;
  const gender = ssmlGender === 'SSML_VOICE_GENDER_UNSPECIFIED' ? undefined : ssmlGender;
  return selectVoice({ languageCode, name, gender });
}

/** 0 stands for "not set" on the wire. */
export function checkedRate(speakingRate: number): number {
  if (speakingRate === 0) return 1;
  if (!(speakingRate >= 0.25 && speakingRate <= 2)) {
    throw GoogleError.invalid(
      `Invalid speaking_rate: ${speakingRate}. Must be in the range [0.25, 2.0].`,
    );
  }
  return speakingRate;
}

export function checkedSampleRate(sampleRateHz: number, natural: number): number {
  if (sampleRateHz === 0) return natural;
  if (sampleRateHz < 8_000 || sampleRateHz > 48_000) {
    throw GoogleError.invalid(`Unsupported sample rate: ${sampleRateHz}.`);
  }
  return sampleRateHz;
}

function spokenText(
  input:
    | { text?: string | undefined; ssml?: string | undefined; markup?: string | undefined }
    | null
    | undefined,
  voice: GoogleVoice,
): string {
  const { text, ssml, markup } = input ?? {};
  const given = [text, ssml, markup].filter((each) => each !== undefined && each !== '');
  if (given.length !== 1) {
    throw GoogleError.invalid('Invalid input: exactly one of text, markup or ssml must be set.');
  }
  if (Buffer.byteLength(given[0]!) > MOST_INPUT_BYTES) {
    throw GoogleError.invalid(
      'Either `input.text` or `input.ssml` is longer than the limit of 5000 bytes. This limit is different from quotas. To fix, reduce the byte length of the characters in this request, or consider using the Long Audio API: https://cloud.google.com/text-to-speech/docs/create-audio-text-long-audio-synthesis.',
    );
  }
  const chirp = voice.family === 'Chirp3-HD';
  if (ssml) {
    if (chirp) {
      throw GoogleError.invalid(
        'This voice currently only supports text input. Please use a different voice for SSML.',
      );
    }
    return spokenTextOf(ssml);
  }
  if (markup) {
    if (!chirp) throw GoogleError.invalid('This voice does not support markup input.');
    return withoutPauseTags(markup);
  }
  return text ?? '';
}

/**
 * Google names no limit; 300 characters are about what Neural2 was seen to refuse, with a sentence of 310
 * (googleapis/google-cloud-node#4074). Of the other voices no such figure is known.
 */
const MOST_SENTENCE_CHARACTERS: Partial<Record<VoiceFamily, number>> = {
  Neural2: 300,
  Studio: 300,
};

function withoutLongSentences(text: string, { family }: GoogleVoice): string {
  const limit = MOST_SENTENCE_CHARACTERS[family] ?? Number.POSITIVE_INFINITY;
  const splitter = new SentenceSplitter();
  const sentences = text
    .split(/\n+/)
    .flatMap((line) => [...splitter.push(line), ...splitter.flush()]);
  const long = sentences.find(({ length }) => length > limit);
  if (long === undefined) return text;
  const [begins] = long.split(/\s+/);
  throw GoogleError.invalid(
    `This request contains sentences that are too long. To fix, split up long sentences with sentence ending punctuation e.g. periods. Sentence starting with: "${begins ?? ''}" is too long.`,
  );
}

/** `[pause]`, `[pause short]`, `[pause long]` of Chirp 3 HD's markup. */
export const withoutPauseTags = (markup: string): string =>
  markup.replace(/\[pause(?: short| long)?\]/g, ' ');

/**
 * The sound of a text at a rate of the caller's choice. At 8,000 Hz it is what the voices made, bit
 * by bit, so that it can be recognized again.
 */
export async function synthesize(
  voices: SynthesisVoices,
  text: string,
  voice: GoogleVoice,
  speakingRate: number,
  sampleRateHz: number,
  pitch = 0,
): Promise<Int16Array> {
  if (!/[\p{L}\p{N}]/u.test(text)) return new Int16Array((NOTHING_MS * sampleRateHz) / 1_000);
  const espeakVoice = voices.voiceFor(voice.name, voice.languageCode);
  const { pcm8k } = await voices.speak({ text, voice: espeakVoice, rate: speakingRate, pitch });
  return sampleRateHz === LINE_RATE_HZ
    ? pcm8k
    : toInt16(resample(pcm8k, LINE_RATE_HZ, sampleRateHz));
}

const louder = (pcm: Int16Array, gainDb: number): Int16Array =>
  toInt16(Float64Array.from(pcm, (sample) => sample * 10 ** (gainDb / 20)));

export function encodeBare(pcm: Int16Array, encoding: BareEncoding): Uint8Array {
  if (encoding === 'PCM') return pcmBytes(pcm);
  return encoding === 'MULAW' ? encodeMulaw(pcm) : encodeAlaw(pcm);
}

/**
 * `SynthesizeSpeech`. All encodings but PCM have a WAV header.
 * @throws GoogleError
 */
export async function synthesizeSpeech(voices: SynthesisVoices, raw: unknown): Promise<Uint8Array> {
  const { input, voice: selection, audioConfig } = requestSchema.parse(raw);
  const { input: given, voice: named } = raw as { input?: unknown; voice?: unknown };
  refuseNotImitated(given, 'input.', ['multiSpeakerMarkup', 'prompt', 'customPronunciations']);
  refuseNotImitated(named, 'voice.', [
    'customVoice',
    'voiceClone',
    'modelName',
    'multiSpeakerVoiceConfig',
  ]);
  const voice = voiceOf(selection);
  const text = withoutLongSentences(spokenText(input, voice), voice);
  if (!audioConfig || audioConfig.audioEncoding === 'AUDIO_ENCODING_UNSPECIFIED') {
    throw GoogleError.invalid('Audio encoding is required.');
  }
  const { audioEncoding, pitch, volumeGainDb } = audioConfig;
  const rate = checkedRate(audioConfig.speakingRate);
  const sampleRateHz = checkedSampleRate(audioConfig.sampleRateHertz, voice.naturalSampleRateHz);
  if (pitch < -20 || pitch > 20)
    throw GoogleError.invalid('Invalid pitch. Must be in [-20.0, 20.0].');
  if (pitch !== 0 && WITHOUT_PITCH.includes(voice.family)) {
    throw GoogleError.invalid(NO_PITCH);
  }
  if (volumeGainDb < -96 || volumeGainDb > 16) {
    throw GoogleError.invalid('Invalid volume_gain_db. Must be in [-96.0, 16.0].');
  }
  const unknownProfile = audioConfig.effectsProfileId.find((id) => !EFFECTS_PROFILES.includes(id));
  if (unknownProfile !== undefined) {
    throw GoogleError.invalid(`Invalid effects_profile_id: ${unknownProfile}.`);
  }
  const spoken = await synthesize(voices, text, voice, rate, sampleRateHz, pitch);
  const pcm = volumeGainDb === 0 ? spoken : louder(spoken, volumeGainDb);
  switch (audioEncoding) {
    case 'PCM':
      return encodeBare(pcm, 'PCM');
    case 'LINEAR16':
      return wavFile(pcmBytes(pcm), { encoding: 'pcm', sampleRateHz });
    case 'MULAW':
      return wavFile(encodeMulaw(pcm), { encoding: 'mulaw', sampleRateHz });
    case 'ALAW':
      return wavFile(encodeAlaw(pcm), { encoding: 'alaw', sampleRateHz });
    case 'MP3':
      // 32 kbps, as Google's.
      return encodeMp3([pcm], { sampleRateHz, bitrateKbps: 32 });
    case 'OGG_OPUS':
      return encodeOggOpus([pcm], sampleRateHz);
    case 'M4A':
      throw new GoogleError('UNIMPLEMENTED', `The simulator does not encode ${audioEncoding}.`);
    default:
      throw GoogleError.invalid(`Unsupported audio encoding: ${audioEncoding}.`);
  }
}
