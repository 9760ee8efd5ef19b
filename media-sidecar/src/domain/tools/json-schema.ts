/** The places of a JSON Schema that hold schemas themselves, in drafts 7 to 2020-12. */

export type Schema = Readonly<Record<string, unknown>>;

export interface Place {
  /** From the root. @example ['properties', 'colors', 'items'] */
  readonly path: readonly string[];
  readonly schema: Schema;
}

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

/** Schemas may be true or false, too; those hold nothing to look at. */
export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema itself, and all that are in it. */
export function* everyPlace(place: Place): Generator<Place> {
  yield place;
  for (const inner of inside(place)) yield* everyPlace(inner);
}

export function* inside(place: Place): Generator<Place> {
  yield* applied(place);
  yield* definitionsIn(place);
}

export function* definitionsIn(place: Place): Generator<Place> {
  for (const keyword of DEFINITIONS) yield* schemasOf(place, keyword);
}

/** The schemas right inside of a schema, without its definitions. */
export function* applied(place: Place): Generator<Place> {
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

/** A segment of a JSON pointer. */
export const fromPointer = (segment: string): string =>
  segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** What a JSON pointer into the document leads to; undefined for any other reference, too. */
export function referredTo($ref: unknown, root: Schema): Place | undefined {
  if (typeof $ref !== 'string' || !/^#(?:\/|$)/.test($ref)) return undefined;
  const path = $ref.split('/').slice(1).map(fromPointer);
  let value: unknown = root;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Schema)[name];
  }
  return isSchema(value) ? { path, schema: value } : undefined;
}

/** A copy in which `change` has seen each schema, from the outside in. */
export function mapSchemas(schema: Schema, change: (schema: Schema) => Schema): Schema {
  const each = (value: unknown): unknown => (isSchema(value) ? mapSchemas(value, change) : value);
  return Object.fromEntries(
    Object.entries(change(schema)).map(([keyword, value]) => {
      if (ONE.has(keyword)) return [keyword, each(value)];
      if (!SEVERAL.has(keyword) && !DEFINITIONS.has(keyword)) return [keyword, value];
      if (Array.isArray(value)) return [keyword, value.map(each)];
      if (!isSchema(value)) return [keyword, value];
      const named = Object.entries(value).map(([name, inner]) => [name, each(inner)] as const);
      return [keyword, Object.fromEntries(named)];
    }),
  );
}
