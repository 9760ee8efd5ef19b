/** Google's names for its 30 Chirp 3 HD voices, by gender (cloud.google.com/text-to-speech/docs/chirp3-hd). */
export const CHIRP_3_HD_VOICES: Readonly<Record<'FEMALE' | 'MALE', readonly string[]>> = {
  FEMALE: [
    'Achernar',
    'Aoede',
    'Autonoe',
    'Callirrhoe',
    'Despina',
    'Erinome',
    'Gacrux',
    'Kore',
    'Laomedeia',
    'Leda',
    'Pulcherrima',
    'Sulafat',
    'Vindemiatrix',
    'Zephyr',
  ],
  MALE: [
    'Achird',
    'Algenib',
    'Algieba',
    'Alnilam',
    'Charon',
    'Enceladus',
    'Fenrir',
    'Iapetus',
    'Orus',
    'Puck',
    'Rasalgethi',
    'Sadachbia',
    'Sadaltager',
    'Schedar',
    'Umbriel',
    'Zubenelgenubi',
  ],
};

const FEMALE_VARIANTS = ['f1', 'f2', 'f3', 'f4', 'f5'] as const;
const MALE_VARIANTS = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8'] as const;
/** Male voices of Amazon Polly and Microsoft that Twilio offers for Spanish and English, and its own. */
const OTHER_MALE_VOICES =
  /^(man|.*\b(Enrique|Sergio|Miguel|Pedro|Andres|Andrés|Matthew|Joey|Brian|Justin|Stephen|Arthur)\b.*)$/i;

function stableHash(text: string): number {
  let hash = 2_166_136_261;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 16_777_619);
  return hash >>> 0;
}

function isMale(voiceName: string): boolean {
  const lastPart = voiceName.split('-').at(-1) ?? voiceName;
  if (CHIRP_3_HD_VOICES.MALE.includes(lastPart)) return true;
  // Google's letters alternate in es-US and es-ES: A and C are mostly women, B and D men.
  if (/-(Neural2|Wavenet|Standard)-[BDFG]$/.test(voiceName)) return true;
  if (/-Studio-[BFQ]$/.test(voiceName)) return true;
  return OTHER_MALE_VOICES.test(voiceName);
}

/**
 * The espeak-ng voice that stands for a voice of Google's or Twilio's: the same name always sounds
 * the same, and two names mostly sound different.
 *
 * @throws RangeError where espeak-ng has no voice of that language
 */
export function espeakVoiceFor(
  voiceName: string,
  languageCode: string,
  espeakLanguages: readonly string[],
): string {
  const wanted = languageCode.toLowerCase();
  const primary = wanted.split('-')[0] ?? wanted;
  const inLatinAmerica = primary === 'es' && wanted !== 'es' && wanted !== 'es-es';
  const candidates = inLatinAmerica ? ['es-419'] : [wanted, primary, `${primary}-us`];
  const language = candidates.find((candidate) => espeakLanguages.includes(candidate));
  if (!language) throw new RangeError(`no voice speaks ${languageCode}`);
  const variants = isMale(voiceName) ? MALE_VARIANTS : FEMALE_VARIANTS;
  return `${language}+${variants[stableHash(voiceName) % variants.length]!}`;
}
