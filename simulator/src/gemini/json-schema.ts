import { z } from 'zod';
import { checkFunctionSchema, isObject, referredTo } from './function-schema.ts';

/** What the API calls `Schema`: the part of OpenAPI 3.0 that it knows, types in capitals. */
export interface GeminiSchema {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, GeminiSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: GeminiSchema | undefined;
  readonly anyOf?: readonly GeminiSchema[] | undefined;
}

const TYPES = ['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL'] as const;
const int64 = z.union([z.number().int(), z.string().regex(/^\d+$/)]);

export const geminiSchema: z.ZodType<GeminiSchema> = z
  .strictObject({
    type: z.enum(TYPES).optional(),
    format: z.string().optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    nullable: z.boolean().optional(),
    enum: z.array(z.string()).optional(),
    default: z.unknown().optional(),
    example: z.unknown().optional(),
    minItems: int64.optional(),
    maxItems: int64.optional(),
    minProperties: int64.optional(),
    maxProperties: int64.optional(),
    minLength: int64.optional(),
    maxLength: int64.optional(),
    pattern: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    propertyOrdering: z.array(z.string()).optional(),
    required: z.array(z.string()).optional(),
    get properties() {
      return z.record(z.string(), geminiSchema).optional();
    },
    get items() {
      return geminiSchema.optional();
    },
    get anyOf() {
      return z.array(geminiSchema).optional();
    },
  })
  .superRefine((schema, context) => {
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (schema.type === undefined && !schema.anyOf) refuse('type', 'must be specified');
    if (schema.enum && schema.type !== 'STRING') refuse('enum', 'only allowed for STRING type');
    if (schema.enum?.some((value) => value === '')) refuse('enum', 'cannot be empty');
    if (schema.type === 'OBJECT' && Object.keys(schema.properties ?? {}).length === 0) {
      refuse('properties', 'should be non-empty for OBJECT type');
    }
    if (schema.type === 'ARRAY' && !schema.items) refuse('items', 'missing field.');
    for (const name of schema.required ?? []) {
      if (!(name in (schema.properties ?? {})))
        refuse('required', `property is not defined: ${name}`);
    }
  });

/** Standard JSON Schema, of which only what the stand-in answers from is read. */
export const jsonSchema: z.ZodType<GeminiSchema> = z.unknown().transform((schema) => {
  // Not an issue of this field: the service does not say which function it is about.
  checkFunctionSchema(schema);
  return isObject(schema) ? reading(schema, schema, new Set()) : {};
});

type JsonObject = Readonly<Record<string, unknown>>;

/** @param open what is being read already: loops are read once */
function reading(
  schema: JsonObject,
  root: JsonObject,
  open: ReadonlySet<JsonObject>,
): GeminiSchema {
  if (open.has(schema)) return {};
  const within = new Set([...open, schema]);
  const read = (each: unknown): GeminiSchema => (isObject(each) ? reading(each, root, within) : {});
  const target = referredTo(schema['$ref'], root)?.schema;
  const { type, description, properties, required, items, anyOf } = schema;
  const values = schema['enum'];
  const kind: unknown = Array.isArray(type) ? type.find((each) => each !== 'null') : type;
  return {
    ...(target && read(target)),
    ...(typeof kind === 'string' && { type: kind.toUpperCase() }),
    ...(typeof description === 'string' && { description }),
    ...(Array.isArray(values) && { enum: values.map(String) }),
    ...(Array.isArray(required) && { required: required.map(String) }),
    ...(isObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, each]) => [name, read(each)]),
      ),
    }),
    ...(isObject(items) && { items: read(items) }),
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map(read) }),
  };
}
