import { z } from 'zod';
import { GoogleError } from './google-error.ts';

/** "Quotas and limits" (cloud.google.com/speech-to-text/quotas). */
const MOST_PHRASES = 5_000;
const MOST_PHRASE_CHARACTERS = 100;
const MOST_CHARACTERS = 100_000;
const HIGHEST_BOOST = 20;

const phraseSchema = z.object({ value: z.string(), boost: z.number() });
const phraseSetSchema = z.object({ phrases: z.array(phraseSchema).default([]), boost: z.number() });

export const speechContextsSchema = z
  .array(z.object({ phrases: z.array(z.string()), boost: z.number() }))
  .default([]);
export const v1AdaptationSchema = z
  .object({
    phraseSets: z.array(phraseSetSchema).default([]),
    phraseSetReferences: z.array(z.string()).default([]),
  })
  .nullish();
export const v2AdaptationSchema = z
  .object({
    phraseSets: z
      .array(
        z.object({
          phraseSet: z.string().optional(),
          inlinePhraseSet: phraseSetSchema.nullish(),
        }),
      )
      .default([]),
  })
  .nullish();

const invalidConfig = (why: string): GoogleError =>
  GoogleError.invalid(`Invalid recognition 'config': ${why}`);

function checkPhrases(phrases: readonly string[]): void {
  const characters = phrases.reduce((sum, phrase) => sum + phrase.length, 0);
  const tooLong = phrases.some((phrase) => phrase.length > MOST_PHRASE_CHARACTERS);
  if (phrases.length > MOST_PHRASES || tooLong || characters > MOST_CHARACTERS) {
    throw invalidConfig('phrase hints are too many or too long.');
  }
}

function checkBoosts(boosts: readonly number[]): void {
  if (boosts.some((boost) => boost < 0 || boost > HIGHEST_BOOST)) {
    throw invalidConfig('boost must be between 0 and 20.');
  }
}

export function checkSpeechContexts(contexts: z.infer<typeof speechContextsSchema>): void {
  checkPhrases(contexts.flatMap(({ phrases }) => phrases));
  checkBoosts(contexts.map(({ boost }) => boost));
}

function checkPhraseSets(sets: readonly z.infer<typeof phraseSetSchema>[]): void {
  checkPhrases(sets.flatMap(({ phrases }) => phrases.map(({ value }) => value)));
  checkBoosts(sets.flatMap(({ phrases, boost }) => [boost, ...phrases.map((p) => p.boost)]));
}

/** @throws GoogleError NOT_FOUND for a stored phrase set: there are none */
export function checkV1Adaptation(adaptation: z.infer<typeof v1AdaptationSchema>): void {
  if (!adaptation) return;
  checkPhraseSets(adaptation.phraseSets);
  const [stored] = adaptation.phraseSetReferences;
  if (stored !== undefined) throw noPhraseSet(stored);
}

/** @throws GoogleError NOT_FOUND for a stored phrase set: there are none */
export function checkV2Adaptation(adaptation: z.infer<typeof v2AdaptationSchema>): void {
  const sets = adaptation?.phraseSets ?? [];
  checkPhraseSets(sets.flatMap(({ inlinePhraseSet }) => inlinePhraseSet ?? []));
  const stored = sets.find(({ phraseSet }) => phraseSet !== undefined)?.phraseSet;
  if (stored !== undefined) throw noPhraseSet(stored);
}

const noPhraseSet = (name: string): GoogleError =>
  new GoogleError('NOT_FOUND', `Unable to find PhraseSet "${name}".`);

export function checkAlternatives(count: number): void {
  if (count < 0 || count > 30) throw invalidConfig('max_alternatives must be within 0 to 30.');
}
