import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../kernel/errors.ts';
import { VOICED_BYTE } from '../testing/fake-ports.ts';
import { fakeTenant } from '../testing/fake-session.ts';
import { RealtimeHarness } from '../testing/realtime-harness.ts';
import { speak } from '../testing/realtime-script.ts';
import { INAUDIBLE } from './caller-turns.ts';

const SENTENCES = ['Hola, habla con Automotora Andes.', 'Soy un asistente virtual.'];
const OPENING = SENTENCES.join(' ');

test('the model speaks greeting and disclosure, and answers by itself when they were heard', async () => {
  const talk = await new RealtimeHarness().begin();
  const [asked] = talk.line.asked('respond');
  assert.equal(asked?.request.mayUseTools, false);
  assert.match(asked?.request.instructions ?? '', /palabra por palabra/);
  assert.equal(talk.line.settings.answers, 'when-asked');
  await talk.until(() => talk.agentSounds);
  assert.deepEqual(talk.line.asked('update'), []);
  await talk.until(() => talk.agentTurns.length === 1);
  assert.deepEqual(
    talk.line.asked('update').map(({ settings }) => settings),
    [{ answers: 'by-itself' }],
  );
  assert.deepEqual(talk.transcript, [`agent: ${OPENING}`]);
  assert.deepEqual(talk.spokenByOtherVoice, []);
  talk.call.stop();
});

test('speech over the disclosure does not stop it, and is answered after it', async () => {
  const talk = await new RealtimeHarness().begin();
  await talk.until(() => talk.agentSounds);
  await talk.says('Buenas tardes', { ms: 600 });
  assert.equal(talk.leg.clears, 0);
  assert.equal(talk.line.asked('respond').length, 1);
  await talk.until(() => talk.line.asked('respond').length === 2);
  assert.equal(talk.agentTurns.length, 1);
  assert.equal(talk.line.asked('respond')[1]?.request.instructions, undefined);
  talk.answers('Buenas tardes, ¿en qué le ayudo?');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript, [
    `agent: ${OPENING}`,
    'caller: Buenas tardes',
    'agent: Buenas tardes, ¿en qué le ayudo?',
  ]);
  talk.call.stop();
});

for (const [when, spokenMs, readyAfterMs] of [
  ['behind it', 2600, 1500],
  ['long behind it', 3000, 3500],
] as const) {
  test(`what was said over it is answered once where a new session hears it only ${when}`, async () => {
    const talk = await new RealtimeHarness().begin();
    await talk.until(() => talk.agentSounds);
    const itemId = await talk.startsSpeaking(spokenMs);
    await talk.stopsSpeaking(itemId, 'Quiero un auto', { wordsAfterMs: null });
    talk.model.readyAfterMs = readyAfterMs;
    talk.line.dies();
    await talk.until(() => talk.agentTurns.length === 1);
    await talk.until(() => talk.line.isReady);
    const { listener } = talk.line;
    listener.onCallerTurn({ itemId: 'again' });
    listener.onCallerWords({ itemId: 'again', text: 'Quiero un auto', final: true });
    talk.answers('Claro.');
    await talk.until(() => talk.agentTurns.length === 2);
    await talk.wait(5000);
    assert.equal(talk.model.sessions.length, 2);
    assert.deepEqual(talk.line.asked('respond'), []);
    const told = talk.line.asked('add').flatMap(({ items }) => items);
    assert.ok(!told.some(({ role }) => role === 'system'), 'nobody has to repeat anything');
    // A silence of seconds is filled.
    assert.deepEqual(
      talk.transcript.filter((line) => !line.startsWith('agent: Un momento')),
      [`agent: ${OPENING}`, 'caller: Quiero un auto', 'agent: Claro.'],
    );
    talk.call.stop();
  });
}

test('of two turns over it whose words are lost the later one is heard again, as a turn of its own', async () => {
  const talk = await new RealtimeHarness().begin();
  await talk.until(() => talk.agentSounds);
  await talk.says('Buenas tardes', { ms: 600, wordsAfterMs: null });
  await talk.startsSpeaking(600);
  talk.killsSession();
  await talk.until(() => talk.line.isReady);
  await talk.wait(300);
  const voiced = talk.line.frames.filter((frame) => frame[0] === VOICED_BYTE);
  assert.ok(voiced.length * 20 <= 700, `${voiced.length} frames, of both turns`);
  const { listener } = talk.line;
  listener.onCallerTurn({ itemId: 'later' });
  listener.onCallerWords({ itemId: 'later', text: 'Quiero un auto', final: true });
  await talk.until(() => talk.line.asked('respond').length === 1);
  talk.answers('Claro.');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript, [
    `agent: ${OPENING}`,
    `caller: ${INAUDIBLE}`,
    'caller: Quiero un auto',
    'agent: Claro.',
  ]);
  talk.call.stop();
});

