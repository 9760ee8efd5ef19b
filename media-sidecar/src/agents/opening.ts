import { cutLong } from '../kernel/cut-long.ts';
import type { Opening, OpeningSentence } from './contract.ts';

/** Words by which a greeting itself tells that a machine speaks. */
const SAYS_SO =
  /\b(?:inteligencia artificial|(?:asistente|agente|voz|recepcionista|operador[a]?) (?:virtual|digital|automátic[oa]|artificial)|robot|chatbot|artificial intelligence|(?:virtual|digital|automated|ai) (?:assistant|agent|voice|receptionist)|an ai)\b/iu;

const DEFAULT_DISCLOSURE = {
  es: 'Le atiende un asistente virtual con inteligencia artificial.',
  en: 'You are talking to an AI assistant.',
};

/**
 * Lays out the first words: greeting, then the disclosure unless the greeting holds one, and the
 * greeting's closing question last, so that the caller answers to that.
 */
export function openingOf(greeting: string, disclosure: string, language: string): Opening {
  const sentences = sentencesOf(greeting);
  const given = disclosure.trim();
  const at = sentences.findIndex(
    (sentence) => SAYS_SO.test(sentence) || (given !== '' && sentence.includes(given)),
  );
  if (at >= 0) return { sentences: upTo(sentences, at) };

  const inWords =
    given || DEFAULT_DISCLOSURE[language.toLowerCase().startsWith('en') ? 'en' : 'es'];
  const last = sentences.at(-1);
  const question = last?.endsWith('?') && sentences.length > 1 ? sentences.splice(-1) : [];
  const disclosureSentences = sentencesOf(inWords);
  const all = [...sentences, ...disclosureSentences, ...question];
  return { sentences: upTo(all, sentences.length + disclosureSentences.length - 1) };
}

function upTo(sentences: readonly string[], lastRequired: number): OpeningSentence[] {
  return sentences.flatMap((sentence, index) =>
    cutLong(sentence).map((text) => ({ text, required: index <= lastRequired })),
  );
}

function sentencesOf(text: string): string[] {
  return text
    .trim()
    .split(/(?<=[.!?…])\s+(?=[\p{Lu}¿¡])/u)
    .map((sentence) => sentence.trim())
    .filter(Boolean);
}
