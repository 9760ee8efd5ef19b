import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ThinkingLevel } from '@google/genai';
import { CONFIG, MODEL, start } from './testing/service.ts';

describe('turns', () => {
  const call = (name: string, extra: object = {}) => ({
    functionCall: { name, args: {} },
    thoughtSignature: 'skip_thought_signature_validator',
    ...extra,
  });
  const response = (name: string, extra: object = {}) => ({
    functionResponse: { name, response: { a: 1 }, ...extra },
  });
  const turn = (role: string, ...parts: object[]) => ({ role, parts });
  const hola = turn('user', { text: 'hola' });

  const refused: [string, object[], RegExp][] = [
    ['a role that is none', [turn('system', { text: 'x' })], /valid role: user, model/],
    ['a content without parts', [turn('user')], /parts must not be empty/],
    ['a part without data', [turn('user', {})], /oneof field 'data'/],
    [
      'a part with two kinds of data',
      [turn('user', { text: 'a', functionCall: { name: 'x' } })],
      /already set/,
    ],
    ['no content', [], /contents is not specified/],
    [
      'a call that follows a model turn',
      [hola, turn('model', { text: 'a' }), turn('model', call('x')), turn('user', response('x'))],
      /function call turn comes immediately after a user turn/,
    ],
    [
      'a response without a call',
      [hola, turn('user', response('x'))],
      /comes immediately after a function call turn/,
    ],
    [
      'fewer responses than calls',
      [hola, turn('model', call('x'), call('y')), turn('user', response('x'))],
      /number of function response parts/,
    ],
    [
      'responses in another order',
      [hola, turn('model', call('x'), call('y')), turn('user', response('y'), response('x'))],
      /expected x, got y/,
    ],
    [
      'a response with another id',
      [
        hola,
        turn('model', { ...call('x'), functionCall: { id: '1', name: 'x' } }),
        turn('user', response('x', { id: '2' })),
      ],
      /match the function call/,
    ],
    [
      'a response without the id of its call',
      [
        hola,
        turn('model', { ...call('x'), functionCall: { id: '1', name: 'x' } }),
        turn('user', response('x')),
      ],
      /expected x \(id 1\), got x/,
    ],
    [
      'an end with a turn of the model',
      [hola, turn('model', { text: 'a' })],
      /end with a user role/,
    ],
    [
      'a call without its signature',
      [hola, turn('model', { functionCall: { name: 'x', args: {} } }), turn('user', response('x'))],
      /missing a thought_signature in functionCall parts/,
    ],
    [
      'a signature of something else',
      [
        hola,
        turn('model', { ...call('x'), thoughtSignature: 'YWJj' }),
        turn('user', response('x')),
      ],
      /signature is not valid/,
    ],
  ];
  for (const [what, contents, message] of refused) {
    it(`refuse ${what}`, async (t) => {
      const { post } = await start(t);
      const reply = await post({ contents });
      assert.deepEqual([reply.code, reply.status], [400, 'INVALID_ARGUMENT']);
      assert.match(reply.message, message);
    });
  }

  it('need signatures only since the user last spoke, and not from the second generation', async (t) => {
    const { post } = await start(t);
    const unsigned = turn('model', { functionCall: { name: 'x', args: {} } });
    const past = [hola, unsigned, turn('user', response('x')), turn('model', { text: 'a' }), hola];
    assert.equal((await post({ contents: past })).code, 200);
    const current = [hola, unsigned, turn('user', response('x'))];
    assert.equal((await post({ contents: current }, 'gemini-2.5-flash')).code, 200);
  });

  it('need no id in a response to the second generation', async (t) => {
    const { post } = await start(t);
    const asked = turn('model', { functionCall: { id: '1', name: 'x', args: {} } });
    const answered = (extra: object = {}) => ({
      contents: [
        hola,
        asked,
        turn('user', { functionResponse: { name: 'x', response: { a: 1 }, ...extra } }),
      ],
    });
    assert.equal((await post(answered(), 'gemini-2.5-flash')).code, 200);
    assert.equal((await post(answered({ id: '2' }), 'gemini-2.5-flash')).code, 400);
  });

  it('refuse a reference to a file that did not come with the response, however deep', async (t) => {
    const { post } = await start(t);
    const answered = (result: object, extra: object = {}) => ({
      contents: [
        hola,
        turn('model', call('x')),
        turn('user', { functionResponse: { name: 'x', response: result, ...extra } }),
      ],
    });
    const $ref = '#/$defs/Auto';
    for (const result of [{ $ref }, { schema: { items: [{ oneOf: [{ $ref }] }] } }]) {
      const reply = await post(answered(result));
      assert.deepEqual([reply.code, reply.status], [400, 'INVALID_ARGUMENT']);
      assert.match(reply.message, /The referenced name `#\/\$defs\/Auto` in function_response/);
    }
    const inlineData = { mimeType: 'image/jpeg', data: 'AA==', displayName: 'auto.jpg' };
    const parts = [{ inlineData }];
    const known = { photo: { $ref: 'auto.jpg' } };
    assert.equal((await post(answered(known, { parts }))).code, 200);
    assert.equal((await post(answered(known))).code, 400);
    assert.equal((await post(answered({ $ref: 1, _ref: $ref, text: '$ref' }))).code, 200);
  });

  it('refuse a signature of another model', async (t) => {
    const { ai, post } = await start(t);
    const reply = await ai.models.generateContent({
      model: MODEL,
      contents: '¿Qué horario tienen?',
      config: CONFIG,
    });
    const { id } = reply.functionCalls![0]!;
    const contents = [
      hola,
      reply.candidates![0]!.content!,
      turn('user', { functionResponse: { id, name: 'consultar', response: { a: 1 } } }),
    ];
    assert.equal((await post({ contents })).code, 200);
    assert.match((await post({ contents }, 'gemini-3.5-flash')).message, /signature is not valid/);
  });
});

