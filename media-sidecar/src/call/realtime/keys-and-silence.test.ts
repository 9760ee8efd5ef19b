import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking, GOODBYE, saysGoodbyeAndHangsUp } from '../testing/asking-caller.ts';
import { RealtimeHarness } from '../testing/realtime-harness.ts';
import { MS_PER_CHARACTER, speak } from '../testing/realtime-script.ts';

test('keys reach the model together after a pause, as a turn of the caller', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  for (const key of '12') {
    talk.leg.press(key);
    await talk.wait(400);
  }
  await talk.wait(1000);
  assert.deepEqual(talk.line.asked('add'), []);
  await talk.wait(200);
  assert.deepEqual(talk.line.asked('add')[0]?.items, [{ role: 'caller', text: '[DTMF 12]' }]);
  talk.answers('Le entendí doce.');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript.slice(1), ['caller: [DTMF 12]', 'agent: Le entendí doce.']);
  talk.call.stop();
});

test('# passes the keys on at once', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  talk.leg.press('1');
  talk.leg.press('#');
  await talk.wait(20);
  assert.deepEqual(talk.line.asked('add')[0]?.items, [{ role: 'caller', text: '[DTMF 1#]' }]);
  assert.equal(talk.line.asked('respond').length, 2);
  talk.call.stop();
});

test('a key over the agent stops it, and the model is cancelled', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('Opciones, por favor');
  talk.answers('Para ventas marque uno, para servicio marque dos.', { everyMs: 200 });
  await talk.wait(1000);
  talk.leg.press('1');
  assert.equal(talk.line.asked('truncate').length, 1);
  assert.equal(talk.line.asked('cancel').length, 1);
  assert.equal(talk.metrics.times('interruptions', { by: 'key' }), 1);
  talk.call.stop();
});

test('a key while the disclosure is heard waits for its end', async () => {
  const talk = await new RealtimeHarness().begin();
  await talk.until(() => talk.agentSounds);
  talk.leg.press('1');
  talk.leg.press('#');
  await talk.wait(500);
  assert.equal(talk.leg.clears, 0);
  assert.deepEqual(talk.line.asked('add'), []);
  await talk.until(() => talk.line.asked('add').length === 1);
  assert.equal(talk.agentTurns.length, 1);
  talk.call.stop();
});

test('keys over the end of the disclosure are one turn', async () => {
  const opening = 'Hola, habla con Automotora Andes. Soy un asistente virtual.';
  const talk = await new RealtimeHarness().begin();
  await talk.until(() => talk.agentSounds);
  await talk.wait(opening.length * MS_PER_CHARACTER - 200);
  assert.equal(talk.agentTurns.length, 0);
  talk.leg.press('1');
  await talk.wait(500);
  assert.equal(talk.agentTurns.length, 1);
  talk.leg.press('2');
  await talk.wait(2000);
  assert.deepEqual(
    talk.line.asked('add').map(({ items }) => items),
    [[{ role: 'caller', text: '[DTMF 12]' }]],
  );
  talk.call.stop();
});

test('silence is asked about twice, then the call ends; a word in between begins anew', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript.at(-1), 'agent: ¿Sigue ahí?');
  await talk.exchange('Sí, aquí estoy', 'Perfecto.');
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'idle');
  assert.deepEqual(talk.transcript.slice(-3), [
    'agent: ¿Sigue ahí?',
    'agent: ¿Hola? ¿Me escucha?',
    'agent: Parece que no le escucho. Si lo necesita, llámenos de nuevo. Que tenga un buen día.',
  ]);
  const idle = talk.line.asked('respond').slice(-1)[0]?.request;
  assert.deepEqual([idle?.mayUseTools, idle?.outOfBand], [false, false]);
});

test('words that never come keep nobody from being asked whether he is there, nor his audio', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('x', { ms: 500, wordsAfterMs: null });
  talk.answers('¿Me lo repite?');
  await talk.until(() => talk.transcript.at(-1) === 'agent: ¿Sigue ahí?', 25_000);
  talk.killsSession();
  await talk.until(() => talk.model.sessions.length === 2);
  // A second, and what came in this moment.
  assert.ok(talk.line.frames.length <= 52, `${talk.line.frames.length} frames were kept`);
  talk.call.stop();
});

test('a model that says none of them is asked about silence all the same, and the call ends', async () => {
  const talk = await new RealtimeHarness({
    onSay: (session, text, request) => {
      if (text.startsWith('Hola, habla')) speak(session, 'opening', text, request);
    },
  }).afterOpening();
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'idle');
  assert.deepEqual(talk.spokenByOtherVoice.slice(0, 2), ['¿Sigue ahí?', '¿Hola? ¿Me escucha?']);
});

test('a model that falls silent in such a question is left for another session', async () => {
  const talk = await new RealtimeHarness({
    onSay: (session, text, request) => {
      if (text.startsWith('Hola, habla')) speak(session, 'opening', text, request);
      else session.sounds(session.begins('stalls', request.tag), 'item', 300);
    },
  }).afterOpening();
  await talk.until(() => talk.model.sessions.length === 2, 20_000);
  await talk.exchange('¿Abren hoy?', 'Sí.');
  talk.call.stop();
});

test('nobody is asked whether he is there while he speaks, or while he waits for an answer', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('Cuénteme todo', { ms: 9000 });
  talk.answers('Una historia muy larga.', {}, 12_000);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.line.asked('respond').length, 1);
  talk.call.stop();
});

test('the longest call ends with an explanation that nobody can stop', async () => {
  const talk = await new RealtimeHarness({
    turns: { limits: { maxCallMs: 30_000 } },
  }).afterOpening();
  await talk.says('Cuénteme todo');
  talk.answers('Una historia muy larga.', {}, 60_000);
  await talk.until(() => talk.clock.monotonicMs() > 31_000);
  await talk.startsSpeaking(500);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'time-limit');
  assert.match(talk.transcript.at(-1)!, /^agent: Debo terminar la llamada/);
  assert.match(talk.transcript.at(-2)!, /^agent \(cut\): Una/);
});

test('a goodbye over which the call reaches its limit is not taken back, and keeps its reason', async () => {
  const talk = await asking({ turns: { limits: { maxCallMs: 30_000 } } });
  talk.answers('Cien pesos.');
  await talk.until(() => talk.clock.monotonicMs() > 28_000);
  saysGoodbyeAndHangsUp(talk, 4000);
  await talk.until(() => talk.clock.monotonicMs() > 30_100);
  await talk.says('Espere, otra cosa', { ms: 800 });
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'agent-hung-up');
  assert.ok(talk.clock.monotonicMs() < 35_000);
  assert.ok(talk.transcript.includes(`agent: ${GOODBYE}`));
});

test('what is found out over the last words is told to the model, which says nothing to it', async () => {
  const talk = await new RealtimeHarness({
    turns: { limits: { maxCallMs: 30_000 } },
  }).afterOpening();
  talk.actions.optOut = () => talk.clock.sleep(3000).then(() => ({ ok: true, result: 1 }));
  await talk.until(() => talk.clock.monotonicMs() > 28_000);
  talk.line.asksFor({ callId: 'c1', name: 'opt_out' });
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'time-limit');
  assert.equal(talk.line.asked('tool-result')[0]?.output, '1');
  const answers = talk.line.asked('respond').filter(({ request }) => !request.instructions);
  assert.deepEqual(answers, []);
});

test('a model that does not answer by itself is asked', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Hola?');
  await talk.wait(2400);
  assert.equal(talk.line.asked('respond').length, 1);
  await talk.wait(200);
  assert.equal(talk.line.asked('respond').length, 2);
  talk.call.stop();
});
