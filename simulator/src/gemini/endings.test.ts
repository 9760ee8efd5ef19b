import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONFIG, KEY, MODEL, start } from './testing/service.ts';

type Service = Awaited<ReturnType<typeof start>>;

interface Chunk {
  readonly candidates?: { content?: { parts?: { text?: string }[] }; finishReason?: string }[];
  readonly promptFeedback?: object;
}

/** The chunks as they are on the wire: the client leaves out what it does not know. */
async function streamed({ app }: Service, more: object = {}, model = MODEL): Promise<Chunk[]> {
  const { body } = await app.inject({
    method: 'POST',
    url: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    headers: { 'x-goog-api-key': KEY },
    payload: { contents: [{ parts: [{ text: '¿Qué horario tienen?' }] }], ...more },
  });
  return body
    .split('\r\n\r\n')
    .filter((event) => event !== '')
    .map((event) => JSON.parse(event.replace(/^data: /, '')) as Chunk);
}

const candidatesOf = async (...asked: Parameters<typeof streamed>) =>
  (await streamed(...asked)).map(({ candidates }) => candidates);

const { tools } = CONFIG as { tools: { functionDeclarations: object[] }[] };
const calling = (mode: string, more: object = {}) => ({
  tools,
  toolConfig: { functionCallingConfig: { mode, ...more } },
});

describe('an answer that is empty', () => {
  it('has a role and no parts', async (t) => {
    const service = await start(t);
    service.script.set([{ reply: { empty: true }, times: 2 }]);
    const empty = [{ content: { role: 'model' }, finishReason: 'STOP', index: 0 }];
    assert.deepEqual(await candidatesOf(service), [empty]);
    const whole = await service.ai.models.generateContent({ model: MODEL, contents: 'Hola' });
    assert.deepEqual(whole.candidates, empty);
    assert.match((await candidatesOf(service))[0]![0]!.content!.parts![0]!.text!, /\w/);
  });
});

describe('a prompt that is blocked', () => {
  it('is told in one chunk, whatever the model', async (t) => {
    const service = await start(t);
    for (const model of [MODEL, 'gemini-2.5-flash']) {
      service.script.set([{ reply: { blockReason: 'SAFETY' } }]);
      assert.deepEqual(
        (await streamed(service, {}, model)).map(({ promptFeedback, candidates }) => [
          promptFeedback,
          candidates,
        ]),
        [[{ blockReason: 'SAFETY' }, undefined]],
        model,
      );
    }
  });
});

describe('an answer that came to nothing', () => {
  for (const finishReason of ['SAFETY', 'MALFORMED_FUNCTION_CALL', 'MALFORMED_RESPONSE'] as const) {
    it(`by ${finishReason} has no content`, async (t) => {
      const service = await start(t);
      for (const model of [MODEL, 'gemini-2.5-flash']) {
        service.script.set([{ reply: { finishReason } }]);
        const expected = [[{ finishReason, index: 0 }]];
        assert.deepEqual(await candidatesOf(service, {}, model), expected, model);
      }
    });
  }
});

describe('a call that the model may not make', () => {
  const refused: [string, object, string][] = [
    ['of a tool that is not declared', { tools }, 'otra'],
    ['where there are no tools', {}, 'consultar'],
    ['in mode NONE', calling('NONE'), 'consultar'],
  ];
  for (const [what, more, name] of refused) {
    it(`${what} is unexpected, and left out`, async (t) => {
      const service = await start(t);
      service.script.set([
        { reply: { toolCall: { name } } },
        { reply: { text: 'Un momento.', toolCalls: [{ name }] } },
      ]);
      const unexpected = {
        finishReason: 'UNEXPECTED_TOOL_CALL',
        finishMessage: `Unexpected tool call: Model tried to call an undeclared function: ${name}`,
        index: 0,
      };
      assert.deepEqual(await candidatesOf(service, more), [[unexpected]]);
      assert.deepEqual(await candidatesOf(service, more), [
        [{ content: { parts: [{ text: 'Un momento.' }], role: 'model' }, index: 0 }],
        [unexpected],
      ]);
    });
  }

  it('is not one of those that are allowed', async (t) => {
    const service = await start(t);
    const config = {
      ...calling('ANY', { allowedFunctionNames: ['otra'] }),
      tools: [...tools, { functionDeclarations: [{ name: 'otra' }] }],
    };
    for (const [name, finishReason] of [
      ['consultar', 'UNEXPECTED_TOOL_CALL'],
      ['otra', 'STOP'],
    ] as const) {
      service.script.set([{ reply: { toolCall: { name } } }]);
      const [last] = (await candidatesOf(service, config)).at(-1)!;
      assert.equal(last!.finishReason, finishReason);
    }
  });
});
