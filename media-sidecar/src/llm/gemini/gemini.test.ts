import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError, type GenerateContentResponse, type Part } from '@google/genai';
import type { LlmMessage } from '../contract.ts';
import { GeminiAnswer } from './answer.ts';
import { geminiError } from './errors.ts';
import { toContents } from './parts.ts';

const model = 'gemini-3.8-flash';

function chunk(parts: readonly Part[], more: object = {}): GenerateContentResponse {
  return { candidates: [{ content: { role: 'model', parts }, ...more }] } as never;
}

function answer(...chunks: readonly GenerateContentResponse[]) {
  const collected = new GeminiAnswer(model);
  const events = chunks.flatMap((each) => [...collected.take(each)]);
  return { events, done: () => collected.done() };
}

describe("Gemini's answer", () => {
  it('keeps thoughts to itself, but gives them back with their signatures', () => {
    const parts = [
      { text: 'let me think', thought: true },
      { text: 'Hola', thoughtSignature: 'c2ln' },
    ];
    const { events, done } = answer(chunk(parts, { finishReason: 'STOP' }));
    assert.deepEqual(events, [{ type: 'text', text: 'Hola' }]);
    assert.deepEqual(done().providerParts, { provider: 'gemini', model, parts });
  });

  it('puts fragments of plain text together, and nothing else', () => {
    const { done } = answer(
      chunk([{ text: 'Ho' }]),
      chunk([{ text: 'la' }]),
      chunk([{ text: '', thoughtSignature: 'c2ln' }], { finishReason: 'STOP' }),
    );
    assert.deepEqual((done().providerParts as { parts: Part[] }).parts, [
      { text: 'Hola' },
      { text: '', thoughtSignature: 'c2ln' },
    ]);
  });

  it('gives a call without an id one of its own, which goes back with it', () => {
    const { events, done } = answer(
      chunk([{ functionCall: { name: 'f' } }, { functionCall: { name: 'f', args: { a: 1 } } }]),
      chunk([], { finishReason: 'STOP' }),
    );
    const ids = events.map((event) => (event.type === 'tool-call' ? event.call.id : ''));
    assert.equal(new Set(ids).size, 2);
    const { parts } = done().providerParts as { parts: Part[] };
    assert.deepEqual(
      parts.map((part) => part.functionCall?.id),
      ids,
    );
  });

  it('says why it stopped', () => {
    for (const [finishReason, expected] of [
      ['STOP', 'stop'],
      ['MAX_TOKENS', 'max-tokens'],
      ['SAFETY', 'blocked'],
      ['PROHIBITED_CONTENT', 'blocked'],
      ['MALFORMED_FUNCTION_CALL', 'malformed'],
      ['UNEXPECTED_TOOL_CALL', 'malformed'],
      ['TOO_MANY_TOOL_CALLS', 'malformed'],
      ['MISSING_THOUGHT_SIGNATURE', 'malformed'],
      ['MALFORMED_RESPONSE', 'malformed'],
      ['SOMETHING_NEW', 'other'],
    ] as const) {
      assert.equal(answer(chunk([{ text: 'a' }], { finishReason })).done().finishReason, expected);
    }
    const blocked = { promptFeedback: { blockReason: 'SAFETY' } } as never;
    const { done } = answer(blocked);
    assert.deepEqual([done().finishReason, done().providerParts], ['blocked', undefined]);
  });

  it('ends without a content where nothing was left to say', () => {
    const last = { candidates: [{ finishReason: 'MAX_TOKENS', index: 0 }] } as never;
    const { events, done } = answer(last);
    assert.deepEqual(events, []);
    assert.deepEqual(done(), { type: 'done', finishReason: 'max-tokens' });
  });

  it('is a failure when it breaks off', () => {
    assert.throws(() => answer(chunk([{ text: 'a' }])).done(), {
      code: 'protocol',
      retryable: true,
    });
    assert.throws(() => answer().done(), { code: 'protocol' });
  });

  it('counts thoughts as output and tool use as input', () => {
    const usageMetadata = {
      promptTokenCount: 100,
      toolUsePromptTokenCount: 10,
      cachedContentTokenCount: 60,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 5,
    };
    const last = { ...chunk([], { finishReason: 'STOP' }), usageMetadata } as never;
    const collected = new GeminiAnswer(model);
    assert.equal(collected.usage, undefined);
    assert.deepEqual([...collected.take(last)], []);
    assert.deepEqual(collected.usage, {
      provider: 'google',
      model,
      inputTokens: 110,
      cachedInputTokens: 60,
      outputTokens: 25,
    });
  });
});

