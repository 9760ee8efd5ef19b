import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CascadeHarness } from './testing/cascade-harness.ts';

const LONG =
  'Tenemos tres sedes en Santiago. La primera está en Providencia y abre a las nueve. La segunda está en Maipú.';

async function midAnswer(
  after = 2000,
  replies = [{ text: [LONG] }, { text: ['Con mucho gusto.'] }],
) {
  const talk = await new CascadeHarness({ replies }).afterGreeting();
  await talk.wait(500);
  await talk.say('¿Dónde están ustedes?');
  await talk.until(() => talk.agentSounds);
  await talk.wait(after);
  return talk;
}

test('words over the agent stop it, and history and record hold only what was heard', async () => {
  const talk = await midAnswer(4000);
  const clearsBefore = talk.leg.clears;
  await talk.say('No, espere, quiero ir a Viña');
  assert.equal(talk.leg.clears, clearsBefore + 1);
  await talk.until(() => talk.agentTurns.length === 3);

  const cut = talk.agentTurns[1]!;
  assert.equal(cut.interrupted, true);
  assert.ok(cut.text.length > 20 && LONG.startsWith(cut.text), cut.text);
  assert.ok(cut.text.length < LONG.length / 1.5, cut.text);
  assert.equal(cut.generatedText, LONG);
  const { history } = talk.llm.requests.at(-1)!;
  assert.deepEqual(history.slice(-3), [
    { role: 'caller', text: '¿Dónde están ustedes?' },
    { role: 'agent', text: cut.text },
    { role: 'caller', text: 'No, espere, quiero ir a Viña' },
  ]);
  talk.call.stop();
});

test('an interruption is noticed within one frame of the first real word', async () => {
  const talk = await midAnswer();
  const clearsBefore = talk.leg.clears;
  await talk.say('espere', { ms: 240, finalAfterMs: null });
  assert.equal(talk.leg.clears, clearsBefore + 1);
  talk.call.stop();
});

test('a backchannel does not stop the agent, and is no turn when it lies well before the end', async () => {
  const talk = await midAnswer();
  const clearsBefore = talk.leg.clears;
  await talk.say('ajá', { ms: 400 });
  await talk.until(() => talk.agentTurns.length === 2);
  await talk.wait(4000);
  assert.equal(talk.leg.clears, clearsBefore);
  assert.equal(talk.agentTurns[1]!.text, LONG);
  assert.equal(talk.llm.requests.length, 1);
  talk.call.stop();
});

test('a "sí" right before the end of a question is its answer', async () => {
  const talk = await midAnswer(0, [
    { text: ['¿Le reservo una hora para mañana?'] },
    { text: ['Listo.'] },
  ]);
  await talk.wait(talk.tts.audioMs('¿Le reservo una hora para mañana?') - 700);
  await talk.say('sí', { ms: 300 });
  await talk.until(() => talk.agentTurns.length === 3);
  assert.deepEqual(talk.transcript.slice(-3), [
    'agent: ¿Le reservo una hora para mañana?',
    'caller: sí',
    'agent: Listo.',
  ]);
  talk.call.stop();
});

test('noise shorter than an interruption leaves the agent alone', async () => {
  const talk = await midAnswer();
  const clearsBefore = talk.leg.clears;
  await talk.noise(300);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.leg.clears, clearsBefore);
  assert.equal(talk.agentTurns[1]!.text, LONG);
  talk.call.stop();
});

test('after a false interruption the agent goes on with the word that was cut', async () => {
  const talk = await midAnswer();
  await talk.noise(900);
  assert.equal(talk.agentSounds, false);
  const itemsBefore = new Set(talk.leg.played.map(({ itemId }) => itemId));
  const requestsBefore = talk.tts.requests.length;
  await talk.wait(1900);
  assert.equal(talk.agentSounds, false, 'it waits for words first');
  await talk.until(() => talk.agentSounds);
  const resumed = talk.leg.played.find(({ itemId }) => !itemsBefore.has(itemId))!;
  assert.match(resumed.itemId, /~1$/);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.agentTurns[1]!.text, LONG);
  assert.equal(talk.agentTurns[1]!.interrupted, false);
  assert.equal(talk.llm.requests.length, 1, 'the model is not asked again');
  // The sentence that was cut comes from memory: only later sentences may still be synthesized.
  const again = talk.tts.requests.slice(requestsBefore).map(({ text }) => text);
  assert.ok(!again.includes('Tenemos tres sedes en Santiago.'));
  talk.call.stop();
});

test('what is resumed is no more than the word that was cut and the rest', async () => {
  const talk = await midAnswer();
  await talk.noise(900);
  await talk.until(() => talk.agentTurns.length === 2);
  const bytes = talk.leg.played
    .filter(({ itemId }) => itemId.endsWith('~1'))
    .reduce((sum, { mulaw }) => sum + mulaw.byteLength, 0);
  const wholeMs = talk.tts.audioMs('La primera está en Providencia y abre a las nueve.');
  const sentenceMs = talk.tts.audioMs('Tenemos tres sedes en Santiago.');
  assert.ok(bytes / 8 < Math.max(wholeMs, sentenceMs) + sentenceMs);
  talk.call.stop();
});

test('words after a noise make it a real interruption', async () => {
  const talk = await midAnswer();
  await talk.noise(700);
  await talk.say('quiero otra cosa');
  await talk.until(() => talk.agentTurns.length === 3);
  assert.equal(talk.agentTurns[1]!.interrupted, true);
  assert.equal(talk.transcript.at(-1), 'agent: Con mucho gusto.');
  talk.call.stop();
});

test('two interruptions in a row each cut what was heard', async () => {
  const talk = await midAnswer(3000, [
    { text: [LONG] },
    { text: [LONG] },
    { text: ['De acuerdo.'] },
  ]);
  await talk.say('espere, dígame otra cosa');
  await talk.until(() => talk.agentSounds);
  await talk.wait(2500);
  await talk.say('no, eso no');
  await talk.until(() => talk.agentTurns.length === 4);
  const [, first, second, last] = talk.agentTurns;
  assert.ok(first!.interrupted && second!.interrupted && !last!.interrupted);
  assert.equal(last!.text, 'De acuerdo.');
  talk.call.stop();
});

test('the caller cannot stop the greeting before the disclosure was heard, and is answered after it', async () => {
  const talk = await new CascadeHarness({ replies: [{ text: ['Claro que sí.'] }] }).begin();
  await talk.until(() => talk.agentSounds);
  await talk.say('Hola, quiero una hora por favor');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.leg.clears, 0);
  assert.deepEqual(talk.transcript, [
    'agent: Hola, habla con Automotora Andes. Soy un asistente virtual.',
    'caller: Hola, quiero una hora por favor',
    'agent: Claro que sí.',
  ]);
  talk.call.stop();
});

test('a key stops the agent and is passed on with those that follow it', async () => {
  const talk = await midAnswer();
  talk.leg.press('1');
  await talk.wait(200);
  talk.leg.press('2');
  await talk.until(() => talk.agentTurns.length === 3);
  assert.equal(talk.agentTurns[1]!.interrupted, true);
  assert.equal(talk.transcript.at(-2), 'caller: [DTMF 12]');
  talk.call.stop();
});
