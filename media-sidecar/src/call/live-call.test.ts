import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation } from './testing/conversation.ts';

const GREETING = 'Hola, habla con Automotora Andes. Soy un asistente virtual.';

test('greets with the disclosure, answers a question, and records both with their delays', async () => {
  const talk = await new Conversation({
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
  assert.deepEqual(talk.model.requests[0]!.history.at(-1), {
    role: 'caller',
    text: '¿Qué horario tienen?',
  });
  talk.call.stop();
});
