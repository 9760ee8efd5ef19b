import type { SttOptions } from '../contract.ts';

/** Settings of one stream, complete. */
export interface RequestSettings {
  readonly stt: SttOptions;
  readonly languageCode: string;
  readonly model: string;
}

/** v2's parent of everything: the recognizer `_` takes its settings from the request. */
export interface RecognizerPlace {
  readonly projectId: string;
  readonly location: string;
}

const MAX_ALTERNATIVE_LANGUAGES = 3;
/** v1's and v2's limits of boost. */
const MAX_BOOST = 20;

/** First message of a v1 stream. Source: google.cloud.speech.v1.StreamingRecognitionConfig. */
export function v1ConfigRequest(settings: RequestSettings) {
  const phraseSet = phrases(settings.stt);
  return {
    streamingConfig: {
      config: {
        encoding: 'MULAW' as const,
        sampleRateHertz: 8000,
        audioChannelCount: 1,
        languageCode: settings.languageCode,
        alternativeLanguageCodes: alternatives(settings),
        model: settings.model,
        enableAutomaticPunctuation: true,
        ...(phraseSet ? { adaptation: { phraseSets: [phraseSet] } } : {}),
      },
      interimResults: true,
    },
  };
}

/** First message of a v2 stream. Source: google.cloud.speech.v2.StreamingRecognizeRequest. */
export function v2ConfigRequest(settings: RequestSettings, place: RecognizerPlace) {
  const inlinePhraseSet = phrases(settings.stt);
  return {
    recognizer: `projects/${place.projectId}/locations/${place.location}/recognizers/_`,
    streamingConfig: {
      config: {
        explicitDecodingConfig: {
          encoding: 'MULAW' as const,
          sampleRateHertz: 8000,
          audioChannelCount: 1,
        },
        languageCodes: [settings.languageCode, ...alternatives(settings)],
        model: settings.model,
        features: { enableAutomaticPunctuation: true },
        ...(inlinePhraseSet ? { adaptation: { phraseSets: [{ inlinePhraseSet }] } } : {}),
      },
      streamingFeatures: { interimResults: true },
    },
  };
}

function alternatives({ stt, languageCode }: RequestSettings): string[] {
  return (stt.alternativeLanguageCodes ?? [])
    .filter((code) => code !== languageCode)
    .slice(0, MAX_ALTERNATIVE_LANGUAGES);
}

function phrases({ phrases: wanted }: SttOptions) {
  if (!wanted || wanted.length === 0) return undefined;
  return {
    phrases: wanted.map(({ value, boost }) => ({
      value,
      ...(boost === undefined ? {} : { boost: Math.max(0, Math.min(MAX_BOOST, boost)) }),
    })),
  };
}
