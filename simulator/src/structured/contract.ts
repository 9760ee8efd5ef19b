/** A schema as the stand-ins read it, whatever dialect it came in: types in lower case. */
export interface AnswerSchema {
  readonly types: readonly string[];
  readonly description: string;
  readonly enum: readonly string[] | undefined;
  readonly properties: Readonly<Record<string, AnswerSchema>>;
  readonly items: AnswerSchema | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

interface WireSchema {
  readonly type?: unknown;
  readonly description?: unknown;
  readonly enum?: unknown;
  readonly properties?: unknown;
  readonly items?: unknown;
  readonly anyOf?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly nullable?: unknown;
}

const number = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** Reads JSON Schema and Gemini's `Schema` alike; of `anyOf`, the first. */
export function readSchema(wire: unknown): AnswerSchema {
  const schema = (typeof wire === 'object' && wire !== null ? wire : {}) as WireSchema;
  if (Array.isArray(schema.anyOf) && schema.anyOf.length > 0) return readSchema(schema.anyOf[0]);
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).map((type) =>
    String(type ?? 'object').toLowerCase(),
  );
  if (schema.nullable === true) types.push('null');
  return {
    types,
    description: typeof schema.description === 'string' ? schema.description : '',
    enum: Array.isArray(schema.enum) ? schema.enum.map(String) : undefined,
    properties: Object.fromEntries(
      Object.entries((schema.properties ?? {}) as Record<string, unknown>).map(([name, each]) => [
        name,
        readSchema(each),
      ]),
    ),
    items: schema.items === undefined ? undefined : readSchema(schema.items),
    minimum: number(schema.minimum),
    maximum: number(schema.maximum),
  };
}
