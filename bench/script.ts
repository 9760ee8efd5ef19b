import type { CallReport } from './protocol.ts';

/** The short conversation of each call: greeting, two questions, one interruption, good-bye. */
const PATIENCE_MS = 20_000;
/** Shorter than the pause of an answer between two sentences would take an answer for over. */
const ANSWER_OVER_MS = 1200;

export const QUESTION = '¿A qué hora abren mañana?';
export const LONG_QUESTION = 'Cuéntame sobre los servicios que ofrecen';
export const INTERRUPTION = 'Perdón, otra pregunta';
/** What the model says; the long answer lasts well beyond the interruption. */
export const ANSWERS = [
  { match: 'hora', reply: 'Mañana abrimos a las nueve de la mañana. ¿Le ayudo en algo más?' },
  {
    match: 'servicios',
    reply:
      'Con mucho gusto le cuento. Vendemos autos nuevos y usados de todas las marcas. ' +
      'También hacemos cambio de aceite, alineación, balanceo y revisión técnica completa. ' +
      'Además, tenemos un taller de pintura y un seguro propio para su vehículo.',
  },
  { match: 'pregunta', reply: 'Sí, claro, dígame en qué le puedo ayudar.' },
] as const;

/** Into the answer to the long question. */
const INTERRUPT_AFTER_MS = 1500;

/** Words that only the agent's own answer has: an apology instead of it must not pass. */
const hear = (matching: RegExp) =>
  ({ do: 'wait-for-speech', matching, timeoutMs: PATIENCE_MS }) as const;
const answerOver = { do: 'wait-for-silence', ms: ANSWER_OVER_MS } as const;

export const CONVERSATION = [
  hear(/automotora/iu),
  answerOver,
  { do: 'say', text: QUESTION },
  hear(/nueve/iu),
  answerOver,
  { do: 'say', text: LONG_QUESTION },
  { do: 'interrupt', afterMs: INTERRUPT_AFTER_MS, text: INTERRUPTION },
  hear(/dígame/iu),
  answerOver,
  { do: 'hang-up' },
] as const;

/** The parts of a telephone's report that figures are made of; times in ms since the answer. */
export interface Noticed {
  readonly said: readonly {
    readonly startMs: number;
    readonly endMs: number;
    readonly responseMs: number | null;
    readonly overlapped: boolean;
  }[];
  /** When the agent's queued speech was thrown away. */
  readonly clearsAtMs: readonly number[];
}

/** What the telephone noticed of delays. */
export function delaysOf({
  said,
  clearsAtMs,
}: Noticed): Pick<CallReport, 'answeredAfterMs' | 'clearedAfterMs'> {
  const answeredAfterMs = said.flatMap(({ responseMs }) =>
    responseMs === null ? [] : [responseMs],
  );
  const clearedAfterMs = said.flatMap(({ startMs, overlapped }, index) => {
    if (!overlapped) return [];
    const next = said[index + 1]?.startMs ?? Infinity;
    const cleared = clearsAtMs.find((atMs) => atMs >= startMs && atMs < next);
    return cleared === undefined ? [] : [cleared - startMs];
  });
  return { answeredAfterMs, clearedAfterMs };
}
