import { isRecord } from './model-settings.ts';

const ANSWER =
  'Con mucho gusto le ayudo con eso: atendemos de lunes a viernes de nueve a dieciocho horas.'.split(
    ' ',
  );

/** What an answer says. A client that asks for exact words, in quotes, gets these. */
export function wordsFor(request: unknown): readonly string[] {
  const instructions = isRecord(request) ? request['instructions'] : undefined;
  const quoted = typeof instructions === 'string' ? /"([^"]+)"/.exec(instructions)?.[1] : undefined;
  return quoted?.split(' ') ?? ANSWER;
}
