import { CHIRP_3_HD_VOICES } from '../voices/voice-names.ts';
import { GoogleError } from './google-error.ts';

export type VoiceFamily = 'Chirp3-HD' | 'Neural2' | 'Studio' | 'Wavenet' | 'Standard';

export interface GoogleVoice {
  readonly name: string;
  readonly languageCode: string;
  readonly family: VoiceFamily;
  readonly gender: 'MALE' | 'FEMALE';
  readonly naturalSampleRateHz: number;
}

const NATURAL_RATE_HZ = 24_000;

/**
 * Letters of the older families, by language; small ones are men. There is no voice for es-CL, nor
 * for any other country of Latin America: they are served by es-US
 * (cloud.google.com/text-to-speech/docs/voices).
 */
const LETTERED: Readonly<Record<string, Readonly<Partial<Record<VoiceFamily, string>>>>> = {
  'es-US': { Neural2: 'Abc', Studio: 'b', Wavenet: 'Abc', Standard: 'Abc' },
  'es-ES': { Neural2: 'AbCDEfgH', Studio: 'Cf', Wavenet: 'bCDegFH', Standard: 'AbCDegFH' },
  'en-GB': { Neural2: 'AbCdF', Studio: 'bC', Wavenet: 'AbCdF', Standard: 'AbCdF' },
  'en-US': { Neural2: 'aCdEFGHij', Studio: 'Oq', Wavenet: 'abCdEFGHij', Standard: 'abCdEFGHij' },
};

function lettered(languageCode: string, family: VoiceFamily, letters: string): GoogleVoice[] {
  return [...letters].map((letter) => ({
    name: `${languageCode}-${family}-${letter.toUpperCase()}`,
    languageCode,
    family,
    gender: letter === letter.toUpperCase() ? 'FEMALE' : 'MALE',
    naturalSampleRateHz: NATURAL_RATE_HZ,
  }));
}

export const GOOGLE_VOICES: readonly GoogleVoice[] = Object.entries(LETTERED).flatMap(
  ([languageCode, families]) => [
    ...(['FEMALE', 'MALE'] as const).flatMap((gender) =>
      CHIRP_3_HD_VOICES[gender].map((name) => ({
        name: `${languageCode}-Chirp3-HD-${name}`,
        languageCode,
        family: 'Chirp3-HD' as const,
        gender,
        naturalSampleRateHz: NATURAL_RATE_HZ,
      })),
    ),
    ...Object.entries(families).flatMap(([family, letters]) =>
      lettered(languageCode, family as VoiceFamily, letters),
    ),
  ],
);

export interface VoiceSelection {
  readonly languageCode: string;
  readonly name: string;
  readonly gender: 'MALE' | 'FEMALE' | 'NEUTRAL' | undefined;
}

/** @throws GoogleError INVALID_ARGUMENT as the service words it */
export function selectVoice({ languageCode, name, gender }: VoiceSelection): GoogleVoice {
  if (!languageCode) throw GoogleError.invalid('Voice language code is required.');
  const sameLanguage = (voice: GoogleVoice): boolean =>
    voice.languageCode.toLowerCase() === languageCode.toLowerCase();
  if (!name) {
    const standard = GOOGLE_VOICES.filter((v) => v.family === 'Standard' && sameLanguage(v));
    const voice = standard.find((each) => each.gender === gender) ?? standard[0];
    if (!voice) throw GoogleError.invalid("Voice '' does not exist. Is it misspelled?");
    return voice;
  }
  const voice = GOOGLE_VOICES.find((each) => each.name === name);
  if (!voice) throw GoogleError.invalid(`Voice '${name}' does not exist. Is it misspelled?`);
  if (!sameLanguage(voice)) {
    throw GoogleError.invalid(
      `Requested language code, '${languageCode}', doesn't match the voice '${name}' language code, '${voice.languageCode}'. Please choose a different voice.`,
    );
  }
  return voice;
}

/** The list of `ListVoices`; a language code matches as a prefix, in any case. */
export function listVoices(languageCode: string): object[] {
  const wanted = languageCode.toLowerCase();
  return GOOGLE_VOICES.filter((voice) => {
    const code = voice.languageCode.toLowerCase();
    return wanted === '' || code === wanted || code.startsWith(`${wanted}-`);
  }).map((voice) => ({
    languageCodes: [voice.languageCode],
    name: voice.name,
    ssmlGender: voice.gender,
    naturalSampleRateHertz: voice.naturalSampleRateHz,
  }));
}
