import { isPythonRegex } from './function-schema-regex.ts';
import { OpenAiError } from './openai-error.ts';
import { shown } from './strict-schema.ts';

/**
 * The parameters of a function that is not strict. Two judges, one after the other: JSON Schema's
 * meta-schema, in the words of Python's `jsonschema`, which checks formats, too ("'…' is not a 'regex'.",
 * Alishahryar1/free-claude-code issue 1730); and rules of OpenAI's own:
 * - "schema must have type 'object' and not have …" (home-assistant/core issue 160600)
 * - "object schema missing properties" at the top level (spring-projects/spring-ai issue 4776)
 * - "array schema missing items" (livekit/agents issue 1021; of a union of types, byterover-cli issue 42)
 * - references (dotnet/extensions issue 6918, openai/openai-node issue 970)
 */

type JsonObject = Readonly<Record<string, unknown>>;
type Context = readonly string[];
interface Place {
  readonly at: Context;
  readonly node: JsonObject;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface FunctionSchema {
  readonly name: string;
  readonly parameters?: unknown;
  /** The parameter that an error names. */
  readonly param: string;
}

/** @throws OpenAiError 400 for the first rule that the schema breaks */
export function checkFunctionSchema({ name, parameters, param }: FunctionSchema): void {
  const problem = problemOf(parameters);
  if (problem === undefined) return;
  throw OpenAiError.invalid(
    `Invalid schema for function '${name}': ${problem}`,
    param,
    'invalid_function_parameters',
  );
}

function problemOf(schema: unknown): string | undefined {
  if (!isObject(schema) || schema['type'] !== 'object') {
    const type = isObject(schema) ? String(schema['type'] ?? 'None') : typeof schema;
    return `schema must be a JSON Schema of 'type: "object"', got 'type: "${type}"'.`;
  }
  const invalid = metaSchemaProblem(schema);
  if (invalid !== undefined) return invalid;
  if (NOT_AT_THE_TOP.some((keyword) => keyword in schema)) {
    return "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.";
  }
  if (schema['properties'] === undefined) {
    return `${shown([])}, object schema missing properties.`;
  }
  return ownProblem({ at: [], node: schema }, schema);
}

const NOT_AT_THE_TOP = ['oneOf', 'anyOf', 'allOf', 'enum', 'not'];

function ownProblem({ at, node }: Place, root: JsonObject): string | undefined {
  const { type, $ref } = node;
  if (node['items'] === undefined) {
    if (type === 'array') return `${shown(at)}, array schema missing items.`;
    const index = Array.isArray(type) ? type.indexOf('array') : -1;
    if (index >= 0) return `${shown([...at, 'type', `${index}`])}, array schema missing items.`;
  }
  const wrong = typeof $ref === 'string' ? referenceProblem($ref, root) : undefined;
  if (wrong !== undefined) return `${shown(at)}, ${wrong}`;
  for (const inner of schemasIn({ at, node })) {
    const problem = ownProblem(inner, root);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function referenceProblem($ref: string, root: JsonObject): string | undefined {
  if ($ref === '#') return undefined;
  const [, keyword, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec($ref) ?? [];
  if (keyword === undefined || name === undefined) {
    return 'reference can only point to definitions defined at the top level of the schema.';
  }
  const definitions = root[keyword];
  if (isObject(definitions) && Object.hasOwn(definitions, name)) return undefined;
  return `reference to component '${$ref}' which was not found in the schema.`;
}

/** What is wrong with a keyword's value; undefined when nothing is. */
type Rule = (value: unknown) => string | undefined;

const ofType =
  (type: string, is: (value: unknown) => boolean): Rule =>
  (value) =>
    is(value) ? undefined : `${python(value)} is not of type ${type}.`;

const text = ofType("'string'", (value) => typeof value === 'string');
const flag = ofType("'boolean'", (value) => typeof value === 'boolean');
const number = ofType("'number'", (value) => typeof value === 'number');
const list = ofType("'array'", Array.isArray);
const names = ofType("'object'", isObject);
const schemaRule = ofType(
  "'object', 'boolean'",
  (value) => isObject(value) || typeof value === 'boolean',
);
const count: Rule = (value) => {
  if (!Number.isInteger(value)) return `${python(value)} is not of type 'integer'.`;
  return (value as number) < 0 ? `${python(value)} is less than the minimum of 0.` : undefined;
};
const unique: Rule = (value) =>
  list(value) ??
  (value as unknown[]).map(text).find((problem) => problem !== undefined) ??
  (new Set(value as unknown[]).size < (value as unknown[]).length
    ? `${python(value)} has non-unique elements.`
    : undefined);
const schemas: Rule = (value) =>
  list(value) ?? ((value as unknown[]).length === 0 ? '[] should be non-empty.' : undefined);
const TYPES = new Set<unknown>([
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
]);
const typeRule: Rule = (value) => {
  const types = Array.isArray(value) ? value : [value];
  if (types.length > 0 && types.every((each) => TYPES.has(each))) return undefined;
  return `${python(value)} is not valid under any of the given schemas.`;
};

const pattern: Rule = (value) =>
  text(value) ??
  (isPythonRegex(value as string) ? undefined : `${python(value)} is not a 'regex'.`);

const words = (list: string): readonly string[] => list.split(' ');
const rulesOf = (rule: Rule, keywords: readonly string[]): [string, Rule][] =>
  keywords.map((keyword) => [keyword, rule]);

/** Keywords with schemas in them, by how they hold them. */
const ONE = words(
  'additionalProperties contains contentSchema else if items not propertyNames then unevaluatedItems unevaluatedProperties',
);
const LISTED = words('allOf anyOf oneOf prefixItems');
const NAMED = words('$defs definitions dependentSchemas patternProperties properties');

/** After https://json-schema.org/draft/2020-12/schema */
const META_SCHEMA: ReadonlyMap<string, Rule> = new Map([
  ['type', typeRule],
  ['pattern', pattern],
  ['required', unique],
  ...rulesOf(text, words('$anchor $comment $id $ref $schema contentEncoding contentMediaType')),
  ...rulesOf(text, words('description format title')),
  ...rulesOf(flag, words('deprecated readOnly uniqueItems writeOnly')),
  ...rulesOf(number, words('exclusiveMaximum exclusiveMinimum maximum minimum multipleOf')),
  ...rulesOf(count, words('maxContains maxItems maxLength maxProperties')),
  ...rulesOf(count, words('minContains minItems minLength minProperties')),
  ...rulesOf(list, words('enum examples')),
  ...rulesOf(names, NAMED),
  ...rulesOf(schemas, LISTED),
  ...rulesOf(schemaRule, ONE),
]);

/** Of several errors, `jsonschema` tells the one that is least deep. */
function metaSchemaProblem(schema: JsonObject): string | undefined {
  let level: Place[] = [{ at: [], node: schema }];
  while (level.length > 0) {
    for (const { node } of level) {
      for (const [keyword, value] of Object.entries(node)) {
        const problem = META_SCHEMA.get(keyword)?.(value) ?? problemInside(keyword, value);
        if (problem !== undefined) return problem;
      }
    }
    level = level.flatMap((place) => [...schemasIn(place)]);
  }
  return undefined;
}

/** Of what a keyword holds by name or in a list. */
function problemInside(keyword: string, value: unknown): string | undefined {
  if (!LISTED.includes(keyword) && !NAMED.includes(keyword)) return undefined;
  const patterns = keyword === 'patternProperties' ? Object.keys(value as object) : [];
  return [...patterns.map(pattern), ...Object.values(value as object).map(schemaRule)].find(
    (problem) => problem !== undefined,
  );
}

function* schemasIn({ at, node }: Place): Generator<Place> {
  for (const [keyword, value] of Object.entries(node)) {
    if (ONE.includes(keyword)) {
      if (isObject(value)) yield { at: [...at, keyword], node: value };
    } else if (LISTED.includes(keyword) || NAMED.includes(keyword)) {
      for (const [name, each] of Object.entries(value as object)) {
        if (isObject(each)) yield { at: [...at, keyword, name], node: each };
      }
    }
  }
}

/** A JSON value as Python writes it. */
function python(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') {
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  }
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (!isObject(value)) return String(value);
  const pairs = Object.entries(value).map(([name, each]) => `${python(name)}: ${python(each)}`);
  return `{${pairs.join(', ')}}`;
}
