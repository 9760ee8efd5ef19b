import { GoogleError } from './google-error.ts';

/**
 * Which model knows which language. From the pages "Speech-to-Text supported languages" of v1 and
 * v2, as far as Spanish and English go. es-CL has only the two oldest models, in v1.
 */
const BROAD = ['es-ES', 'es-US', 'es-MX', 'en-US', 'en-GB'];
const EVERY_COUNTRY = [
  ...BROAD,
  ...[
    'AR',
    'BO',
    'CL',
    'CO',
    'CR',
    'DO',
    'EC',
    'GT',
    'HN',
    'NI',
    'PA',
    'PE',
    'PR',
    'PY',
    'SV',
    'UY',
    'VE',
  ].map((country) => `es-${country}`),
];

const V1_MODELS: Readonly<Record<string, readonly string[]>> = {
  default: EVERY_COUNTRY,
  command_and_search: EVERY_COUNTRY,
  latest_long: BROAD,
  latest_short: BROAD,
  phone_call: ['es-US', 'es-ES', 'en-US', 'en-GB'],
  video: ['en-US'],
  medical_conversation: ['en-US'],
  medical_dictation: ['en-US'],
};

interface V2Model {
  readonly languages: readonly string[];
  /** Locations that have it; absent: all. */
  readonly locations?: readonly string[];
  readonly streaming: boolean;
  /** Languages in which it can tell speakers apart. @defaultValue none */
  readonly speakersIn?: readonly string[];
  readonly withoutWordConfidence?: boolean;
}

const V2_MODELS: Readonly<Record<string, V2Model>> = {
  long: { languages: BROAD, streaming: true },
  short: { languages: BROAD, streaming: true },
  telephony: { languages: ['es-US', 'es-ES', 'en-US', 'en-GB'], streaming: true },
  telephony_short: { languages: ['es-US', 'es-ES', 'en-US', 'en-GB'], streaming: true },
  chirp_2: {
    languages: ['es-ES', 'es-US', 'en-US', 'en-GB', 'auto'],
    locations: ['us-central1', 'europe-west4', 'asia-southeast1'],
    streaming: true,
  },
  chirp_3: {
    languages: ['es-ES', 'es-US', 'es-MX', 'en-US', 'en-GB', 'auto'],
    // cloud.google.com/speech-to-text/docs/models/chirp-3; the last four are previews.
    locations: [
      ...['us', 'eu', 'asia-southeast1', 'asia-northeast1'],
      ...['asia-south1', 'europe-west2', 'europe-west3', 'northamerica-northeast1'],
    ],
    streaming: true,
    speakersIn: ['es-ES', 'es-US', 'en-US', 'en-GB'],
    withoutWordConfidence: true,
  },
  chirp: {
    languages: ['es-ES', 'es-US', 'en-US'],
    locations: ['us-central1', 'europe-west4', 'asia-southeast1'],
    streaming: false,
  },
};

const matching = (languages: readonly string[], wanted: string): string | undefined =>
  languages.find((each) => each.toLowerCase() === wanted.toLowerCase());

/**
 * The language as the service spells it.
 * @throws GoogleError INVALID_ARGUMENT for a model or a language that v1 does not have together
 */
export function checkV1Model(model: string, languageCode: string): string {
  if (!languageCode) {
    throw GoogleError.invalid("Invalid recognition 'config': language code is required.");
  }
  const languages = V1_MODELS[model || 'default'];
  if (!languages) {
    throw GoogleError.invalid(
      `Invalid recognition 'config': incorrect model specified: "${model}".`,
    );
  }
  const language = matching(languages, languageCode);
  if (language) return language;
  if (!matching(EVERY_COUNTRY, languageCode)) {
    throw GoogleError.invalid(
      `Invalid recognition 'config': bad language code: "${languageCode}".`,
    );
  }
  throw GoogleError.invalid(
    `Invalid recognition 'config': The requested model "${model}" is currently not supported for language : "${languageCode}".`,
  );
}

/** @throws GoogleError INVALID_ARGUMENT as v2 words it */
export function checkV2Model(
  model: string,
  languageCodes: readonly string[],
  location: string,
  streaming: boolean,
): string {
  if (!model) throw GoogleError.invalid('Invalid RecognitionConfig: model must be set.');
  const known = V2_MODELS[model];
  if (!known || (known.locations && !known.locations.includes(location))) {
    throw GoogleError.invalid(
      `The model "${model}" does not exist in the location named "${location}".`,
    );
  }
  if (streaming && !known.streaming) {
    throw GoogleError.invalid(`The model "${model}" does not support StreamingRecognize.`);
  }
  const [first] = languageCodes;
  if (first === undefined) {
    throw GoogleError.invalid('Invalid RecognitionConfig: language_codes must not be empty.');
  }
  if (languageCodes.length > 3 || (languageCodes.length > 1 && languageCodes.includes('auto'))) {
    throw GoogleError.invalid('Invalid RecognitionConfig: too many language_codes.');
  }
  for (const code of languageCodes) {
    if (matching(known.languages, code)) continue;
    throw GoogleError.invalid(
      `The language "${code}" is not supported by the model "${model}" in the location named "${location}".`,
    );
  }
  return matching(known.languages, first) ?? first;
}

/** Names of features as the Locations API spells them. */
export interface V2Features {
  readonly speaker_diarization: boolean;
  readonly word_level_confidence: boolean;
}

/** @throws GoogleError INVALID_ARGUMENT for what the model can not do */
export function checkV2Features(
  model: string,
  languageCodes: readonly string[],
  wanted: V2Features,
): void {
  const { speakersIn = [], withoutWordConfidence = false } = V2_MODELS[model] ?? {};
  const tellsSpeakers = languageCodes.every(
    (code) => code === 'auto' || matching(speakersIn, code) !== undefined,
  );
  if (wanted.speaker_diarization && (!tellsSpeakers || speakersIn.length === 0)) {
    throw GoogleError.invalid('Recognizer does not support feature: speaker_diarization');
  }
  if (wanted.word_level_confidence && withoutWordConfidence) {
    throw GoogleError.invalid('Recognizer does not support feature: word_level_confidence');
  }
}

/** Where v2 runs. */
export const V2_LOCATIONS: readonly string[] = [
  'global',
  ...new Set(Object.values(V2_MODELS).flatMap(({ locations = [] }) => locations)),
].sort();

/** What a location has: language, then model, then features. */
export function v2Offer(location: string): Map<string, Map<string, string[]>> {
  const offer = new Map<string, Map<string, string[]>>();
  for (const [model, known] of Object.entries(V2_MODELS)) {
    if (known.locations && !known.locations.includes(location)) continue;
    for (const language of known.languages) {
      const models = offer.get(language) ?? new Map<string, string[]>();
      models.set(model, [
        'automatic_punctuation',
        'model_adaptation',
        'recognizer',
        ...(known.speakersIn?.includes(language) ? ['speaker_diarization'] : []),
        ...(known.withoutWordConfidence ? [] : ['word_level_confidence']),
        'word_level_timestamps',
      ]);
      offer.set(language, models);
    }
  }
  return offer;
}
