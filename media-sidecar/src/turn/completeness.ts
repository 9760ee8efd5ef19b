import { lexiconOf, normalizedWords, setOf, type Lexicon } from './words.ts';

/** How much a transcript reads as a finished thought. */
export type Completeness = 'complete' | 'open' | 'incomplete';

interface CompletenessWords {
  /** A sentence does not end with these: conjunctions, prepositions, articles, fillers. */
  readonly trailing: ReadonlySet<string>;
  /** The same for two words. */
  readonly trailingPairs: ReadonlySet<string>;
  /** Endings that look unfinished and are not. */
  readonly finishedPairs: ReadonlySet<string>;
  readonly closers: readonly string[];
  /** Complete when they are the whole turn. */
  readonly shortAnswers: ReadonlySet<string>;
  readonly questionStarts: readonly string[];
  /** After these, digits or letters are being dictated. */
  readonly dictation: ReadonlySet<string>;
  readonly numberWords: ReadonlySet<string>;
  readonly letterNames: ReadonlySet<string>;
}

/** Digits of a phone number in Chile and in Spain without the country; an id has 8 or 9 places. */
const DICTATED_DIGITS = 9;

const LEXICA: Record<Lexicon, CompletenessWords> = {
  es: {
    trailing: setOf(`y e o u ni que pero porque pues aunque como cuando donde mientras entonces pq
      de a en con por para sin sobre entre hasta desde hacia segun contra ante tras
      el la los las un una unos unas al del lo mi mis tu tus su sus nuestro nuestra este esta ese
      eh em ehm este esto mmm mm hmm ah osea bueno digamos es son era seria arroba punto guion
      quiero quisiera necesito tengo muy mas tan otro otra cada soy llamo`),
    trailingPairs: setOf(
      'o_sea a_ver es_que para_que asi_que ya_que lo_que el_que la_que me_llamo',
    ),
    finishedPairs: setOf(`eso_es asi_es que_mas nada_mas algo_mas como_es que_es quien_es cual_es
      no_tengo si_tengo lo_quiero la_quiero no_quiero si_quiero cuanto_es lo_tengo uno_mas no_mas`),
    closers: [
      'gracias',
      'por favor',
      'adios',
      'chao',
      'hasta luego',
      'nada mas',
      'eso es todo',
      'eso seria todo',
      'seria todo',
      'buenos dias',
      'buenas tardes',
      'buenas noches',
      'hasta pronto',
      'esta bien',
      'de acuerdo',
      'claro que si',
      'por supuesto',
    ],
    shortAnswers: setOf(
      'si no claro vale ok okay dale correcto exacto ya perfecto listo hola alo aja',
    ),
    questionStarts: [
      'que',
      'cual',
      'cuales',
      'cuanto',
      'cuanta',
      'cuantos',
      'cuantas',
      'donde',
      'cuando',
      'quien',
      'a que',
      'de que',
      'hasta que',
      'me puede',
      'me podria',
      'puede',
      'podria',
      'puedo',
      'tienen',
      'tiene',
      'hay',
      'hacen',
      'venden',
      'aceptan',
      'atienden',
      'abren',
      'cierran',
    ],
    dictation:
      setOf(`telefono numero celular movil fono rut dni nif codigo whatsapp cedula pasaporte
      patente matricula tarjeta poliza`),
    numberWords: setOf(`cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece
      catorce quince veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien doble triple`),
    letterNames: setOf(
      `be ce efe ge hache jota ka ele eme ene pe cu erre ere ese te uve equis zeta`,
    ),
  },
  en: {
    trailing:
      setOf(`and but or because so if when while that which who to of in on at for with from by
      about into the a an my your his her our their this these um uh er erm hmm like well is are was
      at dot dash i we want need have very another im its`),
    trailingPairs: setOf('you_know i_mean so_that my_name'),
    finishedPairs: setOf('that_is it_is they_are he_is she_is i_am i_have we_have what_for'),
    closers: [
      'thank you',
      'thanks',
      'please',
      'bye',
      'goodbye',
      'thats all',
      'that is all',
      'thats it',
      'good morning',
      'good afternoon',
      'all right',
      'no worries',
    ],
    shortAnswers: setOf(
      'yes no yeah yep nope sure ok okay right correct exactly hello hi fine perfect',
    ),
    questionStarts: [
      'what',
      'which',
      'how',
      'where',
      'when',
      'who',
      'why',
      'can',
      'could',
      'do you',
      'does',
      'is there',
      'are there',
      'are you',
      'would',
      'will',
    ],
    dictation: setOf('phone number mobile cell code passport id card policy plate zip postcode'),
    numberWords:
      setOf(`zero oh one two three four five six seven eight nine ten eleven twelve double triple
      twenty thirty forty fifty sixty seventy eighty ninety hundred`),
    letterNames: setOf('bee cee dee gee jay kay ell em en pee cue ar ess tee vee zee zed'),
  },
};

