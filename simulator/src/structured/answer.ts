import type { AnswerSchema } from './contract.ts';
import { impressionsOf, type Impressions } from './impressions.ts';
import { transcriptIn, type SpokenTurn } from './transcript.ts';

const LONGEST_TEXT = 160;
const CONFIDENT = 0.8;

interface Place {
  /** Names of the fields from the outside in, in small letters. */
  readonly path: readonly string[];
  /** What the descriptions of the fields say, from the outside in. */
  readonly about: string;
  /** The turn that a list of this place is about. */
  readonly turn: SpokenTurn | undefined;
}

/**
 * JSON that fits the schema, made from the conversation in the prompt: names and descriptions of the
 * fields say what is asked for, as they do to a model. The same prompt always gets the same answer.
 */
export function structuredAnswer(schema: AnswerSchema, prompt: string): unknown {
  const seen = impressionsOf(transcriptIn(prompt));
  return valueOf(schema, { path: [], about: '', turn: undefined }, seen);
}

function valueOf(schema: AnswerSchema, place: Place, seen: Impressions): unknown {
  const here = { ...place, about: `${place.about} ${schema.description}` };
  const [type] = schema.types;
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties).map(([name, each]) => [
          name,
          valueOf(each, { ...here, path: [...place.path, name.toLowerCase()] }, seen),
        ]),
      );
    case 'array':
      return listOf(schema, here, seen);
    case 'integer':
    case 'number':
      return numberOf(schema, here, seen, type === 'integer');
    case 'boolean':
      return schema.types.includes('null') && !subjectOf(here, seen) ? null : booleanOf(here, seen);
    case 'null':
      return null;
    default:
      return textOf(schema, here, seen);
  }
}

const nameOf = ({ path }: Place): string => path.at(-1) ?? '';
const isAbout = (place: Place, pattern: RegExp): boolean =>
  pattern.test(nameOf(place)) || pattern.test(place.path.at(-2) ?? '');

/** The turn that a field is about: the list's own, or what its description has words in common with. */
const subjectOf = (place: Place, seen: Impressions): SpokenTurn | undefined =>
  place.turn ?? seen.closest(`${place.about} ${place.path.join(' ').replace(/_/g, ' ')}`);

function listOf(schema: AnswerSchema, place: Place, seen: Impressions): unknown[] {
  const items = schema.items;
  if (!items) return [];
  const perTurn = (turns: readonly SpokenTurn[]) =>
    turns.map((turn) => valueOf(items, { ...place, turn }, seen));
  const fields = Object.keys(items.properties).map((name) => name.toLowerCase());
  if (fields.includes('score') && fields.includes('turn')) return perTurn(seen.caller);
  if (/human|person|persona/.test(nameOf(place)) && fields.includes('quote')) {
    return perTurn(seen.asksForPerson ? [seen.asksForPerson] : []);
  }
  if (/personal|instruct|reason/.test(nameOf(place))) return [];
  const subject = subjectOf(place, seen) ?? seen.caller[0];
  return subject ? perTurn([subject]) : [];
}

function numberOf(
  schema: AnswerSchema,
  place: Place,
  seen: Impressions,
  whole: boolean,
): number | null {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  const bounded = (value: number): number => {
    const inside = Math.min(maximum, Math.max(minimum, value));
    return whole ? Math.trunc(inside) : inside;
  };
  if (/^(turn|index|i)$/.test(nameOf(place))) return bounded(place.turn?.index ?? 0);
  if (/frustration|frustracion/.test(nameOf(place))) return bounded(seen.mood < 0 ? -seen.mood : 0);
  if (/satisfaction|satisfaccion/.test(nameOf(place))) return bounded((seen.mood + 1) / 2);
  if (/confidence|confianza/.test(nameOf(place))) return bounded(CONFIDENT);
  if (isAbout(place, /sentiment|sentimiento|turns|overall/)) {
    return bounded(place.turn ? seen.moodOf(place.turn) : seen.mood);
  }
  const subject = subjectOf(place, seen);
  if (!subject) return schema.types.includes('null') ? null : bounded(0);
  const [, most = '10'] = /to (\d+)/.exec(schema.description) ?? [];
  if (/score|rating|points|puntaje|nota/.test(nameOf(place)))
    return bounded(Number(most) * CONFIDENT);
  const digits = /\d+(?:[.,]\d+)?/.exec(subject.text)?.[0];
  if (digits !== undefined) return bounded(Number(digits.replace(',', '.')));
  return schema.types.includes('null') ? null : bounded(0);
}

function booleanOf(place: Place, seen: Impressions): boolean {
  if (/escalat|human|person/.test(nameOf(place))) return seen.asksForPerson !== undefined;
  return !/\bno\b/i.test(subjectOf(place, seen)?.text ?? 'no');
}

function textOf(schema: AnswerSchema, place: Place, seen: Impressions): string | null {
  if (schema.enum) return chosenFrom(schema.enum, place, seen);
  if (/quote|cita|text/.test(nameOf(place)) && place.turn) return cut(place.turn.text);
  if (/summary|resumen/.test(nameOf(place))) {
    const first = seen.caller[0]?.text ?? '';
    const last = seen.turns.findLast(({ byAgent }) => byAgent)?.text ?? '';
    return [first, last]
      .filter((text) => text !== '')
      .map(cut)
      .join(' / ');
  }
  const subject = subjectOf(place, seen);
  if (!subject && schema.types.includes('null')) return null;
  return cut((subject ?? seen.caller[0] ?? seen.turns[0])?.text ?? '');
}

/** The value whose words the caller uses, or the last one, which is where "other" stands. */
function chosenFrom(values: readonly string[], place: Place, seen: Impressions): string {
  const said = impressionsOf(place.turn ? [place.turn] : seen.caller);
  const fitting = values.find((value) => said.closest(value.replace(/[_-]+/g, ' ')) !== undefined);
  return fitting ?? values.at(-1) ?? '';
}

const cut = (text: string): string => text.slice(0, LONGEST_TEXT).trim();
