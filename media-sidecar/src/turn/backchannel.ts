import { lexiconOf, normalizedWords, setOf, type Lexicon } from './words.ts';

/** Sounds of somebody who thinks or breathes; they are no answer to anything. */
const HESITATIONS: ReadonlySet<string> = setOf(
  'eh em ehm mm mmm mmmm hm hmm ah oh uh um er erm este',
);

const BACKCHANNELS: Record<Lexicon, ReadonlySet<string>> = {
  es: setOf(`aja ajam mhm mjm ok okay okey si sip sipo claro ya yapo vale bueno bien perfecto entiendo
    exacto correcto cierto dale listo genial de acuerdo por supuesto veo comprendo entendido eso`),
  en: setOf(
    'aha mhm uhhuh huh ok okay yes yeah yep right sure fine good great i see got it alright',
  ),
};

const FAREWELLS: Record<Lexicon, ReadonlySet<string>> = {
  es: setOf(`gracias muchas chao adios hasta luego pronto igualmente a usted ti que este buen dia
    tarde noche buenas noches buenos dias tardes bye`),
  en: setOf('thanks thank you bye goodbye too have a nice good day night evening likewise'),
};

/** Words that carry no meaning of their own: a transcript that differs only in them is the same. */
const WEAK: Record<Lexicon, ReadonlySet<string>> = {
  es: setOf(`el la los las un una unos unas al del lo de a en y e o u que se me le por para
    favor gracias muchas es su mi este eh em mm mmm ah ok ya bueno pues entonces hola oiga mire`),
  en: setOf(`the a an of to in on at and or that is it my your for please thanks thank you um uh er
    ok well so hello hi`),
};

/** The longest accompaniment: beyond that somebody has something to say. */
const MAX_BACKCHANNEL_WORDS = 4;

export function isHesitation(text: string): boolean {
  return normalizedWords(text).every((word) => HESITATIONS.has(word));
}

/** True for "ajá", "sí, sí", "mm": the caller listens, he does not take the floor. */
export function isBackchannel(
  text: string,
  language: string,
  extra: readonly string[] = [],
  whileParting = false,
): boolean {
  const lexicon = lexiconOf(language);
  const words = normalizedWords(text);
  const own = new Set(extra.flatMap(normalizedWords));
  const accompanies = (word: string) =>
    HESITATIONS.has(word) ||
    BACKCHANNELS[lexicon].has(word) ||
    own.has(word) ||
    (whileParting && FAREWELLS[lexicon].has(word));
  const limit = whileParting ? MAX_BACKCHANNEL_WORDS * 2 : MAX_BACKCHANNEL_WORDS;
  return words.length <= limit && words.every(accompanies);
}

/** True when an answer to `first` may be wrong for `second`. */
export function differsMaterially(first: string, second: string, language: string): boolean {
  const weak = WEAK[lexiconOf(language)];
  const strong = (text: string) => normalizedWords(text).filter((word) => !weak.has(word));
  const a = strong(first);
  const b = strong(second);
  return a.length !== b.length || a.some((word, index) => word !== b[index]);
}
