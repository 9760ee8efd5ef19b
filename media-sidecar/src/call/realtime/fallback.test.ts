import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../kernel/errors.ts';
import { VOICED_BYTE } from '../testing/fake-ports.ts';
import { fakeTool } from '../testing/fake-session.ts';
import { INAUDIBLE } from './caller-turns.ts';
import { RealtimeHarness, type RealtimeSetup } from '../testing/realtime-harness.ts';

const QUESTION = '¿Qué horario tienen ustedes?';
const BRIDGE = 'Un momento, por favor, se cortó un segundo la conexión.';
const APOLOGY = 'Disculpe, tuve un problema técnico. ¿Me lo puede repetir, por favor?';
const REFUSED = new ProviderError('fake', 'unauthenticated', 'no', { retryable: false });
const OPENING = 'agent: Hola, habla con Automotora Andes. Soy un asistente virtual.';
const TOOL = fakeTool('precio');

async function talking(setup: RealtimeSetup = {}) {
  return new RealtimeHarness({
    session: { tools: [TOOL] },
    replies: [{ text: ['Sí, abrimos a las nueve.'] }],
    ...setup,
  }).afterOpening();
}

function loseForGood(talk: RealtimeHarness): void {
  for (let i = 0; i < 3; i += 1) talk.model.failNext();
  talk.killsSession();
}

test('after three attempts the cascade answers what was asked, in the same call', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  await talk.wait(400);
  loseForGood(talk);
  await talk.until(() => talk.agentTurns.length === 3);
  assert.equal(talk.model.sessions.length, 4);
  assert.deepEqual(talk.transcript, [
    OPENING,
    `caller: ${QUESTION}`,
    `agent: ${BRIDGE}`,
    'agent: Sí, abrimos a las nueve.',
  ]);
  const { history } = talk.llm.requests[0]!;
  assert.deepEqual(
    history.map((message) => message.role === 'caller' && message.text),
    [false, QUESTION, false],
  );
  assert.equal(talk.recorder.started.length, 1);
  assert.equal(talk.metrics.times('provider_fallbacks', { source: 'realtime' }), 1);
  talk.call.stop();
  await talk.wait(1000);
  assert.equal(talk.clock.pendingTimers, 0);
});

/** Two waits for an answer, of 8 s each: that a session is ready proves nothing. */
test('a model that is there and never answers is left after one more session', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  const askedMs = talk.clock.monotonicMs();
  await talk.until(() => talk.llm.requests.length === 1);
  assert.equal(talk.model.sessions.length, 2);
  const waitedMs = talk.clock.monotonicMs() - askedMs;
  assert.ok(waitedMs < 17_000, `${waitedMs} ms without an answer`);
  await talk.until(() => talk.transcript.at(-1) === 'agent: Sí, abrimos a las nueve.');
  talk.call.stop();
});

test('the cascade listens where nothing is owed, and does not greet again', async () => {
  const talk = await talking();
  loseForGood(talk);
  await talk.until(() => talk.stt.streams.length === 1);
  await talk.wait(500);
  assert.deepEqual(talk.transcript, [OPENING]);
  talk.stt.stream.final('¿Abren hoy?');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript.at(-1), 'agent: Sí, abrimos a las nueve.');
  talk.call.stop();
});

for (const [known, part] of [
  ['nothing of it', undefined],
  ['a part of it', 'Qué'],
] as const) {
  test(`a question of which ${known} is known is heard again by the cascade, and is one line`, async () => {
    const talk = await talking();
    const itemId = await talk.says(QUESTION, { wordsAfterMs: null });
    if (part) talk.line.listener.onCallerWords({ itemId, text: part, final: false });
    talk.line.dies(REFUSED);
    await talk.until(() => talk.stt.streams.length === 1);
    const { stream } = talk.stt;
    const voiced = stream.frames.filter((frame) => frame[0] === VOICED_BYTE);
    assert.ok(voiced.length * 20 >= QUESTION.length * 80, `${voiced.length} frames of it`);
    await talk.wait(400);
    stream.interim(QUESTION);
    await talk.wait(400);
    stream.final(QUESTION);
    await talk.until(() => talk.agentTurns.length === 3);
    assert.deepEqual(talk.transcript, [
      OPENING,
      `caller: ${QUESTION}`,
      `agent: ${BRIDGE}`,
      'agent: Sí, abrimos a las nueve.',
    ]);
    assert.equal(talk.llm.requests.length, 1);
    const asked = talk.llm.requests[0]!.history.filter(({ role }) => role === 'caller');
    assert.deepEqual(asked, [{ role: 'caller', text: QUESTION }]);
    talk.call.stop();
  });
}

