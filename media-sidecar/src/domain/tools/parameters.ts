import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';

/**
 * Whether the models take the parameters of a tool. One tool that its provider refuses ends every call
 * that it is offered in, as the provider refuses the whole request: Gemini with "reference to undefined
 * schema at properties.x" (google-gemini/gemini-cli issue 13326), OpenAI with "Invalid schema for
 * function 'x'" (livekit/agents issue 1021). So the parameters are JSON Schema 2020-12, and keep to what
 * both take, whichever of them a call uses.
 */

export interface ParametersProblem {
  /** Where it is, from the root. @example ['properties', 'colors', 'items'] */
  readonly path: readonly string[];
  readonly reason: string;
}

type Schema = Readonly<Record<string, unknown>>;

interface Place {
  readonly path: readonly string[];
  readonly schema: Schema;
}

/**
 * Ten levels are what OpenAI takes of a structured output. Gemini gives no figure for its "maximum
 * allowed nesting depth" (gemini-cli issue 5923); seven levels of objects have been seen to pass.
 */
const MOST_LEVELS = 10;

/** Keywords whose value is one schema. */
const ONE = new Set([
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
/** Keywords whose value is a list of schemas, or schemas by name. */
const SEVERAL = new Set([
  'allOf',
  'anyOf',
  'dependencies',
  'dependentSchemas',
  'oneOf',
  'patternProperties',
  'prefixItems',
  'properties',
]);
const DEFINITIONS = new Set(['$defs', 'definitions']);

/** "schema must have type 'object' and not have …" (home-assistant/core issue 160600). */
const NOT_AT_THE_TOP = ['oneOf', 'anyOf', 'allOf', 'enum', 'not'];

/** Beside it, Gemini takes nothing else: it would be lost (anomalyco/opencode issue 12295). */
const BESIDE_A_REFERENCE = new Set(['$ref', 'description', 'default']);

const META_SCHEMA = 'https://json-schema.org/draft/2020-12/schema';
/** Compiled once: that takes longer than a frame of a live call. */
const isJsonSchema = metaSchemaCheck();

function metaSchemaCheck() {
  const check = new Ajv2020({ strict: false }).getSchema(META_SCHEMA);
  if (check === undefined) throw new Error(`Ajv does not know ${META_SCHEMA}`);
  return check;
}

/** The first thing that a provider would refuse; undefined when all of them take it. */
export function parametersProblem(parameters: Schema): ParametersProblem | undefined {
  for (const problem of problems({ path: [], schema: parameters })) return problem;
  return undefined;
}

/** In this order, as each check relies on what the one before has found to be right. */
function* problems(root: Place): Generator<ParametersProblem> {
  yield* tooDeep(root, 0);
  yield* againstMetaSchema(root.schema);
  for (const keyword of NOT_AT_THE_TOP) {
    if (keyword in root.schema) yield { path: [keyword], reason: 'is not taken at the top level' };
  }
  const definitions = definitionsOf(root);
  for (const place of everyPlace(root)) yield* againstRules(place, definitions);
  yield* throughReferences(root, definitions);
}

/** What the others walk through without end is no deeper than this. */
function* tooDeep(place: Place, level: number): Generator<ParametersProblem> {
  if (level > MOST_LEVELS) {
    yield { path: place.path, reason: `is nested more than ${MOST_LEVELS} levels deep` };
    return;
  }
  for (const inner of inside(place)) yield* tooDeep(inner, level + 1);
}

function* againstMetaSchema(schema: Schema): Generator<ParametersProblem> {
  if (isJsonSchema(schema) === true) return;
  const [first, ...others] = isJsonSchema.errors ?? [];
  if (first === undefined) return;
  // Of a union's errors, that of the branch which came furthest says most.
  const error = others.reduce((best, each) => (depthOf(each) > depthOf(best) ? each : best), first);
  const path = error.instancePath.split('/').slice(1).map(fromPointer);
  yield { path, reason: reasonOf(error) };
}

const depthOf = ({ instancePath }: ErrorObject): number => instancePath.split('/').length;

/** A segment of a JSON pointer. */
const fromPointer = (segment: string): string =>
  segment.replaceAll('~1', '/').replaceAll('~0', '~');

function reasonOf({ keyword, params, message }: ErrorObject): string {
  if (keyword !== 'enum') return message ?? 'is no JSON Schema';
  return `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`;
}

function* againstRules(
  { path, schema }: Place,
  definitions: ReadonlyMap<string, Place>,
): Generator<ParametersProblem> {
  const { $ref, type, items, required, properties, pattern, patternProperties } = schema;
  if ($ref !== undefined) yield* againstReferenceRules({ path, schema }, definitions);
  if ([type].flat().includes('array') && items === undefined) {
    yield { path: [...path, 'items'], reason: 'is needed where the type is array' };
  }
  for (const name of (required ?? []) as string[]) {
    if (!Object.hasOwn((properties ?? {}) as Schema, name)) {
      yield { path: [...path, 'required'], reason: `${quoted(name)} is not among the properties` };
    }
  }
  if (typeof pattern === 'string' && !isPortablePattern(pattern)) {
    yield { path: [...path, 'pattern'], reason: `${quoted(pattern)} ${UNPORTABLE}` };
  }
  for (const name of Object.keys((patternProperties ?? {}) as Schema)) {
    if (!isPortablePattern(name)) {
      yield { path: [...path, 'patternProperties'], reason: `${quoted(name)} ${UNPORTABLE}` };
    }
  }
}

function* againstReferenceRules(
  { path, schema }: Place,
  definitions: ReadonlyMap<string, Place>,
): Generator<ParametersProblem> {
  const at = [...path, '$ref'];
  const name = definitionName(schema);
  if (name === undefined) {
    yield { path: at, reason: 'must be #/$defs/ and a name of letters, digits, ".", "_" and "-"' };
  } else if (!definitions.has(name)) {
    yield { path: at, reason: `${quoted(name)} is not among the $defs of the top level` };
  }
  const other = Object.keys(schema).find((keyword) => !BESIDE_A_REFERENCE.has(keyword));
  if (other !== undefined) {
    yield { path: [...path, other], reason: 'must not be beside $ref' };
  }
}

/**
 * References that lead back to themselves, or deep. Gemini takes some loops and not others, depending on
 * the model and on what is required (gemini-cli issue 14945), so none is taken.
 */
function* throughReferences(
  root: Place,
  definitions: ReadonlyMap<string, Place>,
): Generator<ParametersProblem> {
  const levels = new Map<string, number>();
  const open = new Set<string>();
  let loop: Place | undefined;
  const levelsOf = (place: Place): number => {
    const name = definitionName(place.schema);
    const definition = definitions.get(name ?? '');
    if (name === undefined || definition === undefined) {
      return Math.max(0, ...[...applied(place)].map((inner) => 1 + levelsOf(inner)));
    }
    if (open.has(name)) {
      loop ??= place;
      return 0;
    }
    const known = levels.get(name);
    if (known !== undefined) return known;
    open.add(name);
    const found = levelsOf(definition);
    open.delete(name);
    levels.set(name, found);
    return found;
  };
  // Also those that nothing refers to: Gemini reads them all the same.
  const deepest = [root, ...definitions.values()].find((place) => levelsOf(place) > MOST_LEVELS);
  if (loop !== undefined) {
    yield { path: [...loop.path, '$ref'], reason: 'leads back to where it stands' };
  }
  if (deepest !== undefined) {
    const reason = `is nested more than ${MOST_LEVELS} levels deep, with what it refers to`;
    yield { path: deepest.path, reason };
  }
}

/** The name in `#/$defs/name`; undefined for any other reference, and for none. */
function definitionName({ $ref }: Schema): string | undefined {
  return typeof $ref === 'string' ? /^#\/\$defs\/([\w.-]+)$/.exec($ref)?.[1] : undefined;
}

function definitionsOf({ schema }: Place): ReadonlyMap<string, Place> {
  const definitions = [...schemasOf({ path: [], schema }, '$defs')];
  return new Map(definitions.map((place) => [place.path.at(-1) ?? '', place]));
}

function* everyPlace(place: Place): Generator<Place> {
  yield place;
  for (const inner of inside(place)) yield* everyPlace(inner);
}

function* inside(place: Place): Generator<Place> {
  yield* applied(place);
  for (const keyword of DEFINITIONS) yield* schemasOf(place, keyword);
}

/** The schemas right inside of a schema, without its definitions. */
function* applied(place: Place): Generator<Place> {
  for (const [keyword, value] of Object.entries(place.schema)) {
    if (SEVERAL.has(keyword)) yield* schemasOf(place, keyword);
    else if (ONE.has(keyword) && isSchema(value)) {
      yield { path: [...place.path, keyword], schema: value };
    }
  }
}

function* schemasOf({ path, schema }: Place, keyword: string): Generator<Place> {
  const value = schema[keyword];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, each] of Object.entries(value)) {
    if (isSchema(each)) yield { path: [...path, keyword, name], schema: each };
  }
}

/** Schemas may be true or false, too; those hold nothing to look at. */
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const quoted = (text: string): string => JSON.stringify(text);

const UNPORTABLE = 'is no regular expression to both JavaScript and Python';

/** A backslash with what may follow it in either language. */
const KNOWN_ESCAPE = /\\(?:x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|[BDSWbdfnrstvw]|[^A-Za-z])/g;

/**
 * OpenAI compiles each pattern with Python's `re`, which knows neither `\p{…}` nor `(?<name>…)`, and
 * refuses the function: "… is not a 'regex'." (Alishahryar1/free-claude-code issue 1730).
 */
function isPortablePattern(pattern: string): boolean {
  const rest = pattern.replaceAll(KNOWN_ESCAPE, '');
  if (rest.includes('\\') || /\(\?<(?![=!])/.test(rest)) return false;
  try {
    new RegExp(pattern);
    return true;
  } catch {
    // The constructor has no other way of saying that it is none.
    return false;
  }
}