describe('the history that Gemini gets', () => {
  const call = { id: 'c1', name: 'f', arguments: { a: 1 } };
  const signed: Part = {
    functionCall: { id: 'c1', name: 'f', args: { a: 1 } },
    thoughtSignature: 's',
  };
  const providerParts = { provider: 'gemini', model, parts: [{ text: 'Veamos.' }, signed] };

  it('gives the parts back verbatim when all of them were heard', () => {
    const history: LlmMessage[] = [
      { role: 'caller', text: 'hola' },
      { role: 'agent', text: 'Veamos.', toolCalls: [call], providerParts },
      { role: 'tool', callId: 'c1', name: 'f', result: { b: 2 } },
    ];
    assert.deepEqual(toContents(history, model), [
      { role: 'user', parts: [{ text: 'hola' }] },
      { role: 'model', parts: [{ text: 'Veamos.' }, signed] },
      { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'f', response: { b: 2 } } }] },
    ]);
  });

  it('gives a signature back that comes behind the text', () => {
    const parts = [{ text: 'Veamos.' }, { text: '', thoughtSignature: 's' }, { text: '' }];
    const history: LlmMessage[] = [
      { role: 'caller', text: 'hola' },
      {
        role: 'agent',
        text: 'Veamos.',
        providerParts: { provider: 'gemini', model, parts },
      },
    ];
    assert.deepEqual(toContents(history, model)[1]?.parts, parts.slice(0, 2));
  });

  it('holds no call that was not taken: it would have no response', () => {
    const history: LlmMessage[] = [
      { role: 'caller', text: 'hola' },
      { role: 'agent', text: 'Veamos.', providerParts },
      { role: 'caller', text: '¿y?' },
    ];
    assert.deepEqual(toContents(history, model)[1]?.parts, [{ text: 'Veamos.' }]);
  });

  it('holds no reference in a result, however deep: Gemini would look for its file', () => {
    const schema = { $ref: '#/$defs/Auto', anyOf: [{ $ref: '#/$defs/Moto' }, 1, null] };
    const renamed = { _ref: '#/$defs/Auto', anyOf: [{ _ref: '#/$defs/Moto' }, 1, null] };
    for (const [result, response] of [
      [schema, renamed],
      [
        { a: { b: [schema] }, text: '$ref' },
        { a: { b: [renamed] }, text: '$ref' },
      ],
      [[schema], { result: [renamed] }],
    ]) {
      const history: LlmMessage[] = [
        { role: 'agent', text: '', toolCalls: [call] },
        { role: 'tool', callId: 'c1', name: 'f', result },
      ];
      const last = toContents(history, model).at(-1);
      assert.deepEqual(last?.parts?.[0]?.functionResponse?.response, response);
    }
  });

  it('cuts what was not heard, but never a signed call', () => {
    const history: LlmMessage[] = [
      { role: 'caller', text: 'hola' },
      { role: 'agent', text: 'Vea', toolCalls: [call], providerParts },
    ];
    assert.deepEqual(toContents(history, model)[1]?.parts, [{ text: 'Vea' }, signed]);
    const unheard = [history[0] as LlmMessage, { ...history[1], text: '' } as LlmMessage];
    assert.deepEqual(toContents(unheard, model)[1]?.parts, [signed]);
  });

  it('leaves out an answer of which nothing was heard', () => {
    const history: LlmMessage[] = [
      { role: 'caller', text: 'hola' },
      { role: 'agent', text: '' },
      { role: 'caller', text: '¿hola?' },
    ];
    assert.deepEqual(toContents(history, model), [
      { role: 'user', parts: [{ text: 'hola' }, { text: '¿hola?' }] },
    ]);
  });

  it('does not answer a call with the result of a call of the same id', () => {
    const history: LlmMessage[] = [
      { role: 'caller', text: 'hola' },
      { role: 'agent', text: '', toolCalls: [call] },
      { role: 'agent', text: '', toolCalls: [call] },
      { role: 'tool', callId: 'c1', name: 'f', result: 'sí' },
    ];
    const responses = toContents(history, model).flatMap((content) =>
      (content.parts ?? []).flatMap((part) => part.functionResponse?.response ?? []),
    );
    assert.deepEqual(responses, [{ error: 'no result' }, { result: 'sí' }]);
  });

  it('wraps a result that is not an object, and drops one that nobody asked for', () => {
    const history = (result: unknown): LlmMessage[] => [
      { role: 'tool', callId: 'nobody', name: 'g', result: 1 },
      { role: 'agent', text: '', toolCalls: [call] },
      { role: 'tool', callId: 'c1', name: 'f', result },
    ];
    for (const [result, response] of [
      ['texto', { result: 'texto' }],
      [[1], { result: [1] }],
      [null, { result: null }],
      [undefined, { result: null }],
    ] as const) {
      const last = toContents(history(result), model).at(-1);
      assert.deepEqual(last?.parts?.[0]?.functionResponse?.response, response);
      assert.equal(last?.parts?.length, 1);
    }
  });

  it('ignores parts that are not ours', () => {
    for (const foreign of ['text', { provider: 'gemini' }, { ...providerParts, model: 'other' }]) {
      const history: LlmMessage[] = [{ role: 'agent', text: 'Veamos.', providerParts: foreign }];
      assert.deepEqual(toContents(history, model)[0], {
        role: 'model',
        parts: [{ text: 'Veamos.' }],
      });
    }
  });
});

describe("Gemini's errors", () => {
  const thrown = (status: number, error: unknown) =>
    geminiError(
      new ApiError({
        status,
        message: typeof error === 'string' ? error : JSON.stringify({ error }),
      }),
    );

  it('say how long to wait, and which quota will not come back', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' }];
    const limited = thrown(429, { code: 429, message: 'slow down', details });
    assert.deepEqual(
      [limited.code, limited.retryable, limited.retryAfterMs],
      ['rate-limited', true, 1500],
    );
    const violations = [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel' }];
    const empty = thrown(429, { message: 'x', details: [{ violations }, ...details] });
    assert.deepEqual([empty.code, empty.retryable], ['quota-exhausted', false]);
  });

  it('need no JSON: a proxy may have answered', () => {
    const error = thrown(502, '<html>Bad Gateway</html>');
    assert.deepEqual([error.code, error.retryable], ['unavailable', true]);
    assert.equal(thrown(418, '[]').code, 'unknown');
    assert.equal(thrown(529, '{}').retryable, true);
  });

  it('are of the network when there was no answer, and unknown otherwise', () => {
    assert.equal(geminiError(new TypeError('fetch failed')).code, 'unavailable');
    assert.deepEqual([geminiError('?').code, geminiError('?').retryable], ['unknown', false]);
  });
});
