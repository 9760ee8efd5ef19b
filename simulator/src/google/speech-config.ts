import { z } from 'zod';
import { GoogleError } from './google-error.ts';
import { checkV1Model, checkV2Model } from './speech-models.ts';
import { speechAudioFormat } from './speech-audio.ts';
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
  speechContexts: z
    .array(z.object({ phrases: z.array(z.string()), boost: z.number() }))
    .default([]),
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

/** Documented maxima of "Quotas and limits": 5,000 phrases, 100 characters each. */
function checkHints(contexts: z.infer<typeof v1Config>['speechContexts']): void {
  const phrases = contexts.flatMap((context) => context.phrases);
  if (phrases.length > 5_000 || phrases.some((phrase) => phrase.length > 100)) {
    throw GoogleError.invalid(
      "Invalid recognition 'config': phrase hints are too many or too long.",
    );
  }
  if (contexts.some(({ boost }) => boost < 0 || boost > 20)) {
    throw GoogleError.invalid("Invalid recognition 'config': boost must be between 0 and 20.");
  }
}

function checkAlternatives(count: number): void {
  if (count < 0 || count > 30) {
    throw GoogleError.invalid(
      "Invalid recognition 'config': max_alternatives must be within 0 to 30.",
    );
  }
}

function checkTimeouts(activityEvents: boolean, given: unknown): void {
  if (given && !activityEvents) {
    throw GoogleError.invalid(
      'voice_activity_timeout requires enable_voice_activity_events to be set to true.',
    );
  }
}

/** @throws GoogleError */
export function v1ListeningConfig(raw: unknown): ListeningConfig {
  const config = v1Config.parse(raw);
  const languageCode = checkV1Model(config.model, config.languageCode);
  if (config.alternativeLanguageCodes.length > 3) {
    throw GoogleError.invalid(
      "Invalid recognition 'config': more than 3 alternative language codes.",
    );
  }
  checkAlternatives(config.maxAlternatives);
  checkHints(config.speechContexts);
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

const RECOGNIZER = /^projects\/[a-z0-9:.-]+\/locations\/([a-z0-9-]+)\/recognizers\/([a-z0-9_-]+)$/;

/** @throws GoogleError */
export function v2ListeningConfig(
  raw: unknown,
  recognizer: string,
  streaming: boolean,
): ListeningConfig {
  const [, location, id] = RECOGNIZER.exec(recognizer) ?? [];
  if (location === undefined) {
    throw GoogleError.invalid(
      `Invalid resource field value in the request: recognizer "${recognizer}". Expected "projects/{project}/locations/{location}/recognizers/{recognizer}".`,
    );
  }
  if (id !== '_') {
    throw new GoogleError('NOT_FOUND', `Unable to find Recognizer "${recognizer}".`);
  }
  if (raw === null || raw === undefined) {
    throw GoogleError.invalid('Invalid RecognitionConfig: config must be set for recognizer "_".');
  }
  const config = v2Config.parse(raw);
  const languageCode = checkV2Model(config.model, config.languageCodes, location, streaming);
  const decoding = config.explicitDecodingConfig;
  if (!decoding) {
    // Headerless audio can not be detected; a file of 16-bit samples can.
    if (streaming || !config.autoDecodingConfig) {
      throw GoogleError.invalid(
        'Audio data does not appear to be in a supported encoding. If you believe this to be incorrect, try explicitly specifying the decoding parameters.',
      );
    }
  } else if (decoding.audioChannelCount < 1) {
    throw GoogleError.invalid('Invalid ExplicitDecodingConfig: audio_channel_count must be set.');
  }
  checkAlternatives(config.features?.maxAlternatives ?? 0);
  return {
    version: 'v2',
    format: speechAudioFormat(
      decoding?.encoding ?? 'LINEAR16',
      decoding?.sampleRateHertz ?? 8_000,
      decoding?.audioChannelCount ?? 1,
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
export function v2StreamingConfig(raw: unknown, recognizer: string): ListeningConfig {
  const { config, streamingFeatures } = v2Streaming.parse(raw);
  const base = v2ListeningConfig(config, recognizer, true);
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