describe('the request', () => {
  const contents = [{ parts: [{ text: 'hola' }] }];
  const tool = (declaration: object) => ({
    contents,
    tools: [{ functionDeclarations: [declaration] }],
  });
  const refused: [string, object, RegExp][] = [
    ['an unknown field', { contents, generation_conf: {} }, /Unknown name "generation_conf"/],
    ['a name with spaces', tool({ name: 'dos palabras' }), /Invalid function name/],
    [
      'a type in small letters',
      tool({ name: 'x', parameters: { type: 'object', properties: { a: { type: 'STRING' } } } }),
      /function_declarations\[0\].parameters.type/,
    ],
    [
      'an object without properties',
      tool({ name: 'x', parameters: { type: 'OBJECT', properties: {} } }),
      /should be non-empty for OBJECT type/,
    ],
    [
      'a field that is no Schema',
      tool({
        name: 'x',
        parameters: {
          type: 'OBJECT',
          properties: { a: { type: 'STRING' } },
          additionalProperties: false,
        },
      }),
      /Unknown name "additionalProperties"/,
    ],
    [
      'an enum of numbers',
      tool({
        name: 'x',
        parameters: { type: 'OBJECT', properties: { a: { type: 'INTEGER', enum: ['1'] } } },
      }),
      /only allowed for STRING/,
    ],
    [
      'a required property that is not there',
      tool({
        name: 'x',
        parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } }, required: ['b'] },
      }),
      /not defined: b/,
    ],
    [
      'two tools of one name',
      { contents, tools: [{ functionDeclarations: [{ name: 'x' }, { name: 'x' }] }] },
      /Duplicate function declaration/,
    ],
    ['a temperature above 2', { contents, generationConfig: { temperature: 2.1 } }, /temperature/],
    [
      'no output tokens',
      { contents, generationConfig: { maxOutputTokens: 0 } },
      /max_output_tokens/,
    ],
    [
      'a schema for plain text',
      { contents, generationConfig: { responseSchema: { type: 'STRING' } } },
      /mime type/,
    ],
    [
      'a thinking level that the model lacks',
      { contents, generationConfig: { thinkingConfig: { thinkingLevel: 'MINIMAL' } } },
      /Thinking level MINIMAL is not supported/,
    ],
    [
      'several candidates',
      { contents, generationConfig: { candidateCount: 2 } },
      /Multiple candidates is not enabled for this model/,
    ],
    [
      'a level and a budget of thinking',
      {
        contents,
        generationConfig: { thinkingConfig: { thinkingLevel: 'LOW', thinkingBudget: 1 } },
      },
      /only set one/,
    ],
    [
      'allowed names in mode AUTO',
      {
        ...tool({ name: 'x' }),
        toolConfig: { functionCallingConfig: { mode: 'AUTO', allowedFunctionNames: ['x'] } },
      },
      /Allowed function names/,
    ],
  ];
  for (const [what, body, message] of refused) {
    it(`must not have ${what}`, async (t) => {
      const { post } = await start(t);
      const reply = await post(body);
      assert.deepEqual([reply.code, reply.status], [400, 'INVALID_ARGUMENT']);
      assert.match(reply.message, message);
    });
  }

  it('may ask for minimal thinking where the model offers it', async (t) => {
    const { post } = await start(t);
    const body = { contents, generationConfig: { thinkingConfig: { thinkingLevel: 'MINIMAL' } } };
    for (const [model, code] of [
      ['gemini-3.8-flash', 400],
      ['gemini-3.7-flash', 400],
      ['gemini-3.6-flash', 200],
      ['gemini-3.5-flash', 200],
      ['gemini-3.5-flash-lite', 200],
      ['gemini-3.1-flash-lite', 200],
      ['gemini-3.1-pro-preview', 400],
    ] as const) {
      assert.equal((await post(body, model)).code, code, model);
    }
  });

  it('may ask the second generation for several candidates', async (t) => {
    const { post } = await start(t);
    const body = { contents, generationConfig: { candidateCount: 2 } };
    assert.equal((await post(body, 'gemini-2.5-flash')).code, 200);
  });

  it('may ask for low thinking', async (t) => {
    const { ai } = await start(t);
    const config = { thinkingConfig: { thinkingLevel: ThinkingLevel.LOW } };
    assert.ok((await ai.models.generateContent({ model: MODEL, contents: 'Hola', config })).text);
  });

  it('must name a model that lives', async (t) => {
    const { post } = await start(t);
    for (const model of ['gemini-2.0-flash', 'gemini-9-ultra']) {
      const reply = await post({ contents }, model);
      assert.deepEqual([reply.code, reply.status], [404, 'NOT_FOUND']);
    }
  });

  it('must show a key that is right', async (t) => {
    const { app } = await start(t);
    const url = `/v1/models/${MODEL}:generateContent`;
    const without = await app.inject({ method: 'POST', url, payload: { contents } });
    assert.equal(without.statusCode, 403);
    const wrong = await app.inject({ method: 'POST', url: `${url}?key=no`, payload: { contents } });
    assert.equal(wrong.statusCode, 400);
    assert.match(wrong.body, /API_KEY_INVALID/);
  });
});
