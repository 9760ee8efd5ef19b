import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../kernel/errors.ts';
import { CascadeHarness } from './testing/cascade-harness.ts';
import { fakeTool } from './testing/fake-session.ts';

/** A caller of a cascade whose last words the recogniser tells when nobody is there any more. */

const END_CALL = { id: 'c1', name: 'end_call', arguments: {} };

const answers = (firstTokenMs = 300) => ({
  replies: Array.from({ length: 3 }, () => ({ text: ['Abrimos a las nueve.'], firstTokenMs })),
});

async function listening(firstTokenMs?: number): Promise<CascadeHarness> {
  const talk = await new CascadeHarness(answers(firstTokenMs)).afterGreeting();
  await talk.wait(500);
  return talk;
}

/** The caller hangs up; the recogniser ends when the test says so. */
function hangUp(talk: CascadeHarness) {
  const { promise, resolve } = Promise.withResolvers<void>();
  talk.stt.stream.onFinish = () => promise;
  talk.leg.end('caller-hung-up');
  return { heardAll: resolve, stream: talk.stt.stream };
}

test('who hangs up within a turn has said all of it', async () => {
  const talk = await listening();
  await talk.say('un siete', { finalAfterMs: null });
  const { heardAll, stream } = hangUp(talk);
  const hungUpAtMs = talk.clock.nowMs();
  await talk.wait(300);
  assert.deepEqual(talk.recorder.endings, []);
  stream.final('Un siete, gracias.');
  heardAll();
  const ending = await talk.call.ended;
  assert.deepEqual(talk.transcript.slice(1), ['caller: Un siete, gracias.']);
  assert.equal(ending.endedAtMs, hungUpAtMs);
  assert.ok(
    (talk.recorder.turns.at(-1)?.endedAtMs ?? Infinity) <= hungUpAtMs,
    'not after the call',
  );
  assert.equal(stream.closed, true);
  assert.equal(talk.llm.requests.length, 0, 'nobody answers that');
  await talk.wait(3000);
  assert.equal(talk.clock.pendingTimers, 0);
});

test('a recogniser that does not end leaves what it has told', async () => {
  const talk = await listening();
  await talk.say('un siete', { finalAfterMs: null });
  const { stream } = hangUp(talk);
  await talk.wait(2999);
  assert.deepEqual(talk.recorder.endings, []);
  await talk.wait(1);
  await talk.call.ended;
  assert.deepEqual(talk.transcript.slice(1), ['caller: un siete']);
  assert.equal(stream.closed, true);
});

test('nobody waits where nothing was said', async () => {
  const talk = await listening();
  const { stream } = hangUp(talk);
  assert.equal(talk.recorder.endings.length, 1);
  assert.equal(stream.finishing, false);
});

test('keys that were pressed right before the end are in the record', async () => {
  const talk = await listening();
  talk.leg.press('7');
  hangUp(talk);
  assert.equal(talk.recorder.endings.length, 1);
  assert.deepEqual(talk.transcript.slice(1), ['caller: [DTMF 7]']);
});

test('words that change behind the end change the turn that they are of', async () => {
  for (const [heard, expected] of [
    // Before anything of the answer was heard it would have begun anew.
    [false, ['caller: ¿Qué horario tienen los sábados?']],
    [true, ['caller: ¿Qué horario tienen los sábados?', 'agent (cut): Abrimos']],
  ] as const) {
    const talk = await listening(heard ? 300 : 5000);
    await talk.say('¿Qué horario tienen?', { finalAfterMs: null });
    if (heard) await talk.until(() => talk.agentSounds);
    await talk.wait(heard ? 500 : 1500);
    const { heardAll, stream } = hangUp(talk);
    stream.final('¿Qué horario tienen los sábados?');
    heardAll();
    await talk.call.ended;
    assert.deepEqual(talk.transcript.slice(1), expected);
  }
});

test('what was still to be said over a goodbye is in the record, though the agent ended the call', async () => {
  const talk = await new CascadeHarness({
    replies: [
      { text: ['Hasta luego, que tenga un buen día.'], toolCalls: [END_CALL] },
      { text: ['No se dice.'] },
    ],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('eso es todo');
  await talk.until(() => talk.agentSounds);
  await talk.wait(300);
  const { promise, resolve } = Promise.withResolvers<void>();
  talk.stt.stream.onFinish = () => promise;
  await talk.noise(300);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'agent-hung-up');
  talk.stt.stream.final('Gracias, adiós.');
  resolve();
  await talk.call.ended;
  assert.equal(talk.transcript.at(-1), 'caller: Gracias, adiós.');
  const [ending] = talk.recorder.endings;
  const last = talk.recorder.turns.at(-1);
  assert.ok(last && ending && last.startedAtMs <= last.endedAtMs);
  assert.ok(last.endedAtMs <= ending.endedAtMs);
});

test('words that change behind a tool change their turn, and are no other one', async () => {
  const talk = await new CascadeHarness({
    session: { tools: [fakeTool('lenta')] },
    replies: [{ toolCalls: [{ id: 'c1', name: 'lenta', arguments: {} }] }],
  }).afterGreeting();
  talk.tools.offer('lenta', { ok: true, result: 1 }, 5000);
  await talk.wait(500);
  await talk.say('¿Qué horario tienen?', { finalAfterMs: null });
  await talk.until(() => talk.tools.invocations.length === 1);
  const { heardAll, stream } = hangUp(talk);
  stream.final('¿Qué horario tienen los sábados?');
  heardAll();
  await talk.call.ended;
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: ¿Qué horario tienen los sábados?',
    'tool: lenta',
  ]);
});

test('words that come in two pieces behind the end are one turn', async () => {
  const talk = await listening();
  await talk.noise(1500);
  await talk.wait(200);
  const { heardAll, stream } = hangUp(talk);
  await talk.wait(600);
  stream.final('Quiero una hora.');
  await talk.wait(100);
  stream.final('Para el martes a las diez.');
  heardAll();
  await talk.call.ended;
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: Quiero una hora. Para el martes a las diez.',
  ]);
});

test('a recogniser whose end fails leaves what it has told', async () => {
  const talk = await listening();
  await talk.say('un siete', { finalAfterMs: null });
  talk.stt.stream.onFinish = () => Promise.reject(new Error('a fault of ours'));
  talk.leg.end('caller-hung-up');
  assert.equal((await talk.call.ended).reason, 'caller-hung-up');
  assert.equal(talk.recorder.endings.length, 1);
  assert.deepEqual(talk.transcript.slice(1), ['caller: un siete']);
  assert.equal(talk.stt.stream.closed, true);
  await talk.wait(3000);
  assert.equal(talk.clock.pendingTimers, 0);
});

test('a recogniser that fails meanwhile is not opened again', async () => {
  const talk = await listening();
  await talk.say('un siete', { finalAfterMs: null });
  const { heardAll, stream } = hangUp(talk);
  stream.fail(new ProviderError('fake-stt', 'unavailable', 'gone', { retryable: true }));
  heardAll();
  await talk.call.ended;
  assert.deepEqual(talk.transcript.slice(1), ['caller: un siete']);
  assert.equal(talk.stt.streams.length, 1);
});
