import type { SpokenTurn } from './transcript.ts';

/** What a reader would notice in a conversation, by a few words: enough to answer differently to different calls. */
export interface Impressions {
  readonly turns: readonly SpokenTurn[];
  readonly caller: readonly SpokenTurn[];
  /** -1 to 1 for a turn. */
  moodOf(turn: SpokenTurn): number;
  /** -1 to 1. */
  readonly mood: number;
  /** The first turn of the caller who asks for a person. */
  readonly asksForPerson: SpokenTurn | undefined;
  /** The turn with the most words in common with a text, if there are any. */
  closest(about: string): SpokenTurn | undefined;
}

const UNHAPPY =
  /\b(mal[oa]?s?|p[eé]sim|horribl|reclamo|queja|problema|nadie|nunca|harto|harta|estaf|verg[uü]enza|esperando|tercera vez|bad|terrible|awful|complain|nobody|fed up|worst|angry)/giu;
const HAPPY =
  /\b(gracias|excelent|perfect|genial|amable|feliz|content[oa]|buen[oa]s? (servicio|atenci[oó]n)|thank|great|wonderful|happy|lovely)/giu;
const PERSON =
  /\b(persona|humano|ejecutiv[oa]|supervisor[a]?|gerente|person|human|manager|representative)\b/iu;
const SHORTEST_WORD = 4;

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

const words = (text: string): Set<string> =>
  new Set(
    (
      text
        .normalize('NFD')
        .replace(/\p{Diacritic}/gu, '')
        .toLowerCase()
        .match(/\p{L}+/gu) ?? []
    )
      .filter((word) => word.length >= SHORTEST_WORD)
      .map((word) => word.slice(0, 5)),
  );

export function impressionsOf(turns: readonly SpokenTurn[]): Impressions {
  const caller = turns.filter(({ byAgent }) => !byAgent);
  const moodOf = ({ text }: SpokenTurn): number => {
    const balance = count(text, HAPPY) - 1.5 * count(text, UNHAPPY);
    return Math.max(-1, Math.min(1, balance / 2));
  };
  const moods = caller.map(moodOf).filter((mood) => mood !== 0);
  const mood = moods.length === 0 ? 0 : moods.reduce((sum, each) => sum + each, 0) / moods.length;
  return {
    turns,
    caller,
    moodOf,
    mood: Math.round(mood * 100) / 100,
    asksForPerson: caller.find(({ text }) => PERSON.test(text)),
    closest(about) {
      const wanted = words(about);
      const scored = turns
        .map((turn) => ({ turn, score: [...words(turn.text)].filter((w) => wanted.has(w)).length }))
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score);
      return scored[0]?.turn;
    },
  };
}
