import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RealtimeHarness } from '../testing/realtime-harness.ts';
import { INAUDIBLE } from './caller-turns.ts';

const USAGE = {
  textInput: 100,
  audioInput: 50,
  cachedTextInput: 60,
  cachedAudioInput: 0,
  textOutput: 5,
  audioOutput: 40,
};

test('words that come after the answer began stand where they were said', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Abren los sábados?', { wordsAfterMs: 4000 });
  talk.answers('Sí, de diez a dos.');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: ¿Abren los sábados?',
    'agent: Sí, de diez a dos.',
  ]);
  talk.call.stop();
});

test('two turns whose words come in the wrong order stand in the right one', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  const first = await talk.says('Una pregunta', { wordsAfterMs: null });
  const second = await talk.says('¿Abren hoy?', { wordsAfterMs: null });
  talk.line.listener.onCallerWords({ itemId: second, text: '¿Abren hoy?', final: true });
  talk.answers('Sí.');
  await talk.wait(1000);
  assert.equal(talk.transcript.length, 1);
  talk.line.listener.onCallerWords({ itemId: first, text: 'Una pregunta', final: true });
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: Una pregunta',
    'caller: ¿Abren hoy?',
    'agent: Sí.',
  ]);
  talk.call.stop();
});

test('a turn whose words nobody can tell is a line of its own, marked as such', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  const itemId = await talk.says('x', { ms: 500, wordsAfterMs: null });
  talk.line.listener.onCallerWordsLost(itemId);
  talk.answers('¿Me lo repite?');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript.slice(1), [`caller: ${INAUDIBLE}`, 'agent: ¿Me lo repite?']);
  talk.call.stop();
});

test('words that never come hold up nothing for ever', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('x', { ms: 500, wordsAfterMs: null });
  talk.answers('¿Me lo repite?');
  await talk.wait(9000);
  assert.equal(talk.transcript.length, 1);
  await talk.wait(2000);
  assert.equal(talk.transcript.length, 3);
  talk.call.stop();
});

test('a caller who hangs up before the words came leaves his line', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  const itemId = await talk.says('x', { ms: 500, wordsAfterMs: null });
  talk.line.listener.onCallerWords({ itemId, text: 'Quiero saber', final: false });
  talk.leg.end('caller-hung-up');
  assert.equal((await talk.call.ended).reason, 'caller-hung-up');
  assert.deepEqual(talk.transcript.slice(1), ['caller: Quiero saber']);
  await talk.wait(1000);
  assert.equal(talk.clock.pendingTimers, 0);
});

test('a turn has its delays since the end of the caller’s speech', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Abren hoy?', { turnAfterMs: 300 });
  const responseId = talk.line.begins();
  await talk.wait(200);
  talk.line.speaks('a', 'Sí, hasta las seis.', 1000, { responseId });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.agentTurns[1]?.delays, {
    endOfTurnMs: 300,
    modelFirstTokenMs: 500,
    firstAudioByteMs: 500,
    firstAudioSentMs: 500,
    firstMarkMs: 520,
  });
  talk.call.stop();
});

test('what the model counted is recorded with its turn, cached tokens once', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Abren hoy?');
  talk.line.begins('tools-only');
  talk.line.ends({ responseId: 'tools-only', usage: { ...USAGE, audioOutput: 0 } });
  talk.answers('Sí.', { usage: USAGE });
  talk.line.listener.onTranscriptionUsage({ type: 'duration', seconds: 1.5 });
  await talk.until(() => talk.agentTurns.length === 2);
  const realtime = talk.recorder.usages.filter(({ service }) => service === 'realtime');
  assert.deepEqual(
    realtime.map(({ turnIndex, model }) => [turnIndex, model]),
    [
      [2, 'gpt-realtime-2.1'],
      [2, 'gpt-realtime-2.1'],
    ],
  );
  assert.deepEqual(realtime[1]?.amounts, {
    'text-input-token': 40,
    'cached-text-input-token': 60,
    'audio-input-token': 50,
    'text-output-token': 5,
    'audio-output-token': 40,
  });
  const [transcription] = talk.recorder.usages.filter(({ service }) => service === 'transcription');
  assert.deepEqual(
    [transcription?.model, transcription?.amounts, transcription?.turnIndex],
    ['gpt-4o-mini-transcribe', { second: 1.5 }, undefined],
  );
  talk.call.stop();
});

test('what another voice says in place of the model is recorded with its turn', async () => {
  const talk = await new RealtimeHarness({ onSay: () => undefined }).begin();
  await talk.until(() => talk.agentTurns.length === 1);
  const spoken = talk.recorder.usages.filter(({ service }) => service === 'text-to-speech');
  assert.deepEqual(
    spoken.map(({ turnIndex, provider, model, amounts }) => [turnIndex, provider, model, amounts]),
    [
      [0, 'google', 'chirp3-hd', { character: 'Hola, habla con Automotora Andes.'.length }],
      [0, 'google', 'chirp3-hd', { character: 'Soy un asistente virtual.'.length }],
    ],
  );
  talk.call.stop();
});
