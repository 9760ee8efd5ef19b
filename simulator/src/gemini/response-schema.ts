import { z } from 'zod';

/**
 * What `responseJsonSchema` is documented to understand (`GenerationConfig` of the API reference, and
 * the types of @google/genai 3.1). Other keywords are ignored or refused by the service, depending on
 * the model; the stand-in refuses them all, so that nobody relies on one.
 */
const DOCUMENTED = new Set([
  '$id',
  '$defs',
  '$ref',
  '$anchor',
  'type',
  'format',
  'title',
  'description',
  'enum',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'anyOf',
  'oneOf',
  'properties',
  'additionalProperties',
  'required',
  'propertyOrdering',
]);
const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

/**
 * Beyond about this many positions of nested bounded lists, and this many bounded numbers, schemas
 * have been refused (googleapis/python-genai issue 660); the real limit is not told.
 */
const MOST_STATES = 1_000;
const TOO_MANY_STATES =
  'The specified schema produces a constraint that has too many states for serving.  Typical causes of this error are schemas with lots of text (for example, very long property or enum names), schemas with long array length limits (especially when nested), or schemas using complex value matchers (for example, integers or numbers with minimum/maximum bounds or strings with complex formats like date-time)';
const DEEPEST = 16;

type JsonObject = Record<string, unknown>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first thing that is wrong with a schema, or undefined. */
function problemOf(schema: unknown, place: string, depth: number): string | undefined {
  if (!isObject(schema)) return `${place} must be an object`;
  if (depth > DEEPEST) return `${place} is nested too deeply`;
  const unknown = Object.keys(schema).find((name) => !DOCUMENTED.has(name));
  if (unknown !== undefined) return `${place}: the keyword "${unknown}" is not supported`;
  const { type, required, properties, additionalProperties, $ref } = schema;
  const reference = Object.keys(schema).find((name) => $ref !== undefined && !name.startsWith('$'));
  if (reference !== undefined) return `${place}: "${reference}" may not be set beside "$ref"`;
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  const wrong = types.find((each) => !TYPES.has(String(each)));
  if (wrong !== undefined) return `${place}: "${String(wrong)}" is no type`;
  if (Array.isArray(required)) {
    const missing = required.find((name) => !isObject(properties) || !(String(name) in properties));
    if (missing !== undefined)
      return `${place}.required: property is not defined: ${String(missing)}`;
  }
  if (schema['enum'] !== undefined) {
    const values = schema['enum'];
    if (!Array.isArray(values) || values.length === 0) return `${place}.enum: cannot be empty`;
    if (values.includes('')) return `${place}.enum: cannot contain an empty string`;
  }
  const inner: [string, unknown][] = [
    ...(isObject(properties)
      ? Object.entries(properties).map(([name, each]): [string, unknown] => [
          `properties.${name}`,
          each,
        ])
      : []),
    ...(schema['items'] === undefined ? [] : [['items', schema['items']] as [string, unknown]]),
    ...(isObject(additionalProperties)
      ? [['additionalProperties', additionalProperties] as [string, unknown]]
      : []),
    ...['anyOf', 'oneOf', 'prefixItems'].flatMap((name) =>
      Array.isArray(schema[name])
        ? (schema[name] as unknown[]).map((each, at): [string, unknown] => [`${name}[${at}]`, each])
        : [],
    ),
  ];
  for (const [name, each] of inner) {
    const problem = problemOf(each, `${place}.${name}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Positions of bounded lists, multiplied where they are nested, and bounded numbers inside of them. */
function statesOf(schema: unknown): number {
  if (!isObject(schema)) return 0;
  const bounded = schema['minimum'] !== undefined || schema['maximum'] !== undefined ? 2 : 0;
  const fields = isObject(schema['properties']) ? Object.values(schema['properties']) : [];
  const inside = fields.reduce<number>((sum, each) => sum + statesOf(each), 0);
  const most = typeof schema['maxItems'] === 'number' ? schema['maxItems'] : 1;
  const item = schema['items'] === undefined ? 0 : 1 + statesOf(schema['items']);
  return bounded + inside + (most > 1 ? most * Math.max(1, item) : item);
}

/** A schema as it came in, when Gemini would take it. */
export const responseJsonSchema = z.unknown().superRefine((schema, context) => {
  const problem = problemOf(schema, 'schema', 0);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  else if (statesOf(schema) > MOST_STATES) {
    context.addIssue({ code: 'custom', message: TOO_MANY_STATES });
  }
});
