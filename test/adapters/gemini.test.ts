import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../../media-sidecar/src/kernel/clock.ts';
import { ProviderError } from '../../media-sidecar/src/kernel/errors.ts';
import type {
  LlmEvent,
  LlmMessage,
  LlmRequest,
  ModelUsage,
  ToolCall,
} from '../../media-sidecar/src/llm/contract.ts';
import { Gemini, type GeminiOptions } from '../../media-sidecar/src/llm/gemini/gemini.ts';
import { geminiApiKey, startCloud, type TestCloud } from './cloud.ts';

type Done = Extract<LlmEvent, { type: 'done' }>;

const tools = ['consultar_horario', 'agendar_hora'].map((name) => ({
  name,
  description: 'Dice cuándo está abierto.',
  parameters: { type: 'object', properties: { dia: { type: 'string' } }, required: ['dia'] },
}));

const caller = (text: string): LlmMessage => ({ role: 'caller', text });

describe('Gemini', () => {
  const closing: (() => Promise<void>)[] = [];
  let cloud: TestCloud;

  before(async () => {
    cloud = await startCloud({ after: (close) => void closing.push(close as never) });
  });
  beforeEach(() => {
    cloud.simulator.faults.reset();
    cloud.simulator.faults.set({ gemini: { firstTokenDelayMs: 0, chunkIntervalMs: 0 } });
    cloud.simulator.gemini.script([]);
  });
  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  function model(options: Partial<GeminiOptions> = {}): Gemini {
    return new Gemini(
      { apiKey: geminiApiKey, baseUrl: cloud.simulator.url, ...options },
      { clock: systemClock },
    );
  }

  async function ask(
    history: readonly LlmMessage[],
    {
      signal = new AbortController().signal,
      llm = model(),
      ...changes
    }: Partial<LlmRequest> & {
      signal?: AbortSignal;
      llm?: Gemini;
    } = {},
  ) {
    const events: LlmEvent[] = [];
    const request = { system: 'Eres la recepción de una automotora.', history, tools, ...changes };
    for await (const event of llm.generate(request, signal)) events.push(event);
    const text = events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('');
    const calls = events.flatMap((event) => (event.type === 'tool-call' ? [event.call] : []));
    const done = events.find((event): event is Done => event.type === 'done');
    return { events, text, calls, done };
  }

  async function refuses(asking: Promise<unknown>, code: string): Promise<ProviderError> {
    let thrown: unknown;
    await assert.rejects(asking, (error) => {
      thrown = error;
      return error instanceof ProviderError;
    });
    assert.equal((thrown as ProviderError).code, code, (thrown as ProviderError).message);
    return thrown as ProviderError;
  }

  it('answers in pieces, then tells why it stopped and what it cost', async () => {
    const reply = 'Buenos días. Abrimos de lunes a viernes, de nueve a seis de la tarde.';
    cloud.simulator.gemini.script([{ match: /horario/, reply }]);
    const usages: ModelUsage[] = [];
    const { text, events, done } = await ask([caller('¿Qué horario tienen?')], {
      onUsage: (usage) => usages.push(usage),
    });
    assert.equal(text, reply);
    assert.ok(events.length > 2);
    assert.equal(events.at(-1), done);
    assert.equal(done?.finishReason, 'stop');
    assert.equal(usages.length, 1);
    const [{ provider, model: paid, inputTokens, outputTokens }] = usages as [ModelUsage];
    assert.deepEqual([provider, paid], ['google', 'gemini-3.8-flash']);
    assert.ok(inputTokens > 0 && outputTokens > 0);
  });

  it('tells at an abort, in the same moment, what was counted until then', async () => {
    cloud.simulator.faults.set({ gemini: { chunkIntervalMs: 50 } });
    const reply = 'Una frase larga que no se termina de decir nunca. '.repeat(20);
    cloud.simulator.gemini.script([{ match: /horario/, reply }]);
    const abort = new AbortController();
    let told = 0;
    const history = [caller('¿Qué horario tienen?')];
    const request = { system: '', history, tools: [], onUsage: () => void (told += 1) };
    let events = 0;
    for await (const { type } of model().generate(request, abort.signal)) {
      events += Number(type === 'text');
      abort.abort();
      assert.equal(told, 1);
    }
    assert.deepEqual([events, told], [1, 1]);
  });

  it('asks for tools, and goes on with their results, thought signatures and all', async () => {
    cloud.simulator.gemini.script([
      {
        match: /sábado/,
        reply: {
          text: 'Un momento.',
          toolCalls: [
            { name: 'consultar_horario', args: { dia: 'sábado' } },
            { name: 'consultar_horario', args: { dia: 'domingo' } },
          ],
        },
      },
      { match: /10:00/, reply: 'El sábado abrimos a las diez.' },
    ]);
    const question = caller('¿Abren el sábado?');
    const first = await ask([question]);
    assert.equal(first.done?.finishReason, 'tool-calls');
    assert.deepEqual(
      first.calls.map((call) => call.arguments),
      [{ dia: 'sábado' }, { dia: 'domingo' }],
    );
    assert.equal(new Set(first.calls.map((call) => call.id)).size, 2);
    const answered = (heard: string, results: unknown[]): LlmMessage[] => [
      question,
      {
        role: 'agent',
        text: heard,
        toolCalls: first.calls,
        providerParts: first.done?.providerParts,
      },
      ...first.calls.map((call, i): LlmMessage => ({
        role: 'tool',
        callId: call.id,
        name: call.name,
        result: results[i],
      })),
    ];
    const results = [{ abre: '10:00' }, 'cerrado'];
    assert.equal((await ask(answered(first.text, results))).text, 'El sábado abrimos a las diez.');
    // Of "Un momento." only a part was heard: the words are cut, the signed calls are not.
    cloud.simulator.gemini.script([{ reply: 'Sí.' }]);
    assert.equal((await ask(answered('Un', results))).text, 'Sí.');
    // A call that was given up has no result: Gemini would refuse a call without a response.
    cloud.simulator.gemini.script([{ reply: 'Lo siento.' }]);
    const givenUp = answered(first.text, results).slice(0, 3);
    assert.equal((await ask([...givenUp, caller('¿Hola?')])).text, 'Lo siento.');
  });

  it('only speaks where it may not call, and keeps its tools declared', async () => {
    const call: ToolCall = { id: 'c1', name: 'consultar_horario', arguments: { dia: 'hoy' } };
    const history: LlmMessage[] = [
      caller('¿Hasta qué hora?'),
      { role: 'agent', text: '', toolCalls: [call] },
      { role: 'tool', callId: 'c1', name: call.name, result: { cierra: '18:00' } },
    ];
    cloud.simulator.gemini.script([
      { reply: { toolCall: { name: call.name, args: { dia: 'hoy' } } }, times: 2 },
    ]);
    const spoken = await ask(history, { mayCallTools: false });
    assert.deepEqual([spoken.calls, spoken.done?.finishReason], [[], 'malformed']);
    const called = await ask(history);
    assert.deepEqual([called.calls.length, called.done?.finishReason], [1, 'tool-calls']);
    const [first, second] = cloud.simulator.requests
      .list({ path: /streamGenerateContent/ })
      .slice(-2)
      .map(({ body }) => (body as { tools?: object }).tools);
    assert.ok(first);
    assert.deepEqual(first, second);
  });

  it('tells when thoughts left nothing of the limit, and what they cost', async () => {
    cloud.simulator.faults.set({ gemini: { thoughtTokens: 100_000 } });
    const usages: ModelUsage[] = [];
    const { events, done } = await ask([caller('¿Qué horario tienen?')], {
      maxOutputTokens: 500,
      onUsage: (usage) => usages.push(usage),
    });
    assert.deepEqual(events, [{ type: 'done', finishReason: 'max-tokens' }]);
    assert.equal(events.at(-1), done);
    assert.equal(usages[0]?.outputTokens, 500);
  });

  it('tells an answer that is empty', async () => {
    cloud.simulator.gemini.script([{ reply: { empty: true } }]);
    const { events } = await ask([caller('¿Qué horario tienen?')]);
    assert.deepEqual(events, [{ type: 'done', finishReason: 'stop' }]);
  });

  it('may be told a result that refers to a part of itself', async () => {
    const call: ToolCall = { id: 'c1', name: 'consultar_horario', arguments: { dia: 'hoy' } };
    const result = { $ref: '#/a', schema: { items: [{ $ref: '#/$defs/Auto' }] } };
    cloud.simulator.gemini.script([{ match: /_ref/, reply: 'Hasta las seis.' }]);
    const { text } = await ask([
      caller('¿Hasta qué hora?'),
      { role: 'agent', text: '', toolCalls: [call] },
      { role: 'tool', callId: 'c1', name: call.name, result },
    ]);
    assert.equal(text, 'Hasta las seis.');
  });

  it('takes over a conversation that another model has begun', async () => {
    const call: ToolCall = { id: 'other-1', name: 'consultar_horario', arguments: { dia: 'hoy' } };
    const foreign = { provider: 'gemini', model: 'gemini-3.5-flash', parts: [{ text: 'x' }] };
    for (const providerParts of [undefined, { provider: 'other', blob: 1 }, foreign]) {
      cloud.simulator.gemini.script([{ reply: 'Hasta las seis.' }]);
      const { text } = await ask([
        caller('¿Hasta qué hora?'),
        { role: 'agent', text: '', toolCalls: [call], providerParts },
        { role: 'tool', callId: 'other-1', name: call.name, result: { cierra: '18:00' } },
      ]);
      assert.equal(text, 'Hasta las seis.');
    }
  });

  it('speaks first when it is asked to, and after its own words', async () => {
    for (const history of [[], [{ role: 'agent', text: 'Hola, ¿sigue ahí?' } as const]]) {
      cloud.simulator.gemini.script([{ reply: '¿En qué le ayudo?' }]);
      assert.equal((await ask(history)).text, '¿En qué le ayudo?');
    }
  });

  it('ends quietly at an abort, before, at the beginning and in the middle', async () => {
    assert.deepEqual((await ask([caller('hola')], { signal: AbortSignal.abort() })).events, []);
    cloud.simulator.faults.set({ gemini: { stallMs: 30_000 } });
    const waiting = new AbortController();
    const asking = ask([caller('hola')], { signal: waiting.signal });
    waiting.abort();
    assert.deepEqual((await asking).events, []);
    cloud.simulator.faults.set({ gemini: { stallMs: 0, chunkIntervalMs: 30_000 } });
    cloud.simulator.gemini.script([
      { reply: 'Una respuesta que es larga y sigue y sigue y sigue.' },
    ]);
    const hearing = new AbortController();
    const request = { system: '', history: [caller('hola')], tools: [] };
    let pieces = 0;
    for await (const event of model().generate(request, hearing.signal)) {
      pieces += event.type === 'text' ? 1 : 10;
      hearing.abort();
    }
    assert.equal(pieces, 1);
  });

  it('tells what may be tried again, and when', async () => {
    for (const [status, code, retryable] of [
      [400, 'invalid-request', false],
      [403, 'permission-denied', false],
      [404, 'not-found', false],
      [500, 'unavailable', true],
      [503, 'unavailable', true],
      [504, 'timeout', true],
    ] as const) {
      cloud.simulator.faults.set({ gemini: { failNext: { status, count: 1 } } });
      assert.equal((await refuses(ask([caller('hola')]), code)).retryable, retryable);
    }
    cloud.simulator.faults.set({
      gemini: { failNext: { status: 429, retryAfterMs: 3000, count: 1 } },
    });
    const limited = await refuses(ask([caller('hola')]), 'rate-limited');
    assert.deepEqual([limited.retryable, limited.retryAfterMs], [true, 3000]);
  });

  it('tells a wrong key, an unknown model and a dead server apart', async () => {
    await refuses(ask([caller('a')], { llm: model({ apiKey: 'wrong' }) }), 'unauthenticated');
    await refuses(ask([caller('a')], { llm: model({ model: 'gemini-1.0' }) }), 'not-found');
    const nobody = model({ baseUrl: 'http://127.0.0.1:1' });
    assert.equal(
      (await refuses(ask([caller('a')], { llm: nobody }), 'unavailable')).retryable,
      true,
    );
  });

  it('fails when the answer breaks off', async () => {
    for (const breakStreamWith of ['socket-close', 'error-frame'] as const) {
      cloud.simulator.faults.set({ gemini: { breakStreamAfterChunks: 1, breakStreamWith } });
      cloud.simulator.gemini.script([{ reply: 'Una respuesta que es larga y sigue y sigue.' }]);
      await assert.rejects(ask([caller('hola')]), ProviderError);
    }
  });

  it('gives up a model that is silent for too long', async () => {
    cloud.simulator.faults.set({ gemini: { stallMs: 20_000 } });
    const error = await refuses(
      ask([caller('hola')], { llm: model({ idleTimeoutMs: 150 }) }),
      'timeout',
    );
    assert.equal(error.retryable, true);
  });
});