test('a question that the cascade hears nothing of keeps its line, and is soon asked for again', async () => {
  const talk = await talking();
  const itemId = await talk.says(QUESTION, { wordsAfterMs: null });
  talk.line.listener.onCallerWords({ itemId, text: 'Qué', final: false });
  talk.line.dies(REFUSED);
  await talk.until(() => talk.stt.streams.length === 1);
  await talk.until(() => talk.agentSounds, 4000);
  await talk.until(() => talk.agentTurns.length === 3);
  talk.stt.stream.final('¿Abren hoy?');
  await talk.until(() => talk.agentTurns.length === 4);
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: Qué',
    `agent: ${BRIDGE}`,
    `agent: ${APOLOGY}`,
    'caller: ¿Abren hoy?',
    'agent: Sí, abrimos a las nueve.',
  ]);
  talk.call.stop();
});

test('what is known of such a question is recorded when the call ends before it is heard again', async () => {
  const talk = await talking();
  const itemId = await talk.says(QUESTION, { wordsAfterMs: null });
  talk.line.listener.onCallerWords({ itemId, text: 'Qué', final: false });
  talk.line.dies(REFUSED);
  await talk.until(() => talk.stt.streams.length === 1);
  talk.leg.end('caller-hung-up');
  await talk.call.ended;
  assert.deepEqual(talk.transcript.slice(1), ['caller: Qué', `agent: ${BRIDGE}`]);
});

test('keys that end such a call are a line of their own', async () => {
  const talk = await talking();
  const itemId = await talk.says(QUESTION, { wordsAfterMs: null });
  talk.line.listener.onCallerWords({ itemId, text: 'Qué', final: false });
  talk.line.dies(REFUSED);
  await talk.until(() => talk.stt.streams.length === 1);
  talk.leg.press('7');
  talk.leg.end('caller-hung-up');
  await talk.call.ended;
  assert.equal(talk.transcript[1], 'caller: Qué');
  assert.equal(talk.transcript.at(-1), 'caller: [DTMF 7]');
});

test('what the cascade hears of such a question behind the end of the call is that question', async () => {
  const talk = await talking();
  await talk.says(QUESTION, { wordsAfterMs: null });
  talk.line.dies(REFUSED);
  await talk.until(() => talk.stt.streams.length === 1);
  talk.stt.stream.onFinish = () => talk.stt.stream.final(QUESTION);
  talk.leg.end('caller-hung-up');
  await talk.call.ended;
  assert.deepEqual(
    talk.transcript.filter((line) => line.startsWith('caller')),
    [`caller: ${QUESTION}`],
  );
});

test('who goes on while the answer to such a question is made has said it all in one turn', async () => {
  const talk = await talking({
    replies: [{ text: ['No llega.'], firstTokenMs: 3000 }, { text: ['Sí, abrimos.'] }],
  });
  await talk.says(QUESTION, { wordsAfterMs: null });
  talk.line.dies(REFUSED);
  await talk.until(() => talk.stt.streams.length === 1);
  talk.stt.stream.final(QUESTION);
  await talk.until(() => talk.llm.requests.length === 1);
  await talk.wait(800);
  talk.stt.stream.final('¿Y los sábados?');
  await talk.until(() => talk.transcript.at(-1) === 'agent: Sí, abrimos.');
  const whole = `${QUESTION} ¿Y los sábados?`;
  assert.deepEqual(talk.transcript.slice(1, 3), [`caller: ${whole}`, `agent: ${BRIDGE}`]);
  const asked = talk.llm.requests.at(-1)!.history.filter(({ role }) => role === 'caller');
  assert.deepEqual(asked, [{ role: 'caller', text: whole }]);
  talk.call.stop();
});

test('what the caller says while the model is lost is heard by the cascade', async () => {
  const talk = await talking();
  await talk.startsSpeaking(1500);
  loseForGood(talk);
  await talk.until(() => talk.stt.streams.length === 1);
  const voiced = talk.stt.stream.frames.filter((frame) => frame[0] === VOICED_BYTE);
  assert.ok(voiced.length >= 70, String(voiced.length));
  talk.call.stop();
});

test('an answer that was cut is not guessed at: the caller is asked to say it again', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.answers('Atendemos de lunes a viernes de nueve a seis.', { everyMs: 190 });
  await talk.wait(1500);
  loseForGood(talk);
  await talk.until(() => talk.agentTurns.length === 4);
  assert.match(talk.transcript.at(-3)!, /^agent \(cut\): Atendemos/);
  assert.equal(talk.transcript.at(-2), `agent: ${BRIDGE}`);
  assert.match(talk.transcript.at(-1)!, /^agent: Disculpe, tuve un problema técnico/);
  talk.call.stop();
});

test('a question that a tool was to answer is asked for again, though the caller was kept posted', async () => {
  const talk = await talking();
  talk.tools.offer('precio', { ok: true, result: 1 }, 20_000);
  await talk.says(QUESTION);
  talk.line.asksFor({ callId: 'c1', name: 'precio' });
  await talk.wait(300);
  await talk.says('Ajá', { ms: 300 });
  talk.answers('Sigo buscando.', {}, 600);
  await talk.until(() => talk.agentTurns.length === 2);
  talk.line.dies(REFUSED);
  await talk.until(() => talk.stt.streams.length === 1);
  await talk.until(() => talk.agentTurns.length === 3);
  assert.match(talk.transcript.at(-1)!, /^agent: Disculpe, tuve un problema técnico/);
  talk.call.stop();
});

