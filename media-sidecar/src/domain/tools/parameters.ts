import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import {
  applied,
  definitionsIn,
  everyPlace,
  fromPointer,
  inside,
  referredTo,
} from './json-schema.ts';
import type { Place, Schema } from './json-schema.ts';
import { patternProblem } from './patterns.ts';

/**
 * Whether the models take the parameters of a tool. One tool that its provider refuses ends every call
 * that it is offered in, as the provider refuses the whole request: Gemini with "reference to undefined
 * schema at properties.x" (google-gemini/gemini-cli issue 13326), OpenAI with "Invalid schema for
 * function 'x'" (livekit/agents issue 1021). So the parameters are JSON Schema 2020-12, and a new tool
 * keeps to what both take, whichever of them a call uses.
 */

export type Provider = 'gemini' | 'openai';

const BOTH: readonly Provider[] = ['gemini', 'openai'];
const GEMINI: readonly Provider[] = ['gemini'];
const OPENAI: readonly Provider[] = ['openai'];

export interface ParametersProblem {
  /** Where it is, from the root. @example ['properties', 'colors', 'items'] */
  readonly path: readonly string[];
  readonly reason: string;
}

interface Refusal extends ParametersProblem {
  readonly by: readonly Provider[];
}

/**
 * Ten levels are what OpenAI takes of a structured output. Gemini gives no figure for its "maximum
 * allowed nesting depth" (gemini-cli issue 5923); seven levels of objects have been seen to pass.
 */
const MOST_LEVELS = 10;

/** "schema must have type 'object' and not have …" (home-assistant/core issue 160600). */
const NOT_AT_THE_TOP = ['oneOf', 'anyOf', 'allOf', 'enum', 'not'];

/** Beside it, Gemini takes nothing else: it would be lost (anomalyco/opencode issue 12295). */
const BESIDE_A_REFERENCE = new Set(['$ref', 'description', 'default']);

const ajv = new Ajv2020({ strict: false });
const META_SCHEMA = 'https://json-schema.org/draft/2020-12/schema';
/* Compiled once: that takes longer than a frame of a live call. */
const isJsonSchema = metaSchemaCheck();
const isReadByGemini = ajv.compile(geminiMetaSchema());

function metaSchemaCheck(): ValidateFunction {
  const check = ajv.getSchema(META_SCHEMA);
  if (check === undefined) throw new Error(`Ajv does not know ${META_SCHEMA}`);
  return check;
}

/** Of the meta-schema, what Gemini looks at: it passes over other keywords and their values. */
function geminiMetaSchema(): Schema {
  const schema = { $ref: '#' };
  const named = { type: 'object', additionalProperties: schema };
  const listed = { type: 'array', items: schema };
  const type = { enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] };
  const rules = (keywords: string, rule: Schema) =>
    Object.fromEntries(keywords.split(' ').map((keyword) => [keyword, rule]));
  return {
    type: ['object', 'boolean'],
    properties: {
      type: { anyOf: [type, { type: 'array', minItems: 1, items: type }] },
      required: { type: 'array' },
      ...rules('$defs definitions patternProperties properties', named),
      ...rules('allOf anyOf oneOf prefixItems', listed),
      ...rules('additionalProperties contains else if items not propertyNames then', schema),
    },
  };
}

/** The first thing that one of the providers would refuse; undefined when all of them take it. */
export function parametersProblem(
  parameters: Schema,
  providers: readonly Provider[] = BOTH,
): ParametersProblem | undefined {
  for (const { by, path, reason } of refusals({ path: [], schema: parameters })) {
    if (by.some((provider) => providers.includes(provider))) return { path, reason };
  }
  return undefined;
}

/** In this order, as each check relies on what the one before has found to be right. */
function* refusals(root: Place): Generator<Refusal> {
  yield* tooDeep(root, 0);
  yield* againstMetaSchema(root.schema, isJsonSchema, OPENAI);
  yield* againstMetaSchema(root.schema, isReadByGemini, GEMINI);
  for (const keyword of NOT_AT_THE_TOP) {
    if (keyword in root.schema) {
      yield { path: [keyword], reason: 'is not taken at the top level', by: OPENAI };
    }
  }
  for (const place of everyPlace(root)) yield* againstRules(place, root.schema);
  yield* throughReferences(root);
}

/** What the others walk through without end is no deeper than this. */
function* tooDeep(place: Place, level: number): Generator<Refusal> {
  if (level > MOST_LEVELS) {
    const reason = `is nested more than ${MOST_LEVELS} levels deep`;
    yield { path: place.path, reason, by: BOTH };
    return;
  }
  for (const inner of inside(place)) yield* tooDeep(inner, level + 1);
}

