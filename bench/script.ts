import type { CallReport } from './protocol.ts';

/** The short conversation of each call: greeting, two questions, one interruption, good-bye. */
const PATIENCE_MS = 20_000;
/** Shorter than the pause of an answer between two sentences would take an answer for over. */
const ANSWER_OVER_MS = 1200;

export const QUESTION = '¿A qué hora abren mañana?';
export const LONG_QUESTION = 'Cuéntame sobre los servicios que ofrecen';
export const INTERRUPTION = 'Perdón, otra pregunta';
/** Into the answer to the long question. */
const INTERRUPT_AFTER_MS = 1500;

const anySpeech = { do: 'wait-for-speech', matching: /\p{L}/u, timeoutMs: PATIENCE_MS } as const;
const answerOver = { do: 'wait-for-silence', ms: ANSWER_OVER_MS } as const;

export const CONVERSATION = [
  anySpeech,
  answerOver,
  { do: 'say', text: QUESTION },
  anySpeech,
  answerOver,
  { do: 'say', text: LONG_QUESTION },
  { do: 'interrupt', afterMs: INTERRUPT_AFTER_MS, text: INTERRUPTION },
  anySpeech,
  answerOver,
  { do: 'hang-up' },
] as const;

export interface Heard {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * What the telephone noticed. Both lists are in ms of the same call; the caller's own words are
 * known, the agent's were found in the audio.
 */
export function noticed(
  said: readonly Heard[],
  heard: readonly Heard[],
): Pick<CallReport, 'answeredAfterMs' | 'silencedAfterMs'> {
  const answeredAfterMs: number[] = [];
  const silencedAfterMs: number[] = [];
  said.forEach((own, index) => {
    const next = said[index + 1]?.startMs ?? Infinity;
    const spokenOver = heard.find(
      ({ startMs, endMs }) => startMs < own.startMs && endMs > own.startMs,
    );
    if (spokenOver) silencedAfterMs.push(spokenOver.endMs - own.startMs);
    const answer = heard.find(({ startMs }) => startMs >= own.endMs && startMs < next);
    if (answer) answeredAfterMs.push(answer.startMs - own.endMs);
  });
  return { answeredAfterMs, silencedAfterMs };
}