test('who speaks while the last required word is heard stops what follows it', async () => {
  const greeting =
    'Soy el asistente virtual de Andes. ¿En qué le puedo ayudar hoy, estimado cliente?';
  const talk = await new RealtimeHarness({ session: { tenant: fakeTenant({ greeting }) } }).begin();
  await talk.until(() => talk.agentSounds);
  const itemId = await talk.startsSpeaking(4000);
  assert.equal(talk.leg.clears, 1);
  await talk.stopsSpeaking(itemId, 'Quiero un auto');
  await talk.until(() => talk.agentTurns.length === 1);
  assert.match(talk.transcript[0]!, /^agent \(cut\): Soy el asistente virtual de Andes\./);
  talk.call.stop();
});

test('a disclosure that the model leaves out is said by another voice, and heard to its end', async () => {
  const talk = await new RealtimeHarness({
    onSay: (session, _text, request) => speak(session, 'item', 'Hola, ¿cómo está?', request),
  }).begin();
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.spokenByOtherVoice, SENTENCES);
  assert.equal(talk.transcript[1], `agent: ${OPENING}`);
  assert.equal(talk.line.asked('update').length, 1);
  talk.call.stop();
});

test('only what is missing is said again', async () => {
  const talk = await new RealtimeHarness({
    onSay: (session, _text, request) =>
      speak(session, 'item', 'Hola, habla con Automotora Andes.', request),
  }).begin();
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.spokenByOtherVoice, ['Soy un asistente virtual.']);
  talk.call.stop();
});

test('a model that does not begin in time leaves the opening to another voice', async () => {
  const talk = await new RealtimeHarness({ onSay: () => undefined }).begin();
  await talk.until(() => talk.agentSounds);
  assert.ok(talk.clock.monotonicMs() < 3000);
  await talk.until(() => talk.agentTurns.length === 1);
  assert.deepEqual(talk.spokenByOtherVoice, SENTENCES);
  assert.equal(talk.line.asked('update').length, 1);
  assert.deepEqual(talk.transcript, [`agent: ${OPENING}`]);
  assert.deepEqual(talk.line.asked('add')[0]?.items, [{ role: 'agent', text: OPENING }]);
  talk.call.stop();
});

test('a session that is lost before the opening leaves it to another voice', async () => {
  const talk = new RealtimeHarness();
  talk.model.failNext();
  await talk.begin();
  await talk.until(() => talk.agentTurns.length === 1);
  assert.deepEqual(talk.spokenByOtherVoice, SENTENCES);
  assert.equal(talk.model.sessions.length, 2);
  talk.call.stop();
});

test('a session that is lost in the opening has what is required said again', async () => {
  const talk = await new RealtimeHarness({
    onSay: (session, text, { tag }) =>
      void session.speaks('item', text, 3000, { tag: tag ?? '', everyMs: 200 }),
  }).begin();
  await talk.until(() => talk.agentSounds);
  talk.killsSession();
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.spokenByOtherVoice, SENTENCES);
  assert.equal(talk.transcript[1], `agent: ${OPENING}`);
  talk.call.stop();
});

test('a model that falls silent in the opening has what is required said again', async () => {
  const talk = await new RealtimeHarness({
    onSay: (session, _text, { tag }) => {
      const responseId = session.begins('stalls', tag);
      session.listener.onAgentWords({ responseId, itemId: 'item', delta: 'Hola, habla' });
      session.sounds(responseId, 'item', 600);
    },
  }).begin();
  await talk.until(() => talk.agentSounds);
  await talk.wait(10_000);
  assert.equal(talk.model.sessions.length, 2);
  assert.deepEqual(talk.spokenByOtherVoice, SENTENCES);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript[1], `agent: ${OPENING}`);
  await talk.exchange('¿Abren hoy?', 'Sí.');
  talk.call.stop();
});

test('an opening that nobody can say ends the call, so that a message is taken', async () => {
  const refused = new ProviderError('fake', 'permission-denied', 'no', { retryable: false });
  const talk = new RealtimeHarness({ onSay: () => undefined });
  for (let i = 0; i < 9; i += 1) talk.tts.failNext(refused);
  await talk.begin();
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'provider-failure');
});
