import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiError, Content, GoogleGenAI } from '@google/genai';
import { z } from 'zod';
import { GeminiScript } from './script.ts';
import { CONFIG, MODEL, start } from './testing/service.ts';

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
    assert.equal(
      usage.totalTokenCount,
      usage.promptTokenCount! + usage.thoughtsTokenCount! + usage.candidatesTokenCount!,
    );
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
    const { ai } = await start(t, { thoughtTokens: 0 });
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
      [{ reply: { empty: false } }],
      [{ reply: { finishReason: 'STOP' } }],
      [{ replies: 'a' }],
    ];
    for (const steps of wrong) assert.throws(() => script.set(steps as never), z.ZodError);
  });
});
