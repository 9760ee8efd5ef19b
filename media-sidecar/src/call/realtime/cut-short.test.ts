import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RealtimeHarness, type RealtimeSetup } from '../testing/realtime-harness.ts';

/** Answers of which the end is missing: of the audio, or only of what the model tells about it. */

const ANSWER = 'Atendemos de nueve a seis.';
const REST = 'Y los sábados de diez a dos.';
const BRIDGE = 'Un momento, por favor, se cortó un segundo la conexión.';

const setup: RealtimeSetup = {
  onAnswer: (session) => void session.speaks('rest', REST, 1500, { responseId: 'rest' }),
};

/** Everything of an answer but the end of its response. */
async function answered(talk: RealtimeHarness): Promise<string> {
  await talk.says('¿Qué horario tienen?');
  const responseId = talk.line.begins();
  talk.line.listener.onAgentWords({ responseId, itemId: 'answer', delta: ANSWER });
  talk.line.sounds(responseId, 'answer', 1500);
  talk.line.listener.onAudioDone('answer');
  return responseId;
}

test('a session that dies when all audio of the answer was there is no news for the caller', async () => {
  const talk = await new RealtimeHarness(setup).afterOpening();
  await answered(talk);
  talk.killsSession();
  await talk.wait(6000);
  assert.deepEqual(talk.spokenByOtherVoice, []);
  assert.deepEqual(talk.transcript.slice(2), [`agent: ${ANSWER}`]);
  await talk.exchange('¿Y mañana?', 'También.');
  assert.deepEqual(talk.transcript.slice(-2), ['caller: ¿Y mañana?', 'agent: También.']);
  talk.call.stop();
});

test('a session that dies after such an answer, but in a tool’s call, owes what the tool is for', async () => {
  const talk = await new RealtimeHarness(setup).afterOpening();
  const responseId = await answered(talk);
  const call = { itemId: 'call', callId: 'c1', name: 'precio', arguments: '{}' };
  talk.line.listener.onToolCall({ responseId, ...call });
  talk.killsSession();
  await talk.until(() => talk.transcript.at(-1) === `agent: ${REST}`);
  assert.deepEqual(talk.spokenByOtherVoice, [BRIDGE]);
  talk.call.stop();
});

test('a model that falls silent in the middle of its answer is given up, and another session goes on', async () => {
  const talk = await new RealtimeHarness(setup).afterOpening();
  await talk.says('¿Qué horario tienen?');
  const responseId = talk.line.begins();
  talk.line.listener.onAgentWords({ responseId, itemId: 'answer', delta: 'Atendemos de' });
  talk.line.sounds(responseId, 'answer', 800);
  await talk.wait(7000);
  assert.equal(talk.model.sessions.length, 1);
  await talk.until(() => talk.model.sessions.length === 2, 2000);
  await talk.until(() => talk.transcript.at(-1) === `agent: ${REST}`);
  assert.deepEqual(talk.spokenByOtherVoice, [BRIDGE]);
  talk.call.stop();
});

test('an answer whose audio comes slowly is not given up', async () => {
  const talk = await new RealtimeHarness(setup).afterOpening();
  await talk.says('¿Qué horario tienen?');
  talk.answers(ANSWER, { deltaMs: 300, everyMs: 3000 }, 1500);
  await talk.until(() => talk.transcript.at(-1) === `agent: ${ANSWER}`);
  await talk.wait(7000);
  assert.equal(talk.model.sessions.length, 1);
  talk.call.stop();
});