function* againstMetaSchema(
  schema: Schema,
  check: ValidateFunction,
  by: readonly Provider[],
): Generator<Refusal> {
  if (check(schema) === true) return;
  const [first, ...others] = check.errors ?? [];
  if (first === undefined) return;
  // Of a union's errors, that of the branch which came furthest says most.
  const error = others.reduce((best, each) => (depthOf(each) > depthOf(best) ? each : best), first);
  const path = error.instancePath.split('/').slice(1).map(fromPointer);
  yield { path, reason: reasonOf(error), by };
}

const depthOf = ({ instancePath }: ErrorObject): number => instancePath.split('/').length;

function reasonOf({ keyword, params, message }: ErrorObject): string {
  if (keyword !== 'enum') return message ?? 'is no JSON Schema';
  return `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`;
}

function* againstRules({ path, schema }: Place, root: Schema): Generator<Refusal> {
  const { $ref, type, items, required, properties, pattern, patternProperties } = schema;
  if ($ref !== undefined) yield* againstReferenceRules({ path, schema }, root);
  if ([type].flat().includes('array') && items === undefined) {
    const reason = 'is needed where the type is array';
    yield { path: [...path, 'items'], reason, by: OPENAI };
  }
  // What is no list was told by whom it matters to.
  for (const name of Array.isArray(required) ? (required as unknown[]) : []) {
    if (!Object.hasOwn((properties ?? {}) as Schema, String(name))) {
      const reason = `${quoted(name)} is not among the properties`;
      yield { path: [...path, 'required'], reason, by: GEMINI };
    }
  }
  const patterns = Object.keys((patternProperties ?? {}) as Schema);
  const wrong = typeof pattern === 'string' ? patternProblem(pattern) : undefined;
  if (wrong !== undefined) yield { path: [...path, 'pattern'], reason: wrong, by: OPENAI };
  for (const reason of patterns.map(patternProblem)) {
    if (reason !== undefined) yield { path: [...path, 'patternProperties'], reason, by: OPENAI };
  }
}

function* againstReferenceRules({ path, schema }: Place, root: Schema): Generator<Refusal> {
  const { $ref } = schema;
  const at = [...path, '$ref'];
  const isThere = referredTo($ref, root) !== undefined;
  const [, name] = (typeof $ref === 'string' && /^#\/\$defs\/([\w.-]+)$/.exec($ref)) || [];
  if (name === undefined) {
    const reason = 'must be #/$defs/ and a name of letters, digits, ".", "_" and "-"';
    yield { path: at, reason, by: isThere ? OPENAI : BOTH };
  } else if (!isThere) {
    const reason = `${quoted(name)} is not among the $defs of the top level`;
    yield { path: at, reason, by: BOTH };
  }
  const other = Object.keys(schema).find((keyword) => !BESIDE_A_REFERENCE.has(keyword));
  if (other !== undefined) {
    yield { path: [...path, other], reason: 'must not be beside $ref', by: GEMINI };
  }
}

/**
 * References that lead back to themselves, or deep. Gemini takes some loops and not others, depending on
 * the model and on what is required (gemini-cli issue 14945), so none is taken.
 */
function* throughReferences(root: Place): Generator<Refusal> {
  const levels = new Map<string, number>();
  const open = new Set<string>();
  let loop: Place | undefined;
  const levelsOf = (place: Place): number => {
    const target = referredTo(place.schema['$ref'], root.schema);
    if (target === undefined) {
      return Math.max(0, ...[...applied(place)].map((inner) => 1 + levelsOf(inner)));
    }
    const name = JSON.stringify(target.path);
    if (open.has(name)) {
      loop ??= place;
      return 0;
    }
    const known = levels.get(name);
    if (known !== undefined) return known;
    open.add(name);
    const found = levelsOf(target);
    open.delete(name);
    levels.set(name, found);
    return found;
  };
  // Also those that nothing refers to: Gemini reads them all the same.
  const deepest = [root, ...definitionsIn(root)].find((place) => levelsOf(place) > MOST_LEVELS);
  if (loop !== undefined) {
    yield { path: [...loop.path, '$ref'], reason: 'leads back to where it stands', by: GEMINI };
  }
  if (deepest !== undefined) {
    const reason = `is nested more than ${MOST_LEVELS} levels deep, with what it refers to`;
    yield { path: deepest.path, reason, by: BOTH };
  }
}

const quoted = (value: unknown): string => JSON.stringify(value);
