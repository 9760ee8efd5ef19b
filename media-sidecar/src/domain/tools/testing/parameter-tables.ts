/** Parameters of tools, and what is made of them. */

type Parameters = Record<string, unknown>;

interface RefusedParameters {
  readonly what: string;
  readonly parameters: Parameters;
  /** Of the problem that we find. */
  readonly path: string;
  readonly reason: RegExp;
  /** In whose words they are refused; absent where that provider takes them. */
  readonly gemini?: RegExp;
  readonly openAi?: RegExp;
  /** Some models of Gemini may refuse it: it is left out of their calls. */
  readonly doubtful?: true;
}

const withProperty = (schema: unknown, more: object = {}): Parameters => ({
  type: 'object',
  properties: { a: schema },
  ...more,
});
const nested = (levels: number): Parameters =>
  levels === 0 ? { type: 'string' } : withProperty(nested(levels - 1));
const toNode = { $ref: '#/$defs/Node' };
const withNode = (node: object): Parameters => withProperty(toNode, { $defs: { Node: node } });

const invalid = /^Request contains an invalid argument\.$/;
const undefinedSchema = /^reference to undefined schema at properties\.a$/;
const loop = /^ref loops are only supported if .* found at \$defs\./;
const noItems = /In context=\(.*\), array schema missing items\.$/;
const notTopLevel = /reference can only point to definitions defined at the top level/;

const hyphenLast = /put - last in the class/;
const fixedWidth = /a look-behind must have one width/;
const noGroup = /must refer to a group that has ended before it/;
/** Patterns that JavaScript takes and Python's `re.compile` does not, and the advice to the builder. */
const refusedByPython: readonly (readonly [pattern: string, reason: RegExp])[] = [
  [String.raw`^[\w-\.]+@([\w-]+\.)+[\w-]{2,4}$`, hyphenLast],
  [String.raw`[\s-_]`, hyphenLast],
  [String.raw`[\d-+]`, hyphenLast],
  [String.raw`[\w-.]`, hyphenLast],
  [String.raw`[^\W-z]`, hyphenLast],
  [String.raw`[+-\d]`, hyphenLast],
  ['[]', /write .* for any character/],
  ['[^]', /write .* for any character/],
  [String.raw`[\B]`, /without its backslash/],
  [String.raw`[+-\8]`, /without its backslash/],
  ['(?<=a+)b', fixedWidth],
  ['(?<!a{2,})b', fixedWidth],
  ['(?<=(?:a?))b', fixedWidth],
  ['(?<=a|bc)d', fixedWidth],
  [String.raw`\1`, noGroup],
  [String.raw`(a)\2`, noGroup],
  [String.raw`\1(a)`, noGroup],
  [String.raw`(a\1)`, noGroup],
  [String.raw`\477`, /two hexadecimal digits/],
];

