import { z } from 'zod';
import { GoogleError } from './google-error.ts';
import {
  checkAlternatives,
  checkSpeechContexts,
  checkV1Adaptation,
  checkV2Adaptation,
  speechContextsSchema,
  v1AdaptationSchema,
  v2AdaptationSchema,
} from './recognition-checks.ts';
import { checkV1Model, checkV2Model } from './speech-models.ts';
import { checkEndpoint, recognizerOf } from './resource-names.ts';
import { UNDETECTED_ENCODING, speechAudioFormat } from './speech-audio.ts';
import type { SpeechAudioFormat } from './speech-audio.ts';

/** What a client asked for, in the words of neither version. */
export interface ListeningConfig {
  readonly version: 'v1' | 'v2';
  readonly format: SpeechAudioFormat;
  readonly languageCode: string;
  readonly punctuation: boolean;
  readonly wordTimes: boolean;
  readonly wordConfidence: boolean;
  readonly interimResults: boolean;
  readonly singleUtterance: boolean;
  readonly activityEvents: boolean;
  readonly speechStartTimeoutMs: number | undefined;
  readonly speechEndTimeoutMs: number | undefined;
  /** The old models tell what they are sure of and what not as two results. */
  readonly splitsInterims: boolean;
}

const duration = z
  .object({ seconds: z.coerce.number(), nanos: z.number() })
  .transform(({ seconds, nanos }) => seconds * 1_000 + nanos / 1e6);
const timeouts = z
  .object({ speechStartTimeout: duration.nullish(), speechEndTimeout: duration.nullish() })
  .nullish();

const v1Config = z.object({
  encoding: z.string(),
  sampleRateHertz: z.number(),
  audioChannelCount: z.number(),
  languageCode: z.string(),
  alternativeLanguageCodes: z.array(z.string()).default([]),
  maxAlternatives: z.number(),
  enableWordTimeOffsets: z.boolean(),
  enableWordConfidence: z.boolean(),
  enableAutomaticPunctuation: z.boolean(),
  model: z.string(),
  useEnhanced: z.boolean(),
  speechContexts: speechContextsSchema,
  adaptation: v1AdaptationSchema,
});

const v1Streaming = z.object({
  config: v1Config.nullish(),
  singleUtterance: z.boolean(),
  interimResults: z.boolean(),
  enableVoiceActivityEvents: z.boolean(),
  voiceActivityTimeout: timeouts,
});

const v2Config = z.object({
  autoDecodingConfig: z.object({}).nullish(),
  explicitDecodingConfig: z
    .object({ encoding: z.string(), sampleRateHertz: z.number(), audioChannelCount: z.number() })
    .nullish(),
  model: z.string(),
  languageCodes: z.array(z.string()).default([]),
  adaptation: v2AdaptationSchema,
  features: z
    .object({
      enableWordTimeOffsets: z.boolean(),
      enableWordConfidence: z.boolean(),
      enableAutomaticPunctuation: z.boolean(),
      maxAlternatives: z.number(),
    })
    .nullish(),
});

const v2Streaming = z.object({
  config: v2Config.nullish(),
  streamingFeatures: z
    .object({
      enableVoiceActivityEvents: z.boolean(),
      interimResults: z.boolean(),
      voiceActivityTimeout: timeouts,
    })
    .nullish(),
});

function checkTimeouts(activityEvents: boolean, given: unknown): void {
  if (given && !activityEvents) {
    throw GoogleError.invalid(
      'voice_activity_timeout requires enable_voice_activity_events to be set to true.',
    );
  }
}

/** @throws GoogleError */
function v1ListeningConfig(raw: unknown): ListeningConfig {
  const config = v1Config.parse(raw);
  const languageCode = checkV1Model(config.model, config.languageCode);
  if (config.alternativeLanguageCodes.length > 3) {
    throw GoogleError.invalid(
      "Invalid recognition 'config': more than 3 alternative language codes.",
    );
  }
  checkAlternatives(config.maxAlternatives);
  checkSpeechContexts(config.speechContexts);
  checkV1Adaptation(config.adaptation);
  return {
    version: 'v1',
    format: speechAudioFormat(config.encoding, config.sampleRateHertz, config.audioChannelCount, [
      'LINEAR16',
      'MULAW',
    ]),
    languageCode,
    punctuation: config.enableAutomaticPunctuation,
    wordTimes: config.enableWordTimeOffsets,
    wordConfidence: config.enableWordConfidence,
    interimResults: false,
    singleUtterance: false,
    activityEvents: false,
    speechStartTimeoutMs: undefined,
    speechEndTimeoutMs: undefined,
    splitsInterims: !config.model.startsWith('latest_'),
  };
}

