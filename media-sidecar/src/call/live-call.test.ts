import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CascadeHarness } from './testing/cascade-harness.ts';
import { fakeTenant } from './testing/fake-session.ts';

const GREETING = 'Hola, habla con Automotora Andes. Soy un asistente virtual.';

test('greets with the disclosure, answers a question, and records both with their delays', async () => {
  const talk = await new CascadeHarness({
    replies: [{ text: ['Atendemos de lunes a viernes ', 'de nueve a seis.'] }],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('¿Qué horario tienen?');
  await talk.until(() => talk.agentTurns.length === 2);

  assert.deepEqual(talk.transcript, [
    `agent: ${GREETING}`,
    'caller: ¿Qué horario tienen?',
    'agent: Atendemos de lunes a viernes de nueve a seis.',
  ]);
  const { delays } = talk.agentTurns[1]!;
  // Nobody waits longer than the 300 ms of a question, and the model's time runs meanwhile.
  assert.equal(delays.endOfTurnMs, 300);
  assert.ok(delays.modelFirstTokenMs! >= 300 && delays.modelFirstTokenMs! <= 520);
  assert.ok(delays.firstAudioByteMs! >= delays.modelFirstTokenMs!);
  assert.equal(delays.firstAudioSentMs, delays.firstAudioByteMs);
  assert.ok(delays.firstMarkMs! > delays.firstAudioSentMs!);
  assert.deepEqual(talk.llm.requests[0]!.history.at(-1), {
    role: 'caller',
    text: '¿Qué horario tienen?',
  });
  talk.call.stop();
});

test('measures what it adds itself apart from what the providers take', async () => {
  const talk = await new CascadeHarness({
    replies: [{ text: ['Atendemos ', 'todos los días. ', 'Hasta las seis.'] }],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('¿Qué horario tienen?');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.metrics.measuredMs('end_of_turn_wait'), [300]);
  assert.deepEqual(talk.metrics.measuredMs('model_first_token'), [300]);
  // In virtual time the process itself takes none.
  assert.deepEqual(talk.metrics.measuredMs('own_overhead'), [0]);
  assert.deepEqual(talk.metrics.measuredMs('response_total'), [
    talk.agentTurns[1]!.delays.firstAudioSentMs,
  ]);
  talk.call.stop();
});

test('the next sentence is turned into speech while the first one plays, in order', async () => {
  const talk = await new CascadeHarness({
    replies: [{ text: ['Tenemos tres sedes. Todas abren a las nueve. ¿Cuál le queda cerca?'] }],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('¿Dónde están ustedes?');
  await talk.until(() => talk.agentSounds);
  await talk.wait(300);
  assert.ok(talk.tts.requests.length > 3, 'greeting, disclosure, and more than one sentence');
  await talk.until(() => talk.agentTurns.length === 2);
  const items = [...new Set(talk.leg.played.map(({ itemId }) => itemId))].slice(-3);
  assert.deepEqual(
    items.map((id) => id.split('.')[1]),
    ['0', '1', '2'],
  );
  assert.deepEqual(
    talk.tts.requests.slice(-3).map(({ text }) => text),
    ['Tenemos tres sedes.', 'Todas abren a las nueve.', '¿Cuál le queda cerca?'],
  );
  talk.call.stop();
});

test('all audio of the caller goes to the recognition, also what came before the call began', async () => {
  const talk = new CascadeHarness();
  for (let frame = 0; frame < 5; frame += 1) talk.leg.hear(new Uint8Array(160).fill(0xff));
  await talk.begin();
  await talk.wait(100);
  assert.equal(talk.stt.stream.frames.length, talk.leg.framesReceived);
  assert.ok(talk.leg.framesReceived >= 9);
  talk.call.stop();
});

test('a fault of ours ends that call only, and leaves the caller a message to take', async () => {
  const session = { tenant: fakeTenant({ timezone: 'Not/AZone' }) };
  const talk = await new CascadeHarness({ session }).afterGreeting();
  await talk.say('¿Qué horario tienen?', { thenMs: 500 });
  assert.equal((await talk.call.ended).reason, 'provider-failure');
  assert.equal(talk.recorder.endings.length, 1);
});

test('markdown is not spoken', async () => {
  const talk = await new CascadeHarness({
    replies: [{ text: ['**Horario:**\n- Lunes a viernes 😀\n- Sábados'] }],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('¿Qué horario tienen?');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.agentTurns[1]!.text, 'Horario: Lunes a viernes Sábados');
  talk.call.stop();
});
