import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VOICED_BYTE } from '../testing/fake-ports.ts';
import { RealtimeHarness } from '../testing/realtime-harness.ts';

const OPTIONS = { sessionLimitMs: 60_000, handoverBeforeMs: 20_000, handoverLatestMs: 5000 };
const PATIENT = { silence: { idleAfterMs: 120_000 } };

async function talking(onAnswer?: (talk: RealtimeHarness) => void) {
  const talk: RealtimeHarness = new RealtimeHarness({
    options: OPTIONS,
    turns: PATIENT,
    onAnswer: () => onAnswer?.(talk),
  });
  return talk.afterOpening();
}

const untilAge = (talk: RealtimeHarness, ms: number) =>
  talk.until(() => talk.clock.monotonicMs() >= ms);

test('the call moves to a second session in a quiet moment, and nobody hears it', async () => {
  const talk = await talking();
  await talk.exchange('¿Abren hoy?', 'Sí, hasta las seis.');
  await untilAge(talk, 39_000);
  assert.equal(talk.model.sessions.length, 1);
  await untilAge(talk, 41_000);
  const [first, second] = talk.model.sessions;
  assert.equal(talk.model.sessions.length, 2);
  assert.equal(first?.closed, true);
  assert.equal(second?.closed, false);
  assert.equal(second?.settings.answers, 'by-itself');
  const told = second?.asked('add').flatMap(({ items }) => items) ?? [];
  assert.deepEqual(
    told.map((item) => item.role),
    ['agent', 'caller', 'agent'],
  );
  assert.deepEqual(second?.asked('respond'), []);
  assert.deepEqual(talk.spokenByOtherVoice, []);
  await talk.exchange('¿Y mañana?', 'También.');
  assert.equal(talk.transcript.length, 5);
  talk.call.stop();
  assert.equal(second?.closed, true);
});

test('every frame of the caller reaches the one session or the other', async () => {
  const talk = await talking();
  await untilAge(talk, 45_000);
  const frames = talk.model.sessions.reduce((sum, { frames: { length } }) => sum + length, 0);
  assert.ok(frames >= talk.leg.framesReceived, `${frames} of ${talk.leg.framesReceived}`);
  talk.call.stop();
});

test('it waits until the caller has spoken and was answered', async () => {
  const talk = await talking();
  await untilAge(talk, 39_500);
  const itemId = await talk.startsSpeaking(3000);
  assert.equal(talk.line, talk.model.sessions[1]);
  assert.equal(talk.model.sessions[0]?.closed, false);
  talk.model.sessions.pop();
  await talk.stopsSpeaking(itemId, '¿Abren hoy?');
  talk.answers('Sí, hasta las seis.');
  await talk.wait(500);
  assert.equal(talk.model.sessions[0]?.closed, false);
  await talk.until(() => talk.agentTurns.length === 2);
  await talk.wait(500);
  assert.equal(talk.model.sessions[0]?.closed, true);
  talk.call.stop();
});

test('it does not wait beyond the limit: what is said then goes on in the new session', async () => {
  const talk = await talking((one) => one.answers('Eso es todo.'));
  await untilAge(talk, 50_000);
  // Back in the first session: the second one came in a quiet moment, long before.
  assert.equal(talk.model.sessions.length, 2);
  const { length } = talk.model.sessions;
  await untilAge(talk, 80_000);
  await talk.says('Cuénteme todo');
  talk.answers('Una historia que no acaba nunca.', { everyMs: 200 }, 60_000);
  await talk.until(() => talk.model.sessions.length > length && talk.line.asked('add').length > 0);
  await talk.until(() => talk.transcript.at(-1) === 'agent: Eso es todo.');
  assert.equal(talk.spokenByOtherVoice.length, 1);
  talk.call.stop();
});

test('a second session that fails is tried again, as long as the first one lives', async () => {
  const talk = await talking();
  talk.model.failNext();
  talk.model.failNext();
  await untilAge(talk, 52_000);
  assert.equal(talk.model.sessions.length, 4);
  assert.equal(talk.line.isReady, true);
  assert.equal(talk.model.sessions[0]?.closed, true);
  assert.equal(talk.metrics.times('provider_fallbacks'), 0);
  talk.call.stop();
});

for (const [state, readyAfterMs] of [
  ['is ready', 100],
  ['is about to be', 3000],
] as const) {
  test(`a session that dies while the second one ${state} is followed by that one`, async () => {
    const talk = await talking();
    talk.model.readyAfterMs = readyAfterMs;
    await untilAge(talk, 39_500);
    const itemId = await talk.startsSpeaking(2000);
    const [first, second] = talk.model.sessions;
    first?.dies();
    await talk.until(() => talk.line.isReady);
    await talk.wait(200);
    assert.ok(second?.frames.some((frame) => frame[0] === VOICED_BYTE));
    await talk.stopsSpeaking(itemId, '¿Abren hoy?');
    talk.answers('Sí, hasta las seis.');
    await talk.until(() => talk.agentTurns.length === 2);
    assert.deepEqual(talk.transcript.slice(1), [
      'caller: ¿Abren hoy?',
      'agent: Sí, hasta las seis.',
    ]);
    // Nor is a further one opened until it is due for this one.
    await untilAge(talk, 75_000);
    assert.equal(talk.model.sessions.length, 2);
    talk.call.stop();
    assert.ok(talk.model.sessions.every(({ closed }) => closed));
  });
}

test('no second session is opened beside one that is not ready', async () => {
  const talk = await talking();
  await untilAge(talk, 39_000);
  talk.model.readyAfterMs = 3500;
  talk.killsSession();
  await untilAge(talk, 42_000);
  assert.equal(talk.model.sessions.length, 2);
  talk.call.stop();
});
