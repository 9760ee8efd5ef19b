import { z } from 'zod';
import { GoogleError } from './google-error.ts';
import { refuseNotImitated } from './not-imitated.ts';
import {
  checkAlternatives,
  checkSpeechContexts,
  checkV1Adaptation,
  checkV2Adaptation,
  speechContextsSchema,
  v1AdaptationSchema,
  v2AdaptationSchema,
} from './recognition-checks.ts';
import { checkV1Model, checkV2Features, checkV2Model } from './speech-models.ts';

/** How the bytes of a recording are to be read. */
export type Decoding =
  /** v1: what is said has to agree with the header, if there is one. */
  | {
      readonly kind: 'declared';
      readonly encoding: string;
      readonly sampleRateHz: number;
      readonly channels: number;
      readonly mp3: boolean;
    }
  | { readonly kind: 'detected' }
  | {
      readonly kind: 'explicit';
      readonly encoding: string;
      readonly sampleRateHz: number;
      readonly channels: number;
    };

/** What a client asked for, in the words of neither version. */
export interface RecordingConfig {
  readonly version: 'v1' | 'v2';
  readonly decoding: Decoding;
  /** As the service spells them; `auto` takes any. */
  readonly languages: readonly string[];
  readonly punctuation: boolean;
  readonly wordTimes: boolean;
  readonly wordConfidence: boolean;
  readonly profanityFilter: boolean;
  readonly mostAlternatives: number;
  /** Absent unless speakers are to be told apart. */
  readonly mostSpeakers: number | undefined;
  readonly separateChannels: boolean;
}

const DEFAULT_MOST_SPEAKERS = 6;
const MOST_CHANNELS = 8;

const v1Schema = z.object({
  encoding: z.string(),
  sampleRateHertz: z.number(),
  audioChannelCount: z.number(),
  enableSeparateRecognitionPerChannel: z.boolean(),
  languageCode: z.string(),
  alternativeLanguageCodes: z.array(z.string()).default([]),
  maxAlternatives: z.number(),
  profanityFilter: z.boolean(),
  enableWordTimeOffsets: z.boolean(),
  enableWordConfidence: z.boolean(),
  enableAutomaticPunctuation: z.boolean(),
  model: z.string(),
  speechContexts: speechContextsSchema,
  adaptation: v1AdaptationSchema,
  diarizationConfig: z
    .object({
      enableSpeakerDiarization: z.boolean(),
      minSpeakerCount: z.number(),
      maxSpeakerCount: z.number(),
    })
    .nullish(),
});

const v2Schema = z.object({
  autoDecodingConfig: z.object({}).nullish(),
  explicitDecodingConfig: z
    .object({ encoding: z.string(), sampleRateHertz: z.number(), audioChannelCount: z.number() })
    .nullish(),
  model: z.string(),
  languageCodes: z.array(z.string()).default([]),
  adaptation: v2AdaptationSchema,
  features: z
    .object({
      profanityFilter: z.boolean(),
      enableWordTimeOffsets: z.boolean(),
      enableWordConfidence: z.boolean(),
      enableAutomaticPunctuation: z.boolean(),
      maxAlternatives: z.number(),
      multiChannelMode: z.string(),
      diarizationConfig: z.object({}).nullish(),
    })
    .nullish(),
});

