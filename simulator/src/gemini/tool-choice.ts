import type { GeminiSchema } from './json-schema.ts';
import type { Tool } from './request.ts';
import { humanName } from './facts.ts';
import { isStopWord, Meaning, plain, plainWords } from './words.ts';

export interface ToolChoice {
  readonly tool: Tool;
  readonly args: Record<string, unknown>;
  readonly score: number;
  /** Required parameters that the caller's words do not give, as a person would call them. */
  readonly missing: readonly string[];
}

const ENDS_CALL =
  /(end|hang|finish|terminate|close|cuelg|colg|termin|finaliz|cierr|cort).{0,40}(call|conversation|llamada|conversacion|telefon)/;

export const endsCall = ({ name, description }: Tool): boolean =>
  ENDS_CALL.test(plain(humanName(name))) || ENDS_CALL.test(plain(description));

const WEEKDAYS =
  /\b(lunes|martes|miercoles|jueves|viernes|sabado|domingo|hoy|manana|pasado manana|today|tomorrow|\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?|\d{1,2} de [a-z]+)\b/;
const CLOCK = /\b(\d{1,2}(?:[:.]\d{2})?)\s*(?:hrs?|horas|am|pm|de la (?:manana|tarde|noche))?\b/;
const PERSON = /(?:me llamo|mi nombre es|soy|my name is|i am)\s+((?:\p{L}+\s?){1,3})/iu;

/** Place of a string parameter's kind in its name. */
function textFor(name: string, said: string, spent: ReadonlySet<string>): string | undefined {
  const about = plain(humanName(name));
  const words = plain(said);
  if (/\b(fecha|dia|date|day)\b/.test(about)) return WEEKDAYS.exec(words)?.[1];
  if (/\b(hora|time)\b/.test(about)) return CLOCK.exec(words)?.[1];
  if (/\b(telefono|fono|celular|phone)\b/.test(about)) {
    const digits = said.replace(/[^\d+]/g, '');
    return digits.length >= 8 ? digits : undefined;
  }
  if (/\b(nombre|name|cliente)\b/.test(about)) return PERSON.exec(said)?.[1]?.trim();
  if (/\b(correo|email|mail)\b/.test(about)) return /\S+@\S+\.\S+/.exec(said)?.[0];
  if (
    /\b(motivo|mensaje|resumen|consulta|pregunta|razon|reason|message|summary|question|query|texto|detalle)\b/.test(
      about,
    )
  ) {
    return said.trim();
  }
  return longestSubject(said, spent);
}

/** The longest run of words that say something: "cambio de aceite". */
function longestSubject(said: string, spent: ReadonlySet<string>): string | undefined {
  let best: string[] = [];
  let run: string[] = [];
  const close = (): void => {
    while (run.length > 0 && isStopWord(plain(run.at(-1)!))) run.pop();
    if (run.join('').length > best.join('').length) best = run;
    run = [];
  };
  for (const token of said.split(/\s+/)) {
    const bare = token.replace(/[¿?¡!.,;:"«»()]/g, '');
    const word = plain(bare);
    const joins = run.length > 0 && ['de', 'del', 'para', 'y', 'of', 'for'].includes(word);
    if (word === '' || (!joins && (isStopWord(word) || spent.has(word)))) close();
    else run.push(bare);
    if (/[?!.,;:]$/.test(token)) close();
  }
  close();
  return best.length > 0 ? best.join(' ') : undefined;
}

function enumValue(
  schema: GeminiSchema,
  said: string,
): { value: string; score: number } | undefined {
  const meaning = new Meaning(said);
  const scored = (schema.enum ?? [])
    .map((value) => ({ value, score: meaning.overlap(new Meaning(humanName(value))) }))
    .sort((a, b) => b.score - a.score);
  const [best] = scored;
  return best && best.score > 0 ? best : undefined;
}

/** The words that a value of an enumeration has taken: they are no subject any more. */
function wordsAbout(value: string, said: string): string[] {
  const meaning = new Meaning(humanName(value));
  return plainWords(said).filter((word) => meaning.overlap(new Meaning(word)) > 0);
}

/** A value for a parameter from what was said, or undefined. */
export function argumentFor(
  name: string,
  schema: GeminiSchema,
  said: string,
  spent: ReadonlySet<string>,
): unknown {
  if (schema.enum) return enumValue(schema, said)?.value;
  switch (schema.type) {
    case 'INTEGER':
    case 'NUMBER': {
      const number = /-?\d+(?:[.,]\d+)?/.exec(said)?.[0].replace(',', '.');
      if (number === undefined) return undefined;
      return schema.type === 'INTEGER' ? Math.trunc(Number(number)) : Number(number);
    }
    case 'BOOLEAN':
      if (/\b(si|claro|correcto|exacto|de acuerdo|yes)\b/.test(plain(said))) return true;
      return /\bno\b/.test(plain(said)) ? false : undefined;
    case 'ARRAY': {
      const item = argumentFor(name, schema.items ?? { type: 'STRING' }, said, spent);
      return item === undefined ? undefined : [item];
    }
    case 'OBJECT':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .map(([key, each]) => [key, argumentFor(key, each, said, spent)] as const)
          .filter(([, value]) => value !== undefined),
      );
    default:
      return textFor(name, said, spent);
  }
}

function consider(tool: Tool, said: string): ToolChoice {
  const meaning = new Meaning(said);
  const properties = Object.entries(tool.parameters?.properties ?? {});
  const required = tool.parameters?.required ?? [];
  let score =
    2 * meaning.overlap(new Meaning(humanName(tool.name))) +
    meaning.overlap(new Meaning(tool.description));
  const args: Record<string, unknown> = {};
  const spent = new Set<string>();
  // Enumerations first: what they take is no longer free for texts.
  const ordered = properties.toSorted(([, a], [, b]) => Number(!a.enum) - Number(!b.enum));
  for (const [name, schema] of ordered) {
    const value = argumentFor(name, schema, said, spent);
    if (value === undefined) continue;
    args[name] = value;
    if (schema.enum) {
      score += 3;
      for (const word of wordsAbout(String(value), said)) spent.add(word);
    }
  }
  const missing = required
    .filter((name) => args[name] === undefined)
    .map((name) => {
      const description = tool.parameters?.properties?.[name]?.description;
      return (description ?? humanName(name)).replace(/[.\s]+$/, '').toLowerCase();
    });
  return { tool, args, score, missing };
}

/** Below this the words only brush against a tool. */
const FITS = 3;

/** The declared tool that the caller's words fit best. */
export function chooseTool(
  tools: readonly Tool[],
  said: string,
  mustCall: boolean,
): ToolChoice | undefined {
  const choices = tools
    .filter((tool) => mustCall || !endsCall(tool))
    .map((tool) => consider(tool, said))
    .sort((a, b) => b.score - a.score || a.missing.length - b.missing.length);
  const [best] = choices;
  if (!best) return undefined;
  return mustCall || best.score >= FITS ? best : undefined;
}