export const refusedParameters: readonly RefusedParameters[] = [
  {
    what: 'a type that is none',
    parameters: withProperty({ type: 'text' }),
    path: 'properties.a.type',
    reason: /must be one of .*string/,
    gemini: invalid,
    openAi: /'text' is not valid under any of the given schemas\.$/,
  },
  {
    what: 'a type in capitals',
    parameters: withProperty({ type: 'STRING' }),
    path: 'properties.a.type',
    reason: /must be one of/,
    gemini: invalid,
    openAi: /'STRING' is not valid under any/,
  },
  {
    what: 'a list of no types',
    parameters: withProperty({ type: [] }),
    path: 'properties.a.type',
    reason: /must/,
    gemini: invalid,
    openAi: /\[\] is not valid under any/,
  },
  {
    what: 'a wrong type in a list',
    parameters: withProperty({ type: ['string', 'nil'] }),
    path: 'properties.a.type.1',
    reason: /must be one of/,
    gemini: invalid,
    openAi: /\['string', 'nil'\] is not valid under any/,
  },
  {
    what: 'a list of properties',
    parameters: { type: 'object', properties: [] },
    path: 'properties',
    reason: /must be object/,
    gemini: /^value for properties at top-level must be an object$/,
    openAi: /\[\] is not of type 'object'\.$/,
  },
  {
    what: 'a property that is no schema',
    parameters: withProperty('string'),
    path: 'properties.a',
    reason: /must be object,boolean/,
    gemini: /^schema at properties\.a must be a boolean or an object$/,
    openAi: /'string' is not of type 'object', 'boolean'\.$/,
  },
  {
    what: 'a length that is a text',
    parameters: withProperty({ minLength: '3' }),
    path: 'properties.a.minLength',
    reason: /must be integer/,
    openAi: /'3' is not of type 'integer'\.$/,
  },
  {
    what: 'required that is a flag',
    parameters: withProperty({ required: true }),
    path: 'properties.a.required',
    reason: /must be array/,
    gemini: /^value for required at properties\.a must be a list$/,
    openAi: /True is not of type 'array'\.$/,
  },
  {
    what: 'an array without items',
    parameters: withProperty({ type: 'array' }),
    path: 'properties.a.items',
    reason: /is needed/,
    openAi: /In context=\('properties', 'a'\), array schema missing items\.$/,
  },
  {
    what: 'a nullable array without items',
    parameters: withProperty({ type: ['null', 'array'] }),
    path: 'properties.a.items',
    reason: /is needed/,
    openAi: /In context=\('properties', 'a', 'type', '1'\), array schema missing items\.$/,
  },
  {
    what: 'an array without items in an array',
    parameters: withProperty({ type: 'array', items: { type: 'array' } }),
    path: 'properties.a.items.items',
    reason: /is needed/,
    openAi: noItems,
  },
  {
    what: 'an array without items in a union',
    parameters: withProperty({ anyOf: [{ type: 'string' }, { type: 'array' }] }),
    path: 'properties.a.anyOf.1.items',
    reason: /is needed/,
    openAi: noItems,
  },
  {
    what: 'an array without items in a definition',
    parameters: withNode({ type: 'array' }),
    path: '$defs.Node.items',
    reason: /is needed/,
    openAi: noItems,
  },
  {
    what: 'a list of items',
    parameters: withProperty({ type: 'array', items: [{ type: 'string' }] }),
    path: 'properties.a.items',
    reason: /must be object,boolean/,
    gemini: /^schema at properties\.a\.items must be a boolean or an object$/,
    openAi: /\[\{'type': 'string'\}\] is not of type 'object', 'boolean'\.$/,
  },
  {
    what: 'a required property that is not there',
    parameters: withProperty({ type: 'string' }, { required: ['a', 'b'] }),
    path: 'required',
    reason: /"b" is not among the properties/,
    gemini: invalid,
  },
  {
    what: 'a required property that only every object has',
    parameters: withProperty({ type: 'string' }, { required: ['toString'] }),
    path: 'required',
    reason: /"toString" is not among the properties/,
    gemini: invalid,
  },
  {
    what: 'a reference to nothing',
    parameters: withProperty(toNode),
    path: 'properties.a.$ref',
    reason: /"Node" is not among the \$defs/,
    gemini: undefinedSchema,
    openAi: /reference to component '#\/\$defs\/Node' which was not found in the schema\.$/,
  },
  {
    what: 'a reference to another property',
    parameters: {
      type: 'object',
      properties: { a: { type: 'string' }, b: { $ref: '#/properties/a' } },
    },
    path: 'properties.b.$ref',
    reason: /must be #\/\$defs\//,
    openAi: notTopLevel,
  },
  {
    what: 'a reference to another document',
    parameters: withProperty({ $ref: 'https://example.com/a.json' }),
    path: 'properties.a.$ref',
    reason: /must be #\/\$defs\//,
    gemini: undefinedSchema,
    openAi: notTopLevel,
  },
  {
    what: 'a reference to one of two definitions of a name',
    parameters: withProperty(
      { $ref: '#/definitions/Node' },
      { definitions: { Node: { type: 'string' } }, $defs: { Node: { type: 'integer' } } },
    ),
    path: 'properties.a.$ref',
    reason: /must be #\/\$defs\//,
  },
  {
    what: 'a type beside a reference',
    parameters: withProperty({ ...toNode, type: 'string' }, { $defs: { Node: {} } }),
    path: 'properties.a.type',
    reason: /must not be beside \$ref/,
    gemini: /^Schema\.ref '#\/\$defs\/Node' was set alongside unsupported fields\. {2}If a schema/,
  },
  {
    what: 'a loop of what is required',
    parameters: withNode(withProperty(toNode, { required: ['a'] })),
    path: '$defs.Node.properties.a.$ref',
    reason: /leads back to where it stands/,
    gemini: loop,
  },
  {
    what: 'a loop that can end',
    parameters: withNode(withProperty(toNode)),
    path: '$defs.Node.properties.a.$ref',
    reason: /leads back to where it stands/,
    doubtful: true,
  },
  {
    what: 'a loop through an array',
    parameters: withNode({ type: 'array', items: toNode }),
    path: '$defs.Node.items.$ref',
    reason: /leads back to where it stands/,
    doubtful: true,
  },
  {
    what: 'a loop through an array that is never empty',
    parameters: withNode({ type: 'array', items: toNode, minItems: 1 }),
    path: '$defs.Node.items.$ref',
    reason: /leads back to where it stands/,
    gemini: loop,
  },
  {
    what: 'a loop through another definition',
    parameters: withProperty(
      { $ref: '#/$defs/A' },
      {
        $defs: {
          A: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/B' }] },
          B: { type: 'object', additionalProperties: { $ref: '#/$defs/A' } },
        },
      },
    ),
    path: '$defs.B.additionalProperties.$ref',
    reason: /leads back to where it stands/,
    gemini: loop,
  },
  {
    what: 'a loop that nothing refers to',
    parameters: { type: 'object', properties: {}, $defs: { Node: withProperty(toNode) } },
    path: '$defs.Node.properties.a.$ref',
    reason: /leads back to where it stands/,
    doubtful: true,
  },
  {
    what: 'eleven levels',
    parameters: nested(11),
    path: Array.from({ length: 11 }, () => 'properties.a').join('.'),
    reason: /more than 10 levels/,
    doubtful: true,
  },
  {
    what: 'seventeen levels',
    parameters: nested(17),
    path: Array.from({ length: 11 }, () => 'properties.a').join('.'),
    reason: /more than 10 levels/,
    gemini: /^A FunctionDeclaration in the request exceeds the maximum allowed nesting depth\.$/,
  },
  {
    what: 'eleven levels through a reference',
    parameters: withProperty(withProperty(toNode), { $defs: { Node: nested(9) } }),
    path: '',
    reason: /more than 10 levels deep, with what it refers to/,
    doubtful: true,
  },
  {
    what: 'a union at the top level',
    parameters: withProperty({ type: 'string' }, { anyOf: [{ required: [] }] }),
    path: 'anyOf',
    reason: /is not taken at the top level/,
    openAi: /not have 'oneOf'\/'anyOf'\/'allOf'\/'enum'\/'not' at the top level\.$/,
  },
  {
    what: 'a pattern that is none',
    parameters: withProperty({ pattern: '[' }),
    path: 'properties.a.pattern',
    reason: /is no regular expression/,
    openAi: /'\[' is not a 'regex'\.$/,
  },
  {
    what: 'a property of Unicode in a pattern',
    parameters: withProperty({ pattern: '^\\p{L}+$' }),
    path: 'properties.a.pattern',
    reason: /JavaScript and Python/,
    openAi: /'\^\\\\p\{L\}\+\$' is not a 'regex'\.$/,
  },
  {
    what: 'a named group in a pattern',
    parameters: withProperty({ pattern: '(?<year>\\d{4})' }),
    path: 'properties.a.pattern',
    reason: /JavaScript and Python/,
    openAi: /is not a 'regex'\.$/,
  },
  {
    what: 'a pattern of names that is none',
    parameters: withProperty({ patternProperties: { '(': { type: 'string' } } }),
    path: 'properties.a.patternProperties',
    reason: /is no regular expression/,
    openAi: /'\(' is not a 'regex'\.$/,
  },
  ...refusedByPython.map(([pattern, reason]) => ({
    what: `the pattern ${pattern}`,
    parameters: withProperty({ type: 'string', pattern }),
    path: 'properties.a.pattern',
    reason,
    openAi: / is not a 'regex'\.$/,
  })),
];

