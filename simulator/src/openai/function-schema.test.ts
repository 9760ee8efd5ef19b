import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startSession } from './realtime/testing/session-rig.ts';
import { start } from './testing/service.ts';

const withProperty = (schema: unknown, more: object = {}) => ({
  type: 'object',
  properties: { a: schema },
  ...more,
});
const functionWith = (parameters: object) => ({
  type: 'function' as const,
  name: 'consultar',
  parameters,
});

/** What is refused, and the words behind the name of the function. */
const REFUSED: readonly (readonly [string, object, string])[] = [
  ['no type', {}, `schema must be a JSON Schema of 'type: "object"', got 'type: "None"'.`],
  [
    'another type',
    { type: 'string' },
    `schema must be a JSON Schema of 'type: "object"', got 'type: "string"'.`,
  ],
  ['no properties', { type: 'object' }, 'In context=(), object schema missing properties.'],
  [
    'a union at the top level',
    { ...withProperty({}), anyOf: [{}] },
    "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.",
  ],
  [
    'an array without items',
    withProperty({ type: 'array' }),
    "In context=('properties', 'a'), array schema missing items.",
  ],
  [
    'an array without items beside another type',
    withProperty({ type: ['string', 'array'] }),
    "In context=('properties', 'a', 'type', '1'), array schema missing items.",
  ],
  [
    'a type that is none',
    withProperty({ type: 'text' }),
    "'text' is not valid under any of the given schemas.",
  ],
  ['a property that is a list', withProperty([]), "[] is not of type 'object', 'boolean'."],
  ['a flag for a list', withProperty({ required: true }), "True is not of type 'array'."],
  [
    'a name twice',
    withProperty({}, { required: ['a', 'a'] }),
    "['a', 'a'] has non-unique elements.",
  ],
  [
    'a description that is none',
    withProperty({ description: null }),
    "None is not of type 'string'.",
  ],
  ['a negative length', withProperty({ minLength: -1 }), '-1 is less than the minimum of 0.'],
  ['a union of nothing', withProperty({ anyOf: [] }), '[] should be non-empty.'],
  [
    'the deeper of two errors',
    withProperty({ items: { type: 'text' }, minLength: {} }),
    "{} is not of type 'integer'.",
  ],
  [
    'a pattern that Python does not know',
    withProperty({ pattern: "^\\p{L}'$" }),
    "'^\\\\p{L}\\'$' is not a 'regex'.",
  ],
  ...[
    '[a-\\d]',
    '[^\\w-.]',
    '[]',
    '[^]',
    '[\\Z]',
    '\\b+',
    '(?<=a+)b',
    '(?<!(a|bc){2})d',
    '(a)(?<=\\2)',
    '(a\\1)',
  ].map(
    (pattern) =>
      [
        `the pattern ${pattern}`,
        withProperty({ pattern }),
        `'${pattern.replaceAll('\\', '\\\\')}' is not a 'regex'.`,
      ] as const,
  ),
  [
    'a reference to nothing',
    withProperty({ $ref: '#/$defs/Auto' }),
    "In context=('properties', 'a'), reference to component '#/$defs/Auto' which was not found in the schema.",
  ],
  [
    'a reference to a property',
    withProperty({ $ref: '#/properties/a' }),
    "In context=('properties', 'a'), reference can only point to definitions defined at the top level of the schema.",
  ],
];

const TAKEN: readonly (readonly [string, object])[] = [
  ['arrays in arrays', withProperty({ type: 'array', items: { type: 'array', items: {} } })],
  ['a nullable enumeration', withProperty({ type: ['string', 'null'], enum: ['rojo', null] })],
  ['a union', withProperty({ anyOf: [{ type: 'string' }, { type: 'null' }] })],
  ['a definition that refers to itself', withProperty({ $ref: '#' })],
  ['required names without properties', withProperty({ type: 'string' }, { required: ['b'] })],
  ['a pattern of Python', withProperty({ pattern: '(?i)^(?P<year>\\d{4})\\Z' })],
  ...['[]a-]', '[a-z-\\d\\-]', '(a)(?<=\\1[bc]|de{1})', '(?P<year>a)\\1', '\\101{2}'].map(
    (pattern) => [`the pattern ${pattern}`, withProperty({ pattern })] as const,
  ),
];

describe('the parameters of a function', () => {
  for (const [what, parameters, words] of REFUSED) {
    it(`may not have ${what}, or the whole update is refused`, () => {
      const rig = startSession();
      const tools = [functionWith({ type: 'object', properties: {} }), functionWith(parameters)];
      tools[0]!.name = 'otra';
      rig.send({ type: 'session.update', session: { type: 'realtime', tools } });
      const [error] = rig.errors();
      assert.deepEqual(
        [error?.type, error?.code, error?.param, error?.message],
        [
          'invalid_request_error',
          'invalid_function_parameters',
          'session.tools[1].parameters',
          `Invalid schema for function 'consultar': ${words}`,
        ],
      );
      assert.deepEqual(rig.inbox.of('session.updated'), []);
    });
  }

  for (const [what, parameters] of TAKEN) {
    it(`may have ${what}`, () => {
      const rig = startSession();
      const tools = [functionWith(parameters)];
      rig.send({ type: 'session.update', session: { type: 'realtime', tools } });
      assert.deepEqual(rig.errors(), []);
      assert.deepEqual(rig.only('session.updated').session.tools, tools);
    });
  }

  it('are checked where a call is accepted, which then still waits', async (t) => {
    const { client, post, project } = await start(t);
    const call = await project.incomingCall({ from: '+56912345678', to: 'proj_1', headers: {} });
    const session = (parameters: object) => ({
      type: 'realtime' as const,
      tools: [functionWith(parameters)],
    });
    const { status, body } = await post(
      `/realtime/calls/${call.id}/accept`,
      session(withProperty({ type: 'array' })),
    );
    assert.deepEqual(
      [status, body.error?.param, body.error?.code],
      [400, 'session.tools[0].parameters', 'invalid_function_parameters'],
    );
    const right = session(withProperty({ type: 'array', items: {} }));
    await client.realtime.calls.accept(call.id, right);
    assert.deepEqual(call.state, { name: 'active', session: right });
  });

  it('are checked where a response brings its own functions', () => {
    const rig = startSession();
    const tools = [functionWith(withProperty({ type: 'array' }))];
    rig.send({ type: 'response.create', response: { tools } });
    assert.equal(rig.errors()[0]?.param, 'response.tools[0].parameters');
  });
});
