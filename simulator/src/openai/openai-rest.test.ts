import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { APIError } from 'openai';
import { start } from './testing/service.ts';

const MODEL = 'gpt-6-luna';
const TURNS = [
  { i: 0, role: 'agent', text: 'Automotora Andes, soy un asistente virtual.' },
  { i: 1, role: 'caller', text: 'Hola, quiero agendar una revisión. La espera fue horrible.' },
  { i: 2, role: 'agent', text: 'Le agendo el martes a las diez.' },
];
const PROMPT = `<transcript>\n${JSON.stringify(TURNS)}\n</transcript>`;
const SCHEMA = {
  type: 'object',
  properties: {
    intent: { type: 'string', enum: ['agendar', 'comprar', 'other'] },
    evidence: {
      type: 'array',
      items: {
        type: 'object',
        properties: { turn: { type: 'integer' }, quote: { type: 'string' } },
        required: ['turn', 'quote'],
        additionalProperties: false,
      },
    },
    sentiment: { type: 'number', minimum: -1, maximum: 1 },
    due: { type: ['string', 'null'] },
  },
  required: ['intent', 'evidence', 'sentiment', 'due'],
  additionalProperties: false,
};
const FORMAT = { type: 'json_schema', name: 'analysis', strict: true, schema: SCHEMA } as const;

interface Answer {
  intent: string;
  evidence: { turn: number; quote: string }[];
  sentiment: number;
}

const is = (status: number, code: string | null, message: RegExp) => (error: APIError) => {
  assert.deepEqual([error.status, error.code ?? null], [status, code]);
  assert.match(error.message, message);
  return true;
};

describe('responses', () => {
  it('answers in the schema, from the conversation in the input', async (t) => {
    const { client } = await start(t);
    const ask = () =>
      client.responses.create({ model: MODEL, input: PROMPT, text: { format: FORMAT } });
    const response = await ask();
    assert.equal(response.status, 'completed');
    const answer = JSON.parse(response.output_text) as Answer;
    assert.equal(answer.intent, 'agendar');
    assert.ok(answer.sentiment < 0);
    const [quote] = answer.evidence;
    assert.ok(TURNS[quote?.turn ?? -1]?.text.includes(quote?.quote ?? 'nothing'));
    assert.equal((await ask()).output_text, response.output_text);
    const { usage } = response;
    assert.equal(usage?.total_tokens, (usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0));
  });

  it('parses with the helper of the client', async (t) => {
    const { client } = await start(t);
    const response = await client.responses.parse({
      model: MODEL,
      input: [{ role: 'user', content: [{ type: 'input_text', text: PROMPT }] }],
      text: { format: FORMAT },
    });
    assert.equal((response.output_parsed as Answer | null)?.intent, 'agendar');
  });

  it('end incomplete at the limit of tokens, of which reasoning takes its part', async (t) => {
    const { client } = await start(t);
    const response = await client.responses.create({
      model: MODEL,
      input: PROMPT,
      max_output_tokens: 70,
      text: { format: FORMAT },
    });
    assert.equal(response.status, 'incomplete');
    assert.deepEqual(response.incomplete_details, { reason: 'max_output_tokens' });
    assert.equal(response.output_text.length, 24);
    const silent = await client.responses.create({
      model: MODEL,
      input: PROMPT,
      max_output_tokens: 16,
    });
    assert.deepEqual(
      silent.output.map(({ type }) => type),
      ['reasoning'],
    );
  });

  it('follow the script: refusals, wrong JSON, filters, errors with a time to wait', async (t) => {
    const { client, script } = await start(t);
    const ask = () => client.responses.create({ model: MODEL, input: PROMPT });
    script.set([
      { reply: { refusal: 'No puedo ayudar con eso.' } },
      { match: 'andes', reply: '{"a":' },
      { reply: { incomplete: 'content_filter' } },
      { reply: { error: { status: 429, code: 'rate_limit_exceeded', retryAfterMs: 2_500 } } },
    ]);
    const [item] = (await ask()).output.filter(({ type }) => type === 'message');
    assert.deepEqual(item?.type === 'message' && item.content, [
      { type: 'refusal', refusal: 'No puedo ayudar con eso.' },
    ]);
    assert.equal((await ask()).output_text, '{"a":');
    assert.deepEqual((await ask()).incomplete_details, { reason: 'content_filter' });
    await assert.rejects(ask(), (error: APIError) => {
      assert.equal(error.headers?.get('retry-after-ms'), '2500');
      assert.equal(error.headers?.get('retry-after'), '3');
      return is(429, 'rate_limit_exceeded', /server had an error/)(error);
    });
    assert.equal((await ask()).status, 'completed');
  });

  const refused: [string, object, string, string | null][] = [
    [
      'a parameter of chat completions',
      { response_format: FORMAT },
      'response_format',
      'unknown_parameter',
    ],
    ['no model', { model: undefined }, 'model', 'missing_required_parameter'],
    [
      'no name of the format',
      { text: { format: { type: 'json_schema', schema: SCHEMA } } },
      'text.format.name',
      'missing_required_parameter',
    ],
    ['a model that does not exist', { model: 'gpt-9' }, 'model', 'model_not_found'],
    ['too few tokens', { max_output_tokens: 5 }, 'max_output_tokens', 'integer_below_min_value'],
    [
      'an effort for a model without reasoning',
      { model: 'gpt-4.1-mini', reasoning: { effort: 'low' } },
      'reasoning.effort',
      'unsupported_parameter',
    ],
    [
      'an effort that the model has not',
      { model: 'gpt-6-astra', reasoning: { effort: 'none' } },
      'reasoning.effort',
      'unsupported_value',
    ],
    [
      'a temperature for a model with reasoning',
      { temperature: 0.2 },
      'temperature',
      'unsupported_value',
    ],
    [
      'output text of a user',
      { input: [{ role: 'user', content: [{ type: 'output_text', text: 'x' }] }] },
      'input[0].content[0]',
      'invalid_value',
    ],
    ['JSON mode without the word', { text: { format: { type: 'json_object' } } }, 'input', null],
  ];
  for (const [what, change, param, code] of refused) {
    it(`refuse ${what}`, async (t) => {
      const { post } = await start(t);
      const { status, body } = await post('/responses', { model: MODEL, input: 'Hola', ...change });
      assert.equal(status, 400);
      assert.deepEqual([body.error?.param, body.error?.code], [param, code]);
    });
  }
});

