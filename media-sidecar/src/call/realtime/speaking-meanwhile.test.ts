import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answersAskedFor,
  asking,
  asksForPrice,
  PRICE,
  resultsTold,
} from '../testing/asking-caller.ts';
import type { RealtimeHarness } from '../testing/realtime-harness.ts';

/** The caller speaks, or has just spoken, when what a tool has found comes in. */

/** The agent hangs up, and a tool that it called beside it keeps the end of the call waiting. */
async function hangingUp(toolMs: number): Promise<RealtimeHarness> {
  const talk = await asking();
  talk.tools.offer('precio', PRICE, toolMs);
  talk.line.asksFor({ callId: 'c1', name: 'end_call' }, { callId: 'c2', name: 'precio' });
  await talk.wait(300);
  return talk;
}

test('who speaks when the agent would hang up is listened to, and answered', async () => {
  const talk = await hangingUp(1000);
  const said = talk.line.asked('respond').length;
  const turn = await talk.startsSpeaking(3000);
  assert.deepEqual(resultsTold(talk).length, 2);
  assert.ok(JSON.stringify(resultsTold(talk)).includes('cancelled'), 'nobody was hung up on');
  await talk.wait(700);
  assert.equal(talk.call.endReason, undefined);
  await talk.stopsSpeaking(turn, 'Espere, ¿dónde están ustedes?');
  assert.equal(talk.line.asked('respond').length, said, 'nobody says goodbye');
  talk.answers('En Providencia.', {}, 600);
  await talk.until(() => talk.agentTurns.some(({ text }) => text === 'En Providencia.'));
  await talk.wait(3000);
  assert.equal(talk.call.endReason, undefined);
  talk.call.stop();
});

test('nor is anybody hung up on who types', async () => {
  const talk = await hangingUp(1000);
  await talk.wait(300);
  talk.leg.press('1');
  await talk.until(() => resultsTold(talk).length === 2, 2000);
  talk.answers('Marcó el uno.', {}, 600);
  await talk.wait(4000);
  assert.equal(talk.call.endReason, undefined);
  talk.call.stop();
});

test('nor is anybody hung up on of whom it is not known what he said meanwhile', async () => {
  const talk = await hangingUp(1400);
  await talk.says('Espere, ¿dónde están ustedes?', { ms: 400, wordsAfterMs: 1500 });
  talk.line.begins('by-itself');
  await talk.until(() => resultsTold(talk).length === 2, 1000);
  await talk.wait(1600);
  talk.line.speaks('where', 'En Providencia.', 600, { responseId: 'by-itself' });
  await talk.wait(4000);
  assert.equal(talk.call.endReason, undefined);
  assert.equal(talk.agentTurns.at(-1)?.text, 'En Providencia.');
  assert.deepEqual(answersAskedFor(talk), []);
  talk.call.stop();
});

test('an "ajá" whose words come late has the model go on: it may hang up again', async () => {
  const talk = await hangingUp(1400);
  await talk.says('Ajá', { ms: 400, wordsAfterMs: 1500 });
  await talk.until(() => answersAskedFor(talk).length === 1, 6000);
  assert.equal(talk.call.endReason, undefined);
  talk.line.asksFor({ callId: 'c3', name: 'end_call' });
  await talk.until(() => talk.call.endReason !== undefined, 9000);
  assert.equal(talk.call.endReason, 'agent-hung-up');
});

test('a long turn that began while a tool ran is heard to its end, by the same session', async () => {
  const talk = await asking();
  asksForPrice(talk, 1000);
  await talk.wait(300);
  const turn = await talk.startsSpeaking(12_000);
  assert.equal(resultsTold(talk).length, 1);
  assert.equal(talk.model.sessions.length, 1);
  assert.equal(talk.metrics.times('provider_errors'), 0);
  assert.deepEqual(talk.spokenByOtherVoice, []);
  // The wait for its answer begins at its end.
  await talk.stopsSpeaking(turn, 'Y además quisiera saber dónde están');
  await talk.wait(7000);
  assert.equal(talk.model.sessions.length, 1);
  await talk.until(() => talk.model.sessions.length === 2, 2000);
  talk.call.stop();
});