/**
 * Tells from the words alone whether the speaker seems to have finished. Only a hint: silence
 * decides, this says how much of it is needed.
 */
export function completenessOf(text: string, language: string): Completeness {
  const lexicon = LEXICA[lexiconOf(language)];
  const words = normalizedWords(text);
  if (words.length === 0) return 'incomplete';
  const trimmed = text.trim();
  if (trimmed.endsWith('?')) return 'complete';
  if (/(?:…|\.\.\.|[,;:–-])$/.test(trimmed)) return 'incomplete';

  const dictated = dictationOf(words, lexicon);
  if (dictated) return dictated;
  return judge(normalizedWords(lastSentenceOf(trimmed)), trimmed, lexicon);
}

/** Judges the last sentence: what was asked before it says nothing about its end. */
function judge(
  words: readonly string[],
  trimmed: string,
  lexicon: CompletenessWords,
): Completeness {
  const last = words.at(-1) ?? '';
  if (endsWithAny(words, lexicon.closers)) return 'complete';
  if (words.length <= 3 && words.every((word) => lexicon.shortAnswers.has(word))) return 'complete';

  const pair = words.slice(-2).join('_');
  if (!lexicon.finishedPairs.has(pair)) {
    if (lexicon.trailingPairs.has(pair) || lexicon.trailing.has(last)) return 'incomplete';
    // Without its accent "si" is "if"; alone it is an answer (above).
    if (last === 'si' && !/sí[^\p{L}]*$/iu.test(trimmed)) return 'incomplete';
  }
  const asks =
    trimmed.lastIndexOf('¿') > trimmed.lastIndexOf('?') ||
    startsWithAny(words, lexicon.questionStarts);
  return asks && words.length >= 3 ? 'complete' : 'open';
}

function lastSentenceOf(text: string): string {
  return text.split(/[.!?…]\s+(?=\S)/).at(-1) ?? text;
}

function dictationOf(
  words: readonly string[],
  lexicon: CompletenessWords,
): Completeness | undefined {
  let digits = 0;
  let letters = 0;
  let at = words.length - 1;
  for (; at >= 0; at -= 1) {
    const word = words[at] ?? '';
    if (/^\d+$/.test(word)) digits += word.length;
    else if (lexicon.numberWords.has(word)) digits += 1;
    else if (/^\p{L}$/u.test(word) || lexicon.letterNames.has(word)) letters += 1;
    else if (word !== 'mas' && word !== 'plus') break;
  }
  const announced = words.slice(0, at + 1).some((word) => lexicon.dictation.has(word));
  if (digits > 0 && (announced || (at < 0 && digits >= 2))) {
    return digits >= DICTATED_DIGITS ? 'complete' : 'incomplete';
  }
  // One single letter may be a word ("a", "y", "o"); several in a row are being spelled.
  return letters >= 2 ? 'incomplete' : undefined;
}

function endsWithAny(words: readonly string[], phrases: readonly string[]): boolean {
  const text = ` ${words.join(' ')}`;
  return phrases.some((phrase) => text.endsWith(` ${phrase}`));
}

function startsWithAny(words: readonly string[], phrases: readonly string[]): boolean {
  const text = `${words.join(' ')} `;
  return phrases.some((phrase) => text.startsWith(`${phrase} `));
}
