import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { ApiError, GoogleGenAI, ThinkingLevel, Type } from '@google/genai';
import type { Content, GenerateContentConfig } from '@google/genai';
import fastify from 'fastify';
import { z } from 'zod';
import { createFaults } from '../faults/faults.ts';
import type { FaultChanges } from '../faults/faults.ts';
import { geminiRest } from './gemini-rest.ts';
import { GeminiScript } from './script.ts';

const KEY = 'simulated-gemini-key';
const MODEL = 'gemini-3.8-flash';
const AT_ONCE = { firstTokenDelayMs: 0, chunkIntervalMs: 0 };
const CONFIG: GenerateContentConfig = {
  systemInstruction: 'Eres un asistente. El taller abre de lunes a viernes de 9 a 18 horas.',
  tools: [
    {
      functionDeclarations: [
        {
          name: 'consultar',
          description: 'Consulta el horario o el precio.',
          parameters: {
            type: Type.OBJECT,
            properties: { tema: { type: Type.STRING, enum: ['horario', 'precio'] } },
            required: ['tema'],
          },
        },
      ],
    },
  ],
};

interface Testing {
  after(done: () => Promise<void>): void;
}

async function start(t: Testing, gemini: FaultChanges['gemini'] = {}, key = KEY) {
  const app = fastify();
  const script = new GeminiScript();
  const faults = createFaults({ gemini: { ...AT_ONCE, ...gemini } });
  const now = (): number => Date.parse('2026-11-21T00:00:00Z');
  await app.register(geminiRest, { apiKeys: [KEY], faults, script, now });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;
  const ai = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl } });
  const post = async (body: unknown, model = MODEL) => {
    const url = `/v1beta/models/${model}:generateContent`;
    const reply = await app.inject({
      method: 'POST',
      url,
      headers: { 'x-goog-api-key': KEY },
      payload: body as object,
    });
    const { error } = reply.json<{ error?: { code: number; status: string; message: string } }>();
    return { code: reply.statusCode, status: error?.status, message: error?.message ?? '' };
  };
  return { ai, app, faults, script, post };
}

const user = (text: string): Content => ({ role: 'user', parts: [{ text }] });

