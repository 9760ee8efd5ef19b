import { isSchema, mapSchemas } from './json-schema.ts';
import type { Schema } from './json-schema.ts';

/**
 * Many generators write `definitions`, as until draft 7, what is `$defs` since 2019-09. Those of the top
 * level move there, with the references to them, save one whose name `$defs` has already.
 */
export function withDefs<T extends Schema>(parameters: T): T {
  const { definitions, ...rest } = parameters;
  const { $defs = {} } = parameters;
  if (!isSchema(definitions) || !isSchema($defs)) return parameters;
  const all = Object.entries(definitions);
  const staying = all.filter(([name]) => Object.hasOwn($defs, name));
  const moving = all.filter(([name]) => !Object.hasOwn($defs, name));
  if (moving.length === 0) return parameters;
  const moved = {
    ...rest,
    $defs: { ...$defs, ...Object.fromEntries(moving) },
    ...(staying.length > 0 && { definitions: Object.fromEntries(staying) }),
  };
  const movedNames = new Set(moving.map(([name]) => name));
  return mapSchemas(moved, (schema) => withMovedReference(schema, movedNames)) as T;
}

function withMovedReference(schema: Schema, movedNames: ReadonlySet<string>): Schema {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  const [, name, rest] = /^#\/definitions\/([^/]+)(.*)$/.exec($ref) ?? [];
  if (name === undefined || !movedNames.has(name)) return schema;
  return { ...schema, $ref: `#/$defs/${name}${rest ?? ''}` };
}
