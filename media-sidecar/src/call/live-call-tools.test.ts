import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeLanguageModel, type ScriptedReply } from '../llm/testing/fake-language-model.ts';
import type { ToolOutcome } from './ports.ts';
import { CascadeHarness } from './testing/cascade-harness.ts';

const TOOL = {
  name: 'consultar_stock',
  description: 'Consulta qué autos hay.',
  parameters: { type: 'object', properties: { color: { type: 'string' } } },
};
const CALL = { id: 'c1', name: 'consultar_stock', arguments: { color: 'rojo' } };
const PARTS = [{ functionCall: { name: 'consultar_stock' }, thoughtSignature: 'firma' }];

async function asked(
  afterMs: number,
  replies: ConstructorParameters<typeof CascadeHarness>[0] = {},
) {
  const talk = await new CascadeHarness({
    session: { tools: [TOOL] },
    replies: [{ toolCalls: [CALL], providerParts: PARTS }, { text: ['Hay dos autos rojos.'] }],
    ...replies,
  }).afterGreeting();
  talk.tools.offer('consultar_stock', { ok: true, result: { total: 2 } }, afterMs);
  await talk.wait(500);
  await talk.say('¿Tienen autos rojos?');
  return talk;
}

test('a tool answers within the turn, and the model gets its own parts back verbatim', async () => {
  const talk = await asked(200);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: ¿Tienen autos rojos?',
    'tool: consultar_stock',
    'agent: Hay dos autos rojos.',
  ]);
  assert.deepEqual(talk.tools.invocations[0]!.call, CALL);
  assert.deepEqual(talk.llm.requests[1]!.history.slice(-2), [
    { role: 'agent', text: '', toolCalls: [CALL], providerParts: PARTS },
    { role: 'tool', callId: 'c1', name: 'consultar_stock', result: { total: 2 } },
  ]);
  assert.equal(
    talk.recorder.turns.find(({ role }) => role === 'tool')!.generatedText,
    '{"total":2}',
  );
  talk.call.stop();
});

test('no tool runs before the turn has ended, although the model asked early', async () => {
  const talk = await asked(100, {
    replies: [{ toolCalls: [CALL], firstTokenMs: 10 }, { text: ['Hay dos.'] }],
  });
  await talk.wait(260);
  assert.equal(talk.llm.requests.length, 1);
  assert.equal(talk.tools.invocations.length, 0);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.tools.invocations.length, 1);
  talk.call.stop();
});

test('a slow tool is covered by a filler after 900 ms, and the answer follows it', async () => {
  const talk = await asked(2500);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(
    talk.agentTurns[1]!.text,
    'Un momento, por favor, lo estoy revisando. Hay dos autos rojos.',
  );
  talk.call.stop();
});

test('a tool that fails is told to the model, which has to put it into words', async () => {
  const talk = await asked(200, {
    replies: [{ toolCalls: [CALL] }, { text: ['Ahora no lo puedo consultar.'] }],
  });
  talk.tools.offer('consultar_stock', { ok: false, reason: 'late' });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.llm.requests[1]!.history.at(-1), {
    role: 'tool',
    callId: 'c1',
    name: 'consultar_stock',
    result: { error: 'late' },
  });
  talk.call.stop();
});

test('calls of one step run side by side', async () => {
  const talk = await asked(1000, {
    replies: [
      { toolCalls: [CALL, { ...CALL, id: 'c2' }] },
      { text: ['Hay dos autos rojos y dos más.'] },
    ],
  });
  await talk.until(() => talk.tools.invocations.length === 2);
  await talk.wait(1040);
  assert.equal(talk.llm.requests.length, 2);
  const results = talk.llm.requests[1]!.history.filter(({ role }) => role === 'tool');
  assert.equal(results.length, 2);
  talk.call.stop();
});

test('a model that would call tools forever has to answer in its last step', async () => {
  const talk = await asked(50, {
    replies: [
      { toolCalls: [CALL] },
      { toolCalls: [{ ...CALL, id: 'c2' }] },
      { toolCalls: [{ ...CALL, id: 'c3' }] },
      { text: ['No lo encuentro.'] },
    ],
  });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.tools.invocations.length, 3);
  assert.equal(talk.transcript.at(-1), 'agent: No lo encuentro.');
  assert.deepEqual(
    talk.llm.requests.map(({ mayCallTools }) => mayCallTools),
    [true, true, true, false],
  );
  // They stay declared: the history holds calls of them.
  assert.ok(talk.llm.requests[3]!.tools.some(({ name }) => name === 'consultar_stock'));
  talk.call.stop();
});

