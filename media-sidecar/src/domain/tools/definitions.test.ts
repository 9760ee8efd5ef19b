import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withDefs } from './definitions.ts';
import { toolInputSchema } from './schema.ts';

const color = { type: 'string' };
const old = { $ref: '#/definitions/Color' };
const current = { $ref: '#/$defs/Color' };

describe('definitions as earlier drafts write them', () => {
  it('move to $defs with all that refers to them, when a tool is registered', () => {
    const { parameters } = toolInputSchema.parse({
      name: 'consultar',
      description: 'Consulta la base.',
      url: 'https://n8n.example.com/webhook/1',
      parameters: {
        type: 'object',
        properties: {
          a: { ...old, description: 'Uno.' },
          b: { type: 'array', items: { anyOf: [old, { type: 'null' }] } },
        },
        definitions: { Color: color, Colors: { type: 'array', items: old } },
      },
    });
    assert.deepEqual(parameters, {
      type: 'object',
      properties: {
        a: { ...current, description: 'Uno.' },
        b: { type: 'array', items: { anyOf: [current, { type: 'null' }] } },
      },
      $defs: { Color: color, Colors: { type: 'array', items: current } },
    });
  });

  it('stay where $defs has the name already, with what refers to them', () => {
    const parameters = {
      properties: { a: old, b: { $ref: '#/definitions/Size' } },
      definitions: { Color: color, Size: { type: 'integer' } },
      $defs: { Color: { type: 'boolean' } },
    };
    assert.deepEqual(withDefs(parameters), {
      properties: { a: old, b: { $ref: '#/$defs/Size' } },
      definitions: { Color: color },
      $defs: { Color: { type: 'boolean' }, Size: { type: 'integer' } },
    });
  });

  it('are neither properties of that name nor values', () => {
    const parameters = {
      properties: { definitions: { default: old, enum: [old] }, $ref: { type: 'string' } },
      definitions: { Color: color },
    };
    const { definitions, ...rest } = parameters;
    assert.deepEqual(withDefs(parameters), { ...rest, $defs: definitions });
  });

  it('below the top level stay', () => {
    const parameters = { properties: { a: { definitions: { Color: color } } } };
    assert.equal(withDefs(parameters), parameters);
  });

  it('that are none are left to the check', () => {
    for (const parameters of [{ definitions: [] }, { definitions: { A: {} }, $defs: [] }]) {
      assert.equal(withDefs(parameters), parameters);
    }
  });
});
