import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saysNothing } from '../testing/asking-caller.ts';
import { fakeTool } from '../testing/fake-session.ts';
import { RealtimeHarness } from '../testing/realtime-harness.ts';

/**
 * The model is told not to answer a cough: one that says nothing does as it is told, as long as
 * nobody has asked anything.
 */

async function talking() {
  return new RealtimeHarness({ session: { tools: [fakeTool('precio')] } }).afterOpening();
}

/** Nothing went wrong: the model is there, was asked once for the opening, and nobody waits. */
async function assertNobodyWaits(talk: RealtimeHarness): Promise<void> {
  await talk.until(() => talk.transcript.at(-1) === 'agent: ¿Sigue ahí?', 12_000);
  const asked = talk.line.asked('respond').filter(({ request }) => !request.instructions);
  assert.deepEqual(asked, []);
  assert.deepEqual([talk.model.sessions.length, talk.metrics.times('provider_fallbacks')], [1, 0]);
  assert.equal(talk.metrics.times('provider_errors'), 0);
  talk.call.stop();
}

for (const words of ['', 'Mm…', 'Ajá.', 'ya, ya']) {
  for (const wordsAfterMs of [100, 2500]) {
    test(`a model may say nothing to ${JSON.stringify(words)}, known ${wordsAfterMs} ms later`, async () => {
      const talk = await talking();
      await talk.says(words, { ms: 300, wordsAfterMs });
      await talk.wait(500);
      saysNothing(talk);
      await assertNobodyWaits(talk);
    });
  }
}

test('a model may say nothing to noise of which nobody can tell the words', async () => {
  const talk = await talking();
  const itemId = await talk.says('', { ms: 300, wordsAfterMs: null });
  saysNothing(talk);
  await talk.wait(300);
  talk.line.listener.onCallerWordsLost(itemId);
  await assertNobodyWaits(talk);
});

test('a question of which nobody can tell the words is asked for again, then the cascade answers', async () => {
  const talk = await talking();
  const itemId = await talk.says('', { ms: 2500, wordsAfterMs: null });
  saysNothing(talk);
  await talk.wait(300);
  assert.equal(talk.line.asked('respond').length, 1);
  talk.line.listener.onCallerWordsLost(itemId);
  await talk.wait(50);
  assert.equal(talk.line.asked('respond').length, 2);
  saysNothing(talk);
  await talk.until(() => talk.metrics.times('provider_fallbacks', { source: 'realtime' }) === 1);
  talk.call.stop();
});

test('so is one of which that is known before its turn has its place', async () => {
  const talk = await talking();
  const itemId = await talk.startsSpeaking(2500);
  talk.line.listener.onCallerWordsLost(itemId);
  await talk.stopsSpeaking(itemId, '', { wordsAfterMs: null });
  saysNothing(talk);
  await talk.wait(50);
  assert.equal(talk.line.asked('respond').length, 2);
  talk.call.stop();
});

test('so is one whose words are overdue; noise whose words are is none', async () => {
  for (const [ms, asked] of [
    [2500, 2],
    [300, 1],
  ] as const) {
    const talk = await talking();
    await talk.says('', { ms, wordsAfterMs: null });
    saysNothing(talk);
    await talk.wait(10_100);
    assert.equal(talk.line.asked('respond').length, asked, `${ms} ms of speech`);
    talk.call.stop();
  }
});

test('long noise that was heard well, and holds no words, is no question', async () => {
  const talk = await talking();
  await talk.says('', { ms: 2500 });
  await talk.wait(500);
  saysNothing(talk);
  await assertNobodyWaits(talk);
});

test('noise again and again never leaves the model', async () => {
  const talk = await talking();
  for (const words of ['', 'Ajá', '']) {
    await talk.says(words, { ms: 300 });
    saysNothing(talk);
    await talk.wait(400);
  }
  await assertNobodyWaits(talk);
});

test('unclear audio that the model asks about is a turn as any other', async () => {
  const talk = await talking();
  await talk.says('', { ms: 800 });
  talk.answers('Disculpe, no le escuché bien. ¿Me lo repite?');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.match(talk.transcript.at(-1)!, /^agent: Disculpe/);
  await assertNobodyWaits(talk);
});

test('a question whose words come late is asked for again when they are known', async () => {
  const talk = await talking();
  await talk.says('¿Abren hoy?', { wordsAfterMs: 1500 });
  saysNothing(talk);
  await talk.wait(1400);
  assert.equal(talk.line.asked('respond').length, 1);
  await talk.wait(200);
  assert.equal(talk.line.asked('respond').length, 2);
  talk.call.stop();
});

test('a question is not answered by saying nothing to the cough behind it', async () => {
  const talk = await talking();
  await talk.says('¿Abren hoy?');
  talk.line.begins('interrupted');
  const cough = await talk.startsSpeaking(200);
  talk.line.ends({ responseId: 'interrupted', status: 'cancelled', reason: 'turn_detected' });
  await talk.stopsSpeaking(cough, '');
  await talk.wait(300);
  saysNothing(talk);
  await talk.wait(50);
  assert.equal(talk.line.asked('respond').length, 2);
  talk.call.stop();
});

test('"sí" to what the agent asked is an answer, and wants one', async () => {
  const talk = await talking();
  await talk.exchange('Quiero un auto', '¿Le reservo una hora?');
  await talk.says('Sí.');
  await talk.wait(300);
  saysNothing(talk);
  await talk.wait(50);
  assert.equal(talk.line.asked('respond').length, 2);
  talk.call.stop();
});

test('what a tool found has to be told, whatever the caller said before', async () => {
  const talk = await talking();
  talk.tools.offer('precio', { ok: true, result: 1 }, 100);
  await talk.says('Ajá');
  talk.line.asksFor({ callId: 'c1', name: 'precio' });
  await talk.wait(300);
  assert.equal(talk.line.asked('respond').length, 2);
  saysNothing(talk);
  await talk.wait(50);
  assert.equal(talk.line.asked('respond').length, 3);
  talk.call.stop();
});

test('a question whose words come while the caller goes on is part of what he says', async () => {
  const talk = await talking();
  await talk.says('¿Abren hoy?', { wordsAfterMs: 1000 });
  saysNothing(talk);
  await talk.startsSpeaking(2000);
  assert.equal(talk.metrics.times('provider_errors'), 0);
  assert.equal(talk.line.asked('respond').length, 1);
  talk.call.stop();
});

test('a cough of which the call’s end tells the words leaves nothing behind', async () => {
  const talk = await talking();
  talk.tools.offer('precio', { ok: true, result: 1 }, 9000);
  await talk.says('¿Cuánto cuesta?');
  talk.line.asksFor({ callId: 'c1', name: 'precio' });
  await talk.wait(300);
  await talk.says('', { ms: 300, wordsAfterMs: null });
  saysNothing(talk);
  await talk.wait(300);
  talk.leg.end('caller-hung-up');
  await talk.call.ended;
  await talk.wait(100);
  assert.equal(talk.clock.pendingTimers, 0);
});