/** @throws GoogleError */
export function v1RecordingConfig(raw: unknown, { mp3 }: { mp3: boolean }): RecordingConfig {
  if (raw === null || raw === undefined) throw GoogleError.invalid('RecognitionConfig not set.');
  const config = v1Schema.parse(raw);
  refuseNotImitated(raw, 'config.', ['transcriptNormalization']);
  const { model, alternativeLanguageCodes, audioChannelCount, diarizationConfig } = config;
  if (alternativeLanguageCodes.length > 3) {
    throw GoogleError.invalid(
      "Invalid recognition 'config': more than 3 alternative language codes.",
    );
  }
  const languages = [config.languageCode, ...alternativeLanguageCodes].map((code) =>
    checkV1Model(model, code),
  );
  checkAlternatives(config.maxAlternatives);
  checkSpeechContexts(config.speechContexts);
  checkV1Adaptation(config.adaptation);
  if (audioChannelCount < 0 || audioChannelCount > MOST_CHANNELS) {
    throw GoogleError.invalid('Invalid audio channel count');
  }
  return {
    version: 'v1',
    decoding: {
      kind: 'declared',
      encoding: config.encoding,
      sampleRateHz: config.sampleRateHertz,
      channels: audioChannelCount,
      mp3,
    },
    languages,
    punctuation: config.enableAutomaticPunctuation,
    wordTimes: config.enableWordTimeOffsets,
    wordConfidence: config.enableWordConfidence,
    profanityFilter: config.profanityFilter,
    mostAlternatives: Math.max(1, config.maxAlternatives),
    mostSpeakers: mostSpeakers(diarizationConfig),
    separateChannels: config.enableSeparateRecognitionPerChannel && audioChannelCount > 1,
  };
}

function mostSpeakers(config: z.infer<typeof v1Schema>['diarizationConfig']): number | undefined {
  if (!config?.enableSpeakerDiarization) return undefined;
  const most = config.maxSpeakerCount || DEFAULT_MOST_SPEAKERS;
  if (config.minSpeakerCount < 0 || most < 0 || config.minSpeakerCount > most) {
    throw GoogleError.invalid("Invalid recognition 'config': bad diarization speaker count.");
  }
  return most;
}

/** @throws GoogleError */
export function v2RecordingConfig(raw: unknown, location: string): RecordingConfig {
  if (raw === null || raw === undefined) {
    throw GoogleError.invalid('Invalid RecognitionConfig: config must be set for recognizer "_".');
  }
  const { model, languageCodes, features, adaptation, ...config } = v2Schema.parse(raw);
  refuseNotImitated(raw, 'config.', ['transcriptNormalization', 'translationConfig']);
  checkV2Model(model, languageCodes, location, false);
  const separateChannels = features?.multiChannelMode === 'SEPARATE_RECOGNITION_PER_CHANNEL';
  const diarization = features?.diarizationConfig;
  checkV2Features(model, languageCodes, {
    speaker_diarization: Boolean(diarization),
    word_level_confidence: features?.enableWordConfidence ?? false,
  });
  checkAlternatives(features?.maxAlternatives ?? 0);
  checkV2Adaptation(adaptation);
  return {
    version: 'v2',
    decoding: v2Decoding(config),
    languages: languageCodes,
    punctuation: features?.enableAutomaticPunctuation ?? false,
    wordTimes: features?.enableWordTimeOffsets ?? false,
    wordConfidence: features?.enableWordConfidence ?? false,
    profanityFilter: features?.profanityFilter ?? false,
    mostAlternatives: Math.max(1, features?.maxAlternatives ?? 0),
    mostSpeakers: diarization ? Number.POSITIVE_INFINITY : undefined,
    separateChannels,
  };
}

function v2Decoding({
  autoDecodingConfig,
  explicitDecodingConfig: explicit,
}: Pick<z.infer<typeof v2Schema>, 'autoDecodingConfig' | 'explicitDecodingConfig'>): Decoding {
  if (explicit) {
    const { encoding, sampleRateHertz: sampleRateHz, audioChannelCount: channels } = explicit;
    if (channels < 1 || channels > MOST_CHANNELS) {
      throw GoogleError.invalid('Invalid ExplicitDecodingConfig: audio_channel_count must be set.');
    }
    return { kind: 'explicit', encoding, sampleRateHz, channels };
  }
  if (!autoDecodingConfig) {
    throw GoogleError.invalid('Invalid RecognitionConfig: decoding_config must be set.');
  }
  return { kind: 'detected' };
}