/** What we take, and so does each provider. */
export const takenParameters: readonly { what: string; parameters: Parameters }[] = [
  { what: 'no properties', parameters: { type: 'object', properties: {} } },
  {
    what: 'arrays in arrays',
    parameters: withProperty({ type: 'array', items: { type: 'array', items: {} } }),
  },
  {
    what: 'an enumeration',
    parameters: withProperty({ type: 'string', enum: ['rojo', 'azul'] }, { required: ['a'] }),
  },
  {
    what: 'a union',
    parameters: withProperty({ anyOf: [{ type: 'string' }, { type: 'null' }] }),
  },
  { what: 'a nullable type', parameters: withProperty({ type: ['string', 'null'] }) },
  { what: 'any value', parameters: withProperty(true) },
  {
    what: 'properties that are named as keywords',
    parameters: withProperty({}, { properties: { $ref: {}, items: {}, type: {}, anyOf: {} } }),
  },
  {
    what: 'references that share a definition',
    parameters: {
      ...withNode({ type: 'string' }),
      properties: { a: { ...toNode, description: 'Uno.' }, b: { ...toNode, default: 'x' } },
    },
  },
  {
    what: 'a definition that refers to another',
    parameters: withProperty(
      { $ref: '#/$defs/A' },
      { $defs: { A: { type: 'array', items: { $ref: '#/$defs/B' } }, B: { type: 'integer' } } },
    ),
  },
  { what: 'ten levels', parameters: nested(10) },
  {
    what: 'the name of a draft',
    parameters: withProperty({}, { $schema: 'http://json-schema.org/draft-07/schema#' }),
  },
  { what: 'a keyword of nobody', parameters: withProperty({ type: 'string', 'x-order': 1 }) },
  {
    what: 'a pattern',
    parameters: withProperty({ pattern: '^(?!0)(?<=a)\\d{2}\\.\\\\p\\u00f1[\\w-]$' }),
  },
  ...[
    String.raw`^[\w.-]+@([\w-]+\.)+[\w-]{2,4}$`,
    String.raw`[-\w][a-z-\d][\x00-\x1f-\d][\w\-.]`,
    String.raw`[^\]-]`,
    String.raw`(a)(?:b|(c))\2\1\101\0`,
    '(?<=ab{2})(?<!(?:a))(?<=[*+?|])c{2,}',
  ].map((pattern) => ({ what: `the pattern ${pattern}`, parameters: withProperty({ pattern }) })),
];