describe('the real client', () => {
  it('streams an answer in pieces, with the reason of its end and the tokens in the last', async (t) => {
    const { ai } = await start(t);
    const stream = await ai.models.generateContentStream({
      model: MODEL,
      contents: 'Cuénteme del taller',
      config: CONFIG,
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    assert.ok(chunks.length > 3);
    const text = chunks.map((chunk) => chunk.text ?? '').join('');
    assert.match(
      text,
      /^Con mucho gusto le cuento\. El taller abre de lunes a viernes de 9 a 18 horas\./,
    );
    assert.deepEqual(
      chunks.map((chunk) => chunk.candidates?.[0]?.finishReason),
      [...chunks.slice(1).map(() => undefined), 'STOP'],
    );
    const usage = chunks.at(-1)!.usageMetadata!;
    assert.equal(usage.totalTokenCount, usage.promptTokenCount! + usage.candidatesTokenCount!);
  });

  it('calls a tool, gives its result back verbatim, and hears it spoken', async (t) => {
    const { ai } = await start(t);
    const contents: Content[] = [user('¿Qué horario tienen?')];
    const first = await ai.models.generateContent({ model: MODEL, contents, config: CONFIG });
    const [call] = first.functionCalls ?? [];
    assert.deepEqual([call?.name, call?.args], ['consultar', { tema: 'horario' }]);
    const response = { horario: 'de 9 a 18' };
    contents.push(first.candidates![0]!.content!, {
      role: 'user',
      parts: [{ functionResponse: { id: call!.id!, name: 'consultar', response } }],
    });
    const second = await ai.models.generateContent({ model: MODEL, contents, config: CONFIG });
    assert.match(second.text ?? '', /horario: de 9 a 18/);
  });

  it('cuts at the limit of output tokens', async (t) => {
    const { ai } = await start(t);
    const config = { ...CONFIG, maxOutputTokens: 3 };
    const reply = await ai.models.generateContent({
      model: MODEL,
      contents: 'Cuénteme del taller',
      config,
    });
    assert.equal(reply.candidates?.[0]?.finishReason, 'MAX_TOKENS');
    assert.equal(reply.text, 'Con mucho gu');
  });

  it('lists the models', async (t) => {
    const { ai } = await start(t);
    const names = [];
    for await (const model of await ai.models.list()) names.push(model.name);
    assert.ok(names.includes(`models/${MODEL}`));
  });
});

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

  it('refuse a signature of another model', async (t) => {
    const { ai, post } = await start(t);
    const reply = await ai.models.generateContent({
      model: MODEL,
      contents: '¿Qué horario tienen?',
      config: CONFIG,
    });
    const contents = [hola, reply.candidates![0]!.content!, turn('user', response('consultar'))];
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

describe('faults', () => {
  const ask = (ai: GoogleGenAI) => ai.models.generateContent({ model: MODEL, contents: 'Hola' });

  it('fail as many requests as was asked for, with the time to wait', async (t) => {
    const { ai, faults } = await start(t);
    faults.set({ gemini: { failNext: { status: 429, retryAfterMs: 2_500, count: 1 } } });
    await assert.rejects(ask(ai), (error: ApiError) => {
      assert.equal(error.status, 429);
      assert.match(error.message, /RESOURCE_EXHAUSTED/);
      assert.match(error.message, /2\.5s/);
      return true;
    });
    assert.match((await ask(ai)).text ?? '', /Hola/);
  });

  for (const breakStreamWith of ['socket-close', 'error-frame'] as const) {
    it(`break a stream in the middle with ${breakStreamWith}`, async (t) => {
      const { ai } = await start(t, { breakStreamAfterChunks: 2, breakStreamWith });
      const chunks: unknown[] = [];
      await assert.rejects(async () => {
        const stream = await ai.models.generateContentStream({
          model: MODEL,
          contents: 'Cuénteme del taller',
          config: CONFIG,
        });
        for await (const chunk of stream) chunks.push(chunk);
      });
      assert.ok(chunks.length <= 2);
    });
  }

  it('leave a server that can be closed in the middle of an answer', async (t) => {
    const { ai, app } = await start(t, { chunkIntervalMs: 60_000 });
    const stream = await ai.models.generateContentStream({
      model: MODEL,
      contents: 'Cuénteme del taller',
      config: CONFIG,
    });
    const reading = (async () => {
      for await (const chunk of stream) void chunk;
    })();
    const broken = assert.rejects(reading);
    await app.close();
    await broken;
  });
});

describe('a script', () => {
  it('is used before the stand-in thinks by itself, step by step', async (t) => {
    const { ai, script } = await start(t);
    const ask = (contents: Content[]) =>
      ai.models.generateContent({ model: MODEL, contents, config: CONFIG });
    script.set([
      { match: /dinosaurios/i, reply: 'No hay dinosaurios.' },
      {
        match: 'hora',
        reply: { text: 'Un momento.', toolCall: { name: 'consultar', args: { tema: 'precio' } } },
      },
      { reply: { error: { status: 503 } } },
    ]);
    const called = await ask([user('¿A qué hora abren?')]);
    assert.equal(called.text, 'Un momento.');
    assert.deepEqual(called.functionCalls?.[0]?.args, { tema: 'precio' });
    assert.equal((await ask([user('¿Tienen dinosaurios?')])).text, 'No hay dinosaurios.');
    await assert.rejects(ask([user('Hola')]), (error: ApiError) => error.status === 503);
    assert.equal(script.remaining, 0);
    assert.match((await ask([user('Hola')])).text ?? '', /^Hola/);
  });

  it('refuses steps that cannot be', () => {
    const script = new GeminiScript();
    const wrong: unknown[] = [
      [{ reply: '' }],
      [{ match: '(', reply: 'a' }],
      [{ reply: { error: { status: 200 } } }],
      [{ replies: 'a' }],
    ];
    for (const steps of wrong) assert.throws(() => script.set(steps as never), z.ZodError);
  });
});
