import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MODEL, start } from './testing/service.ts';

const withProperty = (schema: unknown, more: object = {}) => ({
  type: 'object',
  properties: { a: schema },
  ...more,
});
const node = (schema: object) =>
  withProperty({ $ref: '#/$defs/Node' }, { $defs: { Node: schema } });
const nested = (levels: number): object =>
  levels === 0 ? { type: 'string' } : withProperty(nested(levels - 1));
const children = (schema: object, required: string[] = ['children']) =>
  node({ type: 'object', properties: { children: schema }, required });
const self = { $ref: '#/$defs/Node' };

/** What comes behind the words about loops. */
const LOOP =
  'ref loops are only supported if they include optional or nullable property values, or a potentially-zero-length array items, but a ref loop of required fields was found at ';
const INVALID = 'Request contains an invalid argument.';

describe('the JSON Schema of a function', () => {
  const body = (parametersJsonSchema: unknown) => ({
    contents: [{ parts: [{ text: 'Hola' }] }],
    tools: [{ functionDeclarations: [{ name: 'consultar', parametersJsonSchema }] }],
  });

  const refused: [string, unknown, string][] = [
    ['a text', '{"type":"object"}', 'schema at top-level must be a boolean or an object'],
    [
      'a list of properties',
      { properties: [] },
      'value for properties at top-level must be an object',
    ],
    ['a type that is none', withProperty({ type: 'text' }), INVALID],
    ['a required property that is not there', withProperty({}, { required: ['b'] }), INVALID],
    [
      'a reference to nothing',
      withProperty({ anyOf: [{ type: 'null' }, self] }),
      'reference to undefined schema at properties.a.anyOf.1',
    ],
    [
      'a reference to another document',
      withProperty({ $ref: 'https://example.com/schema.json' }),
      'reference to undefined schema at properties.a',
    ],
    [
      'a type beside a reference',
      withProperty({ ...self, type: 'string' }, { $defs: { Node: {} } }),
      "Schema.ref '#/$defs/Node' was set alongside unsupported fields.  If a schema node has Schema.ref set, then only description and default can be set alongside it; other fields they would be replaced by the expanded reference.",
    ],
    ['a loop', children(self), `${LOOP}$defs.Node.properties.children`],
    [
      'a loop whose other branch is null',
      children({ anyOf: [self, { type: 'null' }] }),
      `${LOOP}$defs.Node.properties.children.anyOf.0`,
    ],
    [
      'a loop through a nullable array',
      children({ type: ['array', 'null'], items: self }),
      `${LOOP}$defs.Node.properties.children.items`,
    ],
    [
      'a loop through an array that is never empty',
      children({ type: 'array', items: self, minItems: 1 }),
      `${LOOP}$defs.Node.properties.children.items`,
    ],
    [
      'a loop through the whole schema',
      withProperty({ $ref: '#' }, { required: ['a'] }),
      `${LOOP}properties.a`,
    ],
    [
      'too many levels',
      nested(17),
      'A FunctionDeclaration in the request exceeds the maximum allowed nesting depth.',
    ],
  ];
  for (const [what, schema, message] of refused) {
    it(`may not have ${what}`, async (t) => {
      const { post } = await start(t);
      const reply = await post(body(schema));
      assert.deepEqual(reply, { code: 400, status: 'INVALID_ARGUMENT', message });
    });
  }

  const taken: [string, unknown][] = [
    ['arrays without items', withProperty({ type: 'array' })],
    ['several types, and null', withProperty({ type: ['string', 'null'] })],
    ['any value', withProperty(true)],
    [
      'keywords that it does not know',
      withProperty({ type: 'string', 'x-order': 1, minLength: 2 }),
    ],
    ['references to properties', { ...withProperty({}), items: { $ref: '#/properties/a' } }],
    [
      'words beside a reference',
      withProperty({ ...self, description: 'x' }, { $defs: { Node: {} } }),
    ],
    ['a loop that can end', children(self, [])],
    ['a loop through an array', children({ type: 'array', items: self })],
    ['a loop through an array or null', children({ anyOf: [{ type: 'array', items: self }, {}] })],
  ];
  for (const [what, schema] of taken) {
    it(`may have ${what}`, async (t) => {
      const { post } = await start(t);
      assert.equal((await post(body(schema))).code, 200);
    });
  }

  it('is answered through its references', async (t) => {
    const { ai } = await start(t);
    const parametersJsonSchema = withProperty(undefined, {
      properties: { tema: { $ref: '#/$defs/Tema', description: 'De qué se trata.' } },
      required: ['tema'],
      $defs: { Tema: { type: ['string', 'null'], enum: ['horario', 'precio'] } },
    });
    const description = 'Consulta el horario o el precio.';
    const reply = await ai.models.generateContent({
      model: MODEL,
      contents: '¿Qué horario tienen?',
      config: {
        tools: [
          { functionDeclarations: [{ name: 'consultar', description, parametersJsonSchema }] },
        ],
      },
    });
    assert.deepEqual(reply.functionCalls?.[0]?.args, { tema: 'horario' });
  });
});