/** @throws GoogleError */
export function v1StreamingConfig(raw: unknown): ListeningConfig {
  const streaming = v1Streaming.parse(raw);
  if (!streaming.config)
    throw GoogleError.invalid("Invalid 'streaming_config': config is missing.");
  const base = v1ListeningConfig(streaming.config);
  const { model, useEnhanced } = streaming.config;
  // StreamingRecognitionConfig.single_utterance of google/cloud/speech/v1/cloud_speech.proto.
  const single =
    model === '' || model === 'command_and_search' || (model === 'phone_call' && useEnhanced);
  if (streaming.singleUtterance && !single) {
    throw GoogleError.invalid(`single_utterance is not supported for the model "${model}".`);
  }
  checkTimeouts(streaming.enableVoiceActivityEvents, streaming.voiceActivityTimeout);
  return {
    ...base,
    interimResults: streaming.interimResults,
    singleUtterance: streaming.singleUtterance,
    activityEvents: streaming.enableVoiceActivityEvents,
    speechStartTimeoutMs: streaming.voiceActivityTimeout?.speechStartTimeout ?? undefined,
    speechEndTimeoutMs: streaming.voiceActivityTimeout?.speechEndTimeout ?? undefined,
  };
}

/** @throws GoogleError */
function v2ListeningConfig(raw: unknown, recognizer: string): ListeningConfig {
  const { location } = recognizerOf(recognizer);
  if (raw === null || raw === undefined) {
    throw GoogleError.invalid('Invalid RecognitionConfig: config must be set for recognizer "_".');
  }
  const config = v2Config.parse(raw);
  const languageCode = checkV2Model(config.model, config.languageCodes, location, true);
  const decoding = config.explicitDecodingConfig;
  // A stream has no header from which its decoding could be detected.
  if (!decoding) throw GoogleError.invalid(UNDETECTED_ENCODING);
  if (decoding.audioChannelCount < 1) {
    throw GoogleError.invalid('Invalid ExplicitDecodingConfig: audio_channel_count must be set.');
  }
  checkAlternatives(config.features?.maxAlternatives ?? 0);
  checkV2Adaptation(config.adaptation);
  return {
    version: 'v2',
    format: speechAudioFormat(
      decoding.encoding,
      decoding.sampleRateHertz,
      decoding.audioChannelCount,
      ['LINEAR16', 'MULAW', 'ALAW'],
    ),
    languageCode,
    punctuation: config.features?.enableAutomaticPunctuation ?? false,
    wordTimes: config.features?.enableWordTimeOffsets ?? false,
    wordConfidence: config.features?.enableWordConfidence ?? false,
    interimResults: false,
    singleUtterance: false,
    activityEvents: false,
    speechStartTimeoutMs: undefined,
    speechEndTimeoutMs: undefined,
    splitsInterims: false,
  };
}

/** @throws GoogleError */
export function v2StreamingConfig(raw: unknown, recognizer: string, host: string): ListeningConfig {
  checkEndpoint(host, recognizerOf(recognizer).location);
  const { config, streamingFeatures } = v2Streaming.parse(raw);
  const base = v2ListeningConfig(config, recognizer);
  const activityEvents = streamingFeatures?.enableVoiceActivityEvents ?? false;
  const limits = streamingFeatures?.voiceActivityTimeout;
  checkTimeouts(activityEvents, limits);
  return {
    ...base,
    interimResults: streamingFeatures?.interimResults ?? false,
    activityEvents,
    speechStartTimeoutMs: limits?.speechStartTimeout ?? undefined,
    speechEndTimeoutMs: limits?.speechEndTimeout ?? undefined,
  };
}