const last: readonly [what: string, reply: ScriptedReply][] = [
  ['is stopped by its provider', { finishReason: 'malformed' }],
  ['calls all the same', { toolCalls: [{ ...CALL, id: 'c4' }] }],
];
for (const [what, reply] of last) {
  test(`a model that ${what} in its last step is not asked again: the fallback answers`, async () => {
    let fallback: FakeLanguageModel | undefined;
    const talk = await asked(50, {
      replies: [
        { toolCalls: [CALL] },
        { toolCalls: [{ ...CALL, id: 'c2' }] },
        { toolCalls: [{ ...CALL, id: 'c3' }] },
        reply,
      ],
      providers: (clock) => {
        fallback = new FakeLanguageModel(clock, [{ text: ['No lo encuentro.'] }]);
        return { fallbackModel: fallback };
      },
    });
    await talk.until(() => talk.agentTurns.length === 2);
    assert.equal(talk.llm.requests.length, 4);
    assert.equal(talk.tools.invocations.length, 3);
    assert.equal(fallback!.requests[0]!.mayCallTools, false);
    assert.equal(talk.transcript.at(-1), 'agent: No lo encuentro.');
    talk.call.stop();
  });
}

test('a caller who goes on while a tool runs and nothing was said withdraws the question', async () => {
  const talk = await asked(5000, {
    replies: [{ toolCalls: [CALL], providerParts: PARTS }, { text: ['De acuerdo, azules.'] }],
  });
  await talk.until(() => talk.tools.invocations.length === 1);
  await talk.say('mejor busque azules');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.tools.aborted, ['consultar_stock']);
  const { history } = talk.llm.requests.at(-1)!;
  assert.deepEqual(history.slice(-4), [
    { role: 'caller', text: '¿Tienen autos rojos?' },
    { role: 'agent', text: '', toolCalls: [CALL], providerParts: PARTS },
    { role: 'tool', callId: 'c1', name: 'consultar_stock', result: { error: 'cancelled' } },
    { role: 'caller', text: '¿Tienen autos rojos? mejor busque azules' },
  ]);
  assert.equal(
    talk.recorder.turns.find(({ role }) => role === 'tool')!.generatedText,
    '{"error":"cancelled"}',
  );
  talk.call.stop();
});

test('what the call itself has begun takes effect, and a model that is interrupted hears of that', async () => {
  const optOut = { id: 'c1', name: 'opt_out', arguments: {} };
  const talk = await asked(0, {
    replies: [{ toolCalls: [optOut] }, { text: ['De acuerdo.'] }],
  });
  const { promise: done, resolve } = Promise.withResolvers<ToolOutcome>();
  talk.actions.optOut = () => done;
  await talk.until(() => talk.llm.requests.length === 1);
  await talk.wait(1000);
  await talk.say('y otra cosa');
  await talk.until(() => talk.agentTurns.length === 2);
  const told = talk.llm.requests.at(-1)!.history.find(({ role }) => role === 'tool');
  assert.deepEqual(told, {
    role: 'tool',
    callId: 'c1',
    name: 'opt_out',
    result: { error: 'late' },
  });
  resolve({ ok: true, result: { ok: true } });
  talk.call.stop();
});

test('a caller who says "ok" while a tool runs does not stop it', async () => {
  const talk = await asked(3000);
  await talk.until(() => talk.tools.invocations.length === 1);
  await talk.say('ok', { ms: 300 });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.tools.aborted, []);
  assert.match(talk.agentTurns[1]!.text, /Hay dos autos rojos\.$/);
  talk.call.stop();
});

test('words over a filler stop the tool, and the new words are a turn of their own', async () => {
  const talk = await asked(8000, {
    replies: [{ toolCalls: [CALL] }, { text: ['Muy bien.'] }],
  });
  await talk.until(() => talk.agentSounds);
  await talk.wait(400);
  await talk.say('déjelo, no importa');
  await talk.until(() => talk.agentTurns.length === 3);
  assert.deepEqual(talk.tools.aborted, ['consultar_stock']);
  assert.equal(talk.agentTurns[1]!.interrupted, true);
  assert.deepEqual(talk.llm.requests[1]!.history.at(-1), {
    role: 'caller',
    text: 'déjelo, no importa',
  });
  talk.call.stop();
});

test("what was said before a tool is cut where it was heard, and loses the provider's parts", async () => {
  const talk = await asked(6000, {
    replies: [
      {
        text: ['Voy a mirar con mucho gusto en todas nuestras sedes de Santiago.'],
        toolCalls: [CALL],
        providerParts: PARTS,
      },
      { text: ['Está bien.'] },
    ],
  });
  await talk.until(() => talk.agentSounds);
  await talk.wait(1500);
  await talk.say('no hace falta');
  await talk.until(() => talk.agentTurns.length === 3);
  const [said, result] = talk.llm.requests[1]!.history.slice(-3);
  assert.ok(said?.role === 'agent' && said.text.startsWith('Voy a mirar'));
  assert.ok(said.text.length < 50 && said.providerParts === undefined);
  assert.deepEqual(said.toolCalls, [CALL]);
  assert.ok(result?.role === 'tool' && result.callId === 'c1');
  talk.call.stop();
});
