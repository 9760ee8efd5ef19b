import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { phoneTools } from '../../agents/built-in-tools.ts';
import { parametersProblem } from './parameters.ts';
import { refusedParameters, takenParameters } from './testing/parameter-tables.ts';

describe('the parameters of a tool', () => {
  for (const { what, parameters, path, reason } of refusedParameters) {
    it(`may not have ${what}`, () => {
      const problem = parametersProblem(parameters);
      assert.equal(problem?.path.join('.'), path);
      assert.match(problem?.reason ?? '', reason);
    });
  }

  for (const { what, parameters, gemini, doubtful } of refusedParameters) {
    const isLeftOut = gemini !== undefined || doubtful === true;
    it(`${isLeftOut ? 'may not' : 'may'} have ${what} where Gemini alone is asked`, () => {
      assert.equal(parametersProblem(parameters, ['gemini']) !== undefined, isLeftOut);
    });
  }

  it('may not lead Gemini back to where it stands by any other way', () => {
    const a = { type: 'object', properties: { b: { $ref: '#/properties/a' } } };
    for (const schema of [a, { $ref: '#' }]) {
      const parameters = { type: 'object', properties: { a: schema } };
      assert.match(parametersProblem(parameters, ['gemini'])?.reason ?? '', /leads back/);
    }
  });

  it('show Gemini its own mistakes behind those that only OpenAI minds', () => {
    const a = { minLength: '3', required: ['b'] };
    const problem = parametersProblem({ type: 'object', properties: { a } }, ['gemini']);
    assert.deepEqual(problem?.path, ['properties', 'a', 'required']);
  });

  it('are looked at where Gemini alone is asked, also in places that it does not look into', () => {
    for (const wrong of [{ required: true }, { patternProperties: 1 }, { properties: 'x' }]) {
      const a = { dependentSchemas: { b: wrong } };
      const parameters = { type: 'object', properties: { a } };
      assert.equal(parametersProblem(parameters, ['gemini']), undefined);
      assert.notEqual(parametersProblem(parameters), undefined);
    }
  });

  for (const { what, parameters } of takenParameters) {
    it(`may have ${what}`, () => assert.equal(parametersProblem(parameters), undefined));
  }

  it('may leave their properties out', () => {
    assert.equal(parametersProblem({ type: 'object' }), undefined);
  });

  it('may not be so deep that the look at them would end the process', () => {
    let schema: object = {};
    for (let level = 0; level < 2000; level += 1) schema = { not: schema };
    const parameters = { type: 'object', properties: { a: schema } };
    assert.match(parametersProblem(parameters)?.reason ?? '', /more than 10 levels/);
  });

  it('of the tools that every agent has are taken', () => {
    for (const { definition } of phoneTools) {
      assert.equal(parametersProblem(definition.parameters), undefined, definition.name);
    }
  });
});
