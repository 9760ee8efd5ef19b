import { OpenAiError } from './openai-error.ts';

/**
 * The rules of `strict: true` (Structured Outputs, "Supported schemas"). `where` is the parameter that
 * an error names, which differs between the two APIs.
 */
const TYPES = new Set(['string', 'number', 'boolean', 'integer', 'object', 'array', 'null']);
const ALLOWED = new Set([
  '$schema',
  '$id',
  '$defs',
  'definitions',
  '$ref',
  'type',
  'title',
  'description',
  'enum',
  'const',
  'anyOf',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'pattern',
  'format',
]);
const MOST_LEVELS = 10;
const MOST_PROPERTIES = 5_000;
const MOST_ENUM_VALUES = 1_000;
const MOST_CHARACTERS = 120_000;
const LONG_ENUM = 250;
const MOST_ENUM_CHARACTERS = 15_000;

type JsonObject = Record<string, unknown>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface StrictFormat {
  readonly name: string;
  readonly schema: unknown;
  /** `text.format.schema` for responses, `response_format` for chat completions. */
  readonly param: string;
  /** `invalid_json_schema` for responses, absent for chat completions. */
  readonly code?: string;
}

interface Totals {
  properties: number;
  enumValues: number;
  characters: number;
}

/** @throws OpenAiError 400 for the first rule that the schema breaks */
export function checkStrictSchema({ name, schema, param, code }: StrictFormat): void {
  const refuse = (what: string): never => {
    throw OpenAiError.invalid(`Invalid schema for response_format '${name}': ${what}`, param, code);
  };
  if (!isObject(schema) || schema['type'] !== 'object') {
    const type = isObject(schema) ? String(schema['type'] ?? 'None') : typeof schema;
    refuse(`schema must be a JSON Schema of 'type: "object"', got 'type: "${type}"'.`);
  }
  const totals: Totals = { properties: 0, enumValues: 0, characters: 0 };
  check(schema, [], 1, totals, refuse);
  if (totals.properties > MOST_PROPERTIES) {
    refuse(
      `Expected at most ${MOST_PROPERTIES} properties in total within a single schema when using structured outputs, but received ${totals.properties}.`,
    );
  }
  if (totals.enumValues > MOST_ENUM_VALUES) {
    refuse(
      `Expected at most ${MOST_ENUM_VALUES} enum values in total within a single schema when using structured outputs, but received ${totals.enumValues}. Consider reducing the number of enums, or use 'strict: false' to opt out of structured outputs.`,
    );
  }
  if (totals.characters > MOST_CHARACTERS) {
    refuse(
      `Expected at most ${MOST_CHARACTERS} characters of names and values within a single schema, but received ${totals.characters}.`,
    );
  }
}

type Refuse = (what: string) => never;
type Context = readonly (string | number)[];

/** A place in a schema as OpenAI's messages begin. */
export const shown = (context: Context): string => {
  const places = context.map((each) => `'${each}'`);
  return `In context=(${places.join(', ')}${places.length === 1 ? ',' : ''})`;
};

function check(schema: unknown, at: Context, level: number, totals: Totals, refuse: Refuse): void {
  if (!isObject(schema)) refuse(`${shown(at)}, schema must be an object.`);
  const node = schema as JsonObject;
  const unknown = Object.keys(node).find((key) => !ALLOWED.has(key));
  if (unknown !== undefined) refuse(`${shown(at)}, '${unknown}' is not permitted.`);
  if (node['$ref'] !== undefined) return;
  const types = Array.isArray(node['type']) ? node['type'] : [node['type']];
  if (node['type'] === undefined && node['anyOf'] === undefined && node['const'] === undefined) {
    refuse(`${shown(at)}, schema must have a 'type' key.`);
  }
  const wrong = types.find((type) => type !== undefined && !TYPES.has(String(type)));
  if (wrong !== undefined) refuse(`${shown(at)}, '${String(wrong)}' is not a valid type.`);
  checkEnum(node, at, totals, refuse);
  if (types.includes('object')) checkObject(node, at, level, totals, refuse);
  if (types.includes('array')) {
    if (node['items'] === undefined) refuse(`${shown(at)}, array schema missing items.`);
    check(node['items'], [...at, 'items'], level, totals, refuse);
  }
  if (Array.isArray(node['anyOf'])) {
    if (at.length === 0) refuse("schema must not have 'anyOf' at the top level.");
    for (const [place, each] of node['anyOf'].entries()) {
      check(each, [...at, 'anyOf', place], level, totals, refuse);
    }
  }
  for (const keyword of ['$defs', 'definitions']) {
    if (!isObject(node[keyword])) continue;
    for (const [name, each] of Object.entries(node[keyword])) {
      totals.characters += name.length;
      check(each, [...at, keyword, name], level, totals, refuse);
    }
  }
}

function checkEnum(node: JsonObject, at: Context, totals: Totals, refuse: Refuse): void {
  if (node['enum'] === undefined) return;
  const values = node['enum'];
  if (!Array.isArray(values) || values.length === 0) {
    refuse(`${shown(at)}, 'enum' must be a non-empty array.`);
  }
  const list = (values as unknown[]).map(String);
  const characters = list.join('').length;
  totals.enumValues += list.length;
  totals.characters += characters;
  if (list.length > LONG_ENUM && characters > MOST_ENUM_CHARACTERS) {
    refuse(
      `${shown(at)}, enum with ${list.length} values has ${characters} characters, more than ${MOST_ENUM_CHARACTERS}.`,
    );
  }
}

function checkObject(
  node: JsonObject,
  at: Context,
  level: number,
  totals: Totals,
  refuse: Refuse,
): void {
  if (level > MOST_LEVELS) refuse(`${level} levels of nesting exceeds limit of ${MOST_LEVELS}.`);
  if (node['additionalProperties'] !== false) {
    refuse(`${shown(at)}, 'additionalProperties' is required to be supplied and to be false.`);
  }
  const properties = isObject(node['properties']) ? node['properties'] : {};
  const required = Array.isArray(node['required']) ? node['required'].map(String) : [];
  const missing = Object.keys(properties).find((name) => !required.includes(name));
  if (missing !== undefined) {
    refuse(
      `${shown(at)}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`,
    );
  }
  const extra = required.find((name) => !(name in properties));
  if (extra !== undefined) {
    refuse(`${shown(at)}, 'required' lists '${extra}', which is not in properties.`);
  }
  for (const [name, each] of Object.entries(properties)) {
    totals.properties += 1;
    totals.characters += name.length;
    check(each, [...at, 'properties', name], level + 1, totals, refuse);
  }
}