test('an answer that is complete on the phone is heard to its end before the cascade takes over', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.answers('Atendemos de lunes a viernes de nueve a seis.', {}, 6000);
  await talk.wait(300);
  loseForGood(talk);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript.at(-1), 'agent: Atendemos de lunes a viernes de nueve a seis.');
  await talk.wait(200);
  assert.equal(talk.stt.streams.length, 1);
  assert.deepEqual(talk.spokenByOtherVoice, []);
  talk.call.stop();
});

test('what does not help to repeat is not tried again', async () => {
  const talk = await talking();
  talk.line.dies(REFUSED);
  await talk.until(() => talk.stt.streams.length === 1);
  assert.equal(talk.model.sessions.length, 1);
  talk.call.stop();
});

test('a model whose circuit is open is not asked at all: the call begins as a cascade', async () => {
  const talk = new RealtimeHarness();
  talk.model.isOpen = true;
  await talk.afterOpening();
  assert.equal(talk.model.sessions.length, 0);
  assert.equal(talk.stt.streams.length, 1);
  assert.deepEqual(talk.transcript, [OPENING]);
  assert.equal(talk.metrics.times('provider_fallbacks', { source: 'realtime' }), 1);
  talk.call.stop();
});

test('a model that is lost for good in the opening leaves a cascade that greets', async () => {
  const talk = new RealtimeHarness();
  talk.model.failNext(REFUSED);
  await talk.begin();
  await talk.until(() => talk.stt.streams.length === 1);
  await talk.until(() => talk.agentTurns.length >= 1);
  assert.ok(
    talk.transcript.some((line) => line === OPENING),
    talk.transcript.join('\n'),
  );
  talk.call.stop();
});

test('what the caller said over the opening is heard by the cascade behind it, and answered', async () => {
  const talk = await new RealtimeHarness({
    replies: [{ text: ['Sí, abrimos a las nueve.'] }],
  }).begin();
  await talk.until(() => talk.agentSounds);
  await talk.says(QUESTION, { ms: 1200, wordsAfterMs: null });
  talk.line.dies(REFUSED);
  await talk.until(() => talk.stt.streams.length === 1);
  const voiced = talk.stt.stream.frames.filter((frame) => frame[0] === VOICED_BYTE);
  assert.ok(voiced.length >= 60, String(voiced.length));
  talk.stt.stream.final(QUESTION);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript, [
    OPENING,
    `caller: ${QUESTION}`,
    'agent: Sí, abrimos a las nueve.',
  ]);
  talk.call.stop();
});

test('where the cascade has to greet anew, what was said before that keeps its line', async () => {
  const talk = new RealtimeHarness({ onSay: () => undefined });
  for (let i = 0; i < 2; i += 1) talk.tts.failNext(REFUSED);
  await talk.begin();
  await talk.wait(200);
  await talk.says('Buenas tardes', { ms: 600, wordsAfterMs: null });
  talk.line.dies(REFUSED);
  await talk.until(() => talk.stt.streams.length === 1);
  await talk.until(() => talk.transcript.includes(OPENING));
  assert.equal(talk.call.endReason, undefined, 'nothing waits for the end of the call');
  assert.equal(talk.transcript[0], `caller: ${INAUDIBLE}`);
  talk.call.stop();
});

test('a model that takes the call and says nothing at all is left after two attempts', async () => {
  const talk = new RealtimeHarness();
  talk.model.readyAfterMs = null;
  const beganMs = talk.clock.monotonicMs();
  await talk.begin();
  await talk.until(() => talk.stt.streams.length === 1);
  assert.equal(talk.model.sessions.length, 2);
  assert.ok(talk.clock.monotonicMs() - beganMs < 10_000);
  await talk.until(() => talk.transcript.includes(OPENING));
  talk.call.stop();
});

test('keys that were not passed on yet reach the cascade', async () => {
  const talk = await talking();
  talk.leg.press('7');
  talk.line.dies(REFUSED);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.ok(talk.transcript.includes('caller: [DTMF 7]'));
  talk.call.stop();
});

test('the cascade keeps to the longest duration of the call', async () => {
  const talk = await talking({
    turns: { limits: { maxCallMs: 30_000 }, silence: { idleAfterMs: 100_000 } },
  });
  talk.line.dies(REFUSED);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'time-limit');
  assert.ok(talk.clock.monotonicMs() < 40_000);
});

test('without a cascade either the call ends, so that a message is taken', async () => {
  const talk = await talking();
  talk.stt.open = () => {
    throw new Error('no recognition');
  };
  talk.line.dies(REFUSED);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'provider-failure');
});
