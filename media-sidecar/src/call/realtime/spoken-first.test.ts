import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RealtimeHarness } from '../testing/realtime-harness.ts';
import { speak } from '../testing/realtime-script.ts';

/**
 * A caller who speaks at once is heard before the model has begun its greeting: in the model's
 * conversation the greeting then stands behind the question, as if it were the answer.
 */

const QUESTION = '¿Qué horario tienen?';
const ANSWER = 'De nueve a seis.';

const saidAgain = (talk: RealtimeHarness) => talk.line.asked('add').flatMap(({ items }) => items);

test('what was said before the greeting is what the model is asked to answer after it', async () => {
  const talk = await new RealtimeHarness({
    onSay: (session, text, request) =>
      void talk.clock.schedule(900, () => speak(session, 'greeting', text, request)),
    onAnswer: (session) => void session.speaks('answer', ANSWER, 900, { responseId: 'answer' }),
  }).begin();
  await talk.says(QUESTION, { ms: 200, turnAfterMs: 200, wordsAfterMs: 100 });
  assert.equal(talk.agentSounds, false);
  await talk.until(() => talk.transcript.length === 3);
  assert.deepEqual(saidAgain(talk), [{ role: 'caller', text: QUESTION }]);
  assert.equal(talk.transcript[0], `caller: ${QUESTION}`);
  assert.equal(talk.transcript[2], `agent: ${ANSWER}`);
  talk.call.stop();
});

test('what was said over the greeting stands behind it already', async () => {
  const talk = await new RealtimeHarness().begin();
  await talk.until(() => talk.agentSounds);
  await talk.says(QUESTION, { ms: 600 });
  await talk.until(() => talk.line.asked('respond').length === 2);
  assert.deepEqual(saidAgain(talk), []);
  talk.call.stop();
});

test('words that nobody could tell are not said again', async () => {
  const talk = await new RealtimeHarness({
    onSay: (session, text, request) =>
      void talk.clock.schedule(900, () => speak(session, 'greeting', text, request)),
  }).begin();
  await talk.says(QUESTION, { ms: 200, turnAfterMs: 200, wordsAfterMs: null });
  await talk.until(() => talk.line.asked('respond').length === 2);
  assert.deepEqual(saidAgain(talk), []);
  talk.call.stop();
});
