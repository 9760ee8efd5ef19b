import { GoogleError } from '../google/google-error.ts';

/**
 * `parametersJsonSchema` and `responseJsonSchema` of a function. The service takes nearly all of JSON
 * Schema there, keywords that it does not know as well as arrays without items, and refuses what it
 * cannot compile, in these words:
 * - "schema at top-level must be a boolean or an object", "value for properties at top-level must be an
 *   object"
 * - "reference to undefined schema at properties.x.anyOf.1" (google-gemini/gemini-cli issue 13326)
 * - "Schema.ref 'X' was set alongside unsupported fields.  …" (diegosouzapw/OmniRoute issue 461)
 * - "ref loops are only supported if …" (juspay/juspay-mcp pull request 132). A loop passes where it can
 *   end: at a property that is not required, or at an array that may be empty and is nothing else.
 * - "A FunctionDeclaration in the request exceeds the maximum allowed nesting depth." (gemini-cli issue
 *   5923)
 * - "Request contains an invalid argument." for the rest (gemini-cli issue 5030)
 */

type JsonObject = Readonly<Record<string, unknown>>;

interface Place {
  readonly path: readonly string[];
  readonly schema: JsonObject;
}

const TYPES = new Set<unknown>([
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
]);
/** The real limit is not told; schemas of seven levels pass. */
const DEEPEST = 16;

const ONE = new Set([
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
]);
const LISTED = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const NAMED = new Set(['$defs', 'definitions', 'patternProperties', 'properties']);
const BESIDE_A_REFERENCE = new Set(['$ref', 'default', 'description']);

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws GoogleError INVALID_ARGUMENT: the message names a place in the schema, none in the request */
export function checkFunctionSchema(schema: unknown): void {
  if (typeof schema === 'boolean') return;
  if (!isObject(schema)) refuse(`schema at ${placeName([])} must be a boolean or an object`);
  const root: Place = { path: [], schema };
  checkShapes(root, 0);
  const places = [...everyPlace(root)];
  for (const place of places) checkReference(place, schema);
  checkLoops(places, schema);
}

function refuse(message: string): never {
  throw GoogleError.invalid(message);
}

/** `properties.x.anyOf.1`, as these messages write places. */
const placeName = (path: readonly string[]): string =>
  path.length === 0 ? 'top-level' : path.join('.');

function checkShapes({ path, schema }: Place, level: number): void {
  if (level > DEEPEST) {
    refuse('A FunctionDeclaration in the request exceeds the maximum allowed nesting depth.');
  }
  const types = Array.isArray(schema['type']) ? schema['type'] : [schema['type'] ?? 'null'];
  if (types.length === 0 || !types.every((type) => TYPES.has(type))) {
    refuse('Request contains an invalid argument.');
  }
  for (const [keyword, value] of Object.entries(schema)) {
    if (NAMED.has(keyword) && !isObject(value)) {
      refuse(`value for ${keyword} at ${placeName(path)} must be an object`);
    }
    if ((LISTED.has(keyword) || keyword === 'required') && !Array.isArray(value)) {
      refuse(`value for ${keyword} at ${placeName(path)} must be a list`);
    }
  }
  checkRequired(schema);
  for (const [inside, each] of valuesIn({ path, schema })) {
    if (isObject(each)) checkShapes({ path: inside, schema: each }, level + 1);
    else if (typeof each !== 'boolean') {
      refuse(`schema at ${placeName(inside)} must be a boolean or an object`);
    }
  }
}

/** `parameters` takes no such name; of JSON Schema that is not known, so nobody shall rely on it. */
function checkRequired({ required, properties }: JsonObject): void {
  if (!Array.isArray(required)) return;
  const known = isObject(properties) ? properties : {};
  if (!required.every((name) => typeof name === 'string' && Object.hasOwn(known, name))) {
    refuse('Request contains an invalid argument.');
  }
}

function checkReference({ path, schema }: Place, root: JsonObject): void {
  const { $ref } = schema;
  if ($ref === undefined) return;
  if (typeof $ref !== 'string' || referredTo($ref, root) === undefined) {
    refuse(`reference to undefined schema at ${placeName(path)}`);
  }
  if (Object.keys(schema).some((keyword) => !BESIDE_A_REFERENCE.has(keyword))) {
    refuse(
      `Schema.ref '${$ref}' was set alongside unsupported fields.  If a schema node has Schema.ref set, then only description and default can be set alongside it; other fields they would be replaced by the expanded reference.`,
    );
  }
}

function checkLoops(places: readonly Place[], root: JsonObject): void {
  const done = new Set<JsonObject>();
  const open = new Set<JsonObject>();
  const follow = ({ path, schema }: Place): void => {
    if (done.has(schema)) return;
    open.add(schema);
    const target = referredTo(schema['$ref'], root);
    if (target !== undefined && open.has(target.schema)) {
      refuse(
        `ref loops are only supported if they include optional or nullable property values, or a potentially-zero-length array items, but a ref loop of required fields was found at ${placeName(path)}`,
      );
    }
    if (target !== undefined) follow(target);
    for (const inner of schemasIn({ path, schema })) {
      if (!canBeLeftOut(inner.path.slice(path.length), schema)) follow(inner);
    }
    open.delete(schema);
    done.add(schema);
  };
  places.forEach(follow);
}

/** Whether a value of the schema can do without what is at this place in it. */
function canBeLeftOut([keyword, name]: readonly string[], schema: JsonObject): boolean {
  if (keyword === '$defs' || keyword === 'definitions') return true;
  if (keyword === 'properties') {
    const required = schema['required'];
    return !(Array.isArray(required) && required.includes(name));
  }
  return keyword === 'items' && schema['type'] === 'array' && !schema['minItems'];
}

/** What a JSON pointer into the document refers to, and where that stands. */
export function referredTo($ref: unknown, root: JsonObject): Place | undefined {
  if (typeof $ref !== 'string' || !/^#(\/|$)/.test($ref)) return undefined;
  const path = $ref
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  const schema = path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as JsonObject)[name]
        : undefined,
    root,
  );
  return isObject(schema) ? { path, schema } : undefined;
}

function* everyPlace(place: Place): Generator<Place> {
  yield place;
  for (const inner of schemasIn(place)) yield* everyPlace(inner);
}

function* schemasIn(place: Place): Generator<Place> {
  for (const [path, schema] of valuesIn(place)) if (isObject(schema)) yield { path, schema };
}

/** What stands where a schema belongs, right inside of a schema. */
function* valuesIn({ path, schema }: Place): Generator<[path: readonly string[], value: unknown]> {
  for (const [keyword, value] of Object.entries(schema)) {
    if (ONE.has(keyword)) yield [[...path, keyword], value];
    else if (LISTED.has(keyword) || NAMED.has(keyword)) {
      for (const [name, each] of Object.entries(value as object)) {
        yield [[...path, keyword, name], each];
      }
    }
  }
}