describe('strict schemas', () => {
  const inner = (schema: object) => ({
    type: 'object',
    properties: { a: schema },
    required: ['a'],
    additionalProperties: false,
  });
  const deep = (levels: number): object =>
    levels === 0 ? { type: 'string' } : inner(deep(levels - 1));
  const refused: [string, object, RegExp][] = [
    ['an array at the root', { type: 'array', items: { type: 'string' } }, /got 'type: "array"'/],
    ['an open object', { type: 'object', properties: {} }, /context=\(\), 'additionalProperties'/],
    [
      'an optional property',
      { ...inner({ type: 'string' }), required: [] },
      /every key in properties\. Missing 'a'/,
    ],
    ['an open object inside', inner({ type: 'object' }), /context=\('properties', 'a'\), 'addi/],
    [
      'a keyword outside of the subset',
      inner({ type: 'string', minLength: 1 }),
      /'minLength' is not permitted/,
    ],
    ['a property without a type', inner({ description: 'x' }), /must have a 'type' key/],
    ['an array without items', inner({ type: 'array' }), /array schema missing items/],
    ['an empty enumeration', inner({ type: 'string', enum: [] }), /non-empty array/],
    [
      'too many values',
      inner({ type: 'string', enum: Array.from({ length: 1_001 }, (_, n) => `${n}`) }),
      /at most 1000 enum values .* received 1001/,
    ],
    ['eleven levels', deep(11), /11 levels of nesting exceeds limit of 10/],
  ];
  for (const [what, schema, message] of refused) {
    it(`may not have ${what}`, async (t) => {
      const { post } = await start(t);
      const format = { type: 'json_schema', name: 'x', strict: true, schema };
      const { status, body } = await post('/responses', {
        model: MODEL,
        input: 'Hola',
        text: { format },
      });
      assert.equal(status, 400);
      assert.equal(body.error?.param, 'text.format.schema');
      assert.match(body.error?.message ?? '', message);
    });
  }

  it('may have ten levels', async (t) => {
    const { post } = await start(t);
    const format = { type: 'json_schema', name: 'x', strict: true, schema: deep(10) };
    const { status } = await post('/responses', { model: MODEL, input: 'Hola', text: { format } });
    assert.equal(status, 200);
  });
});

describe('chat completions', () => {
  const messages = [{ role: 'user' as const, content: PROMPT }];
  const response_format = {
    type: 'json_schema' as const,
    json_schema: { name: 'analysis', strict: true, schema: SCHEMA },
  };

  it('answer in the schema', async (t) => {
    const { client } = await start(t);
    const completion = await client.chat.completions.create({
      model: MODEL,
      messages,
      response_format,
    });
    const [choice] = completion.choices;
    assert.equal(choice?.finish_reason, 'stop');
    assert.equal((JSON.parse(choice?.message.content ?? '') as Answer).intent, 'agendar');
  });

  it('end for length at the limit', async (t) => {
    const { client } = await start(t);
    const completion = await client.chat.completions.create({
      model: 'gpt-4.1-mini',
      messages,
      response_format,
      max_tokens: 3,
    });
    assert.equal(completion.choices[0]?.finish_reason, 'length');
    assert.equal(completion.choices[0]?.message.content?.length, 12);
  });

  it('refuse an unknown model, the old limit, and a schema that is not strict enough', async (t) => {
    const { client } = await start(t);
    const ask = (change: object) =>
      client.chat.completions.create({ model: MODEL, messages, ...change });
    await assert.rejects(
      ask({ model: 'gpt-9' }),
      is(404, 'model_not_found', /`gpt-9` does not exist/),
    );
    await assert.rejects(
      ask({ max_tokens: 5 }),
      is(400, 'unsupported_parameter', /Use 'max_completion_tokens'/),
    );
    const loose = { ...response_format.json_schema, schema: { type: 'object', properties: {} } };
    await assert.rejects(
      ask({ response_format: { type: 'json_schema', json_schema: loose } }),
      is(400, null, /Invalid schema for response_format 'analysis'/),
    );
  });
});

describe('keys and models', () => {
  it('refuse a wrong key without showing it, and a missing one', async (t) => {
    const { client, app } = await start(t, { key: 'sk-wrong-key-000000000000' });
    await assert.rejects(
      client.models.list(),
      is(401, 'invalid_api_key', /provided: sk-w\*\*\*0000\./),
    );
    const reply = await app.inject({ url: '/openai/v1/models' });
    assert.equal(reply.statusCode, 401);
    assert.match(reply.body, /didn't provide an API key/);
  });

  it('refuse an empty organization', async (t) => {
    const { client } = await start(t);
    const headers = { 'OpenAI-Organization': ' ' };
    await assert.rejects(
      client.models.list({ headers }),
      is(401, 'mismatched_organization', /should match/),
    );
  });

  it('refuse a project that the key does not belong to', async (t) => {
    const { client, project } = await start(t);
    const list = (name: string) => client.models.list({ headers: { 'OpenAI-Project': name } });
    assert.ok((await list(project.id)).data.length > 0);
    for (const other of ['proj_another', 'none', '']) {
      await assert.rejects(async () => list(other), is(401, 'mismatched_project', /should match/));
    }
  });

  it('list the models, with others than those of text', async (t) => {
    const { client } = await start(t);
    const { data } = await client.models.list();
    const ids = data.map(({ id }) => id);
    assert.ok(ids.includes(MODEL) && ids.includes('gpt-realtime-2.1'));
    assert.equal((await client.models.retrieve(MODEL)).id, MODEL);
    await assert.rejects(client.models.retrieve('gpt-9'), is(404, 'model_not_found', /not exist/));
  });

  it('tell of an address that is none', async (t) => {
    const { post } = await start(t);
    const { status, body } = await post('/completions', {});
    assert.equal(status, 404);
    assert.match(body.error?.message ?? '', /Invalid URL/);
  });
});
