import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MODEL, start } from './testing/service.ts';

const CONVERSATION = [
  'Agente: Automotora Andes, soy un asistente virtual.',
  'Cliente: Llevo una hora esperando y nadie contesta, es horrible.',
  'Cliente: Quiero hablar con una persona.',
].join('\n');

const json = { responseMimeType: 'application/json' };

describe('a structured answer', () => {
  it('fits responseJsonSchema, and comes from the conversation', async (t) => {
    const { ai } = await start(t);
    const schema = {
      type: 'object',
      properties: {
        frustration: { type: 'number', minimum: 0, maximum: 1 },
        escalate: { type: 'boolean' },
        turns: {
          type: 'array',
          items: {
            type: 'object',
            properties: { turn: { type: 'integer' }, score: { type: 'number' } },
            required: ['turn', 'score'],
          },
        },
        due: { type: ['string', 'null'], description: 'zzz' },
      },
      required: ['frustration', 'escalate', 'turns', 'due'],
      additionalProperties: false,
    };
    const reply = await ai.models.generateContent({
      model: MODEL,
      contents: CONVERSATION,
      config: { ...json, responseJsonSchema: schema },
    });
    const answer = JSON.parse(reply.text ?? '') as {
      frustration: number;
      escalate: boolean;
      turns: { turn: number }[];
      due: unknown;
    };
    assert.ok(answer.frustration > 0.5);
    assert.equal(answer.escalate, true);
    assert.deepEqual(
      answer.turns.map(({ turn }) => turn),
      [1, 2],
    );
    assert.equal(answer.due, null);
  });

  it('is read again from the conversation when it is to be corrected', async (t) => {
    const { ai, script } = await start(t);
    script.set([{ reply: 'no JSON' }]);
    const config = {
      ...json,
      responseJsonSchema: { type: 'object', properties: { escalate: { type: 'boolean' } } },
    };
    const user = (text: string) => ({ role: 'user', parts: [{ text }] });
    const first = await ai.models.generateContent({
      model: MODEL,
      contents: [user(CONVERSATION)],
      config,
    });
    assert.equal(first.text, 'no JSON');
    const second = await ai.models.generateContent({
      model: MODEL,
      contents: [user(CONVERSATION), first.candidates![0]!.content!, user('Otra vez, en JSON.')],
      config,
    });
    assert.deepEqual(JSON.parse(second.text ?? ''), { escalate: true });
  });
});

describe('responseJsonSchema', () => {
  const nested = (levels: number): object =>
    levels === 0 ? { type: 'string' } : { type: 'array', maxItems: 20, items: nested(levels - 1) };
  const refused: [string, object, RegExp][] = [
    [
      'a keyword that is not documented',
      { type: 'string', minLength: 1 },
      /"minLength" is not supp/,
    ],
    ['a type that is none', { type: 'STRING' }, /"STRING" is no type/],
    [
      'a required property that is not there',
      { type: 'object', required: ['a'] },
      /not defined: a/,
    ],
    ['something beside a reference', { $ref: '#/$defs/a', type: 'string' }, /beside "\$ref"/],
    ['long lists in long lists', nested(3), /too many states for serving/],
  ];
  for (const [what, schema, message] of refused) {
    it(`refuses ${what}`, async (t) => {
      const { post } = await start(t);
      const {
        code,
        status,
        message: said,
      } = await post({
        contents: [{ parts: [{ text: 'Hola' }] }],
        generationConfig: { ...json, responseJsonSchema: schema },
      });
      assert.deepEqual([code, status], [400, 'INVALID_ARGUMENT']);
      assert.match(said, message);
    });
  }
});

describe('the script', () => {
  it('blocks the prompt, or ends the answer early', async (t) => {
    const { ai, script } = await start(t);
    const ask = () => ai.models.generateContent({ model: MODEL, contents: 'Hola' });
    script.set([
      { reply: { blockReason: 'SAFETY' } },
      { reply: { finishReason: 'SAFETY' } },
      { reply: { text: '{"a":', finishReason: 'MAX_TOKENS' } },
    ]);
    const blocked = await ask();
    assert.equal(blocked.promptFeedback?.blockReason, 'SAFETY');
    assert.equal(blocked.candidates, undefined);
    assert.equal((await ask()).candidates?.[0]?.finishReason, 'SAFETY');
    const cut = await ask();
    assert.deepEqual([cut.text, cut.candidates?.[0]?.finishReason], ['{"a":', 'MAX_TOKENS']);
  });
});

describe('the list of models', () => {
  it('comes in pages', async (t) => {
    const { ai } = await start(t);
    const all = [];
    for await (const { name } of await ai.models.list({ config: { pageSize: 2 } })) all.push(name);
    assert.equal(new Set(all).size, all.length);
    assert.ok(all.length > 4);
  });
});
