import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeTenant } from '../testing/fake-session.ts';
import { RealtimeHarness } from '../testing/realtime-harness.ts';
import { INAUDIBLE } from './caller-turns.ts';

const USAGE = {
  textInput: 100,
  audioInput: 50,
  cachedTextInput: 0,
  cachedAudioInput: 0,
  textOutput: 5,
  audioOutput: 40,
};

/** The caller hangs up; whatever is under way goes on until the test ends it. */
function hangUp(talk: RealtimeHarness) {
  talk.line.finishes = 'later';
  talk.leg.end('caller-hung-up');
  return talk.line;
}

test('what was said right before the end is in the record', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  const itemId = await talk.says('Un siete', { wordsAfterMs: null });
  const line = hangUp(talk);
  const hungUpAtMs = talk.clock.nowMs();
  await talk.wait(400);
  assert.deepEqual(talk.recorder.endings, [], 'its end is not written before its last line');
  line.listener.onCallerWords({ itemId, text: 'Un siete', final: true });
  line.listener.onTranscriptionUsage({ type: 'duration', seconds: 1 });
  line.close();
  const { endedAtMs, reason } = await talk.call.ended;
  assert.deepEqual([endedAtMs, reason], [hungUpAtMs, 'caller-hung-up']);
  assert.deepEqual(talk.transcript.slice(1), ['caller: Un siete']);
  const [counted] = talk.recorder.usages.filter(({ service }) => service === 'transcription');
  assert.deepEqual(counted?.amounts, { second: 1 });
  await talk.wait(1000);
  assert.equal(talk.clock.pendingTimers, 0);
});

test('who is cut off in the middle of a turn has said it all the same', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  talk.answers('¿Qué nota le pone, del uno al siete?');
  await talk.wait(600);
  const itemId = await talk.startsSpeaking();
  const line = hangUp(talk);
  await talk.wait(100);
  line.listener.onCallerTurn({ itemId });
  line.listener.onCallerWords({ itemId, text: 'Un siete', final: true });
  line.close();
  await talk.call.ended;
  assert.match(talk.transcript[1] ?? '', /^agent \(cut\): ¿Qué/, 'what was heard of the question');
  assert.equal(talk.transcript[2], 'caller: Un siete');
  assert.equal(talk.transcript.length, 3);
  const [ending] = talk.recorder.endings;
  assert.equal(talk.recorder.turns.at(-1)?.endedAtMs, ending?.endedAtMs, 'not after the call');
  await talk.wait(1000);
  assert.equal(talk.clock.pendingTimers, 0);
});

test('speech that is told of behind the end was said before it', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  const line = hangUp(talk);
  const hungUpAtMs = talk.clock.nowMs();
  await talk.wait(300);
  line.listener.onSpeechStarted({ itemId: 'u', atMs: 0 });
  line.listener.onCallerTurn({ itemId: 'u' });
  line.listener.onCallerWords({ itemId: 'u', text: 'Sí', final: true });
  line.close();
  await talk.call.ended;
  const last = talk.recorder.turns.at(-1);
  assert.deepEqual(
    [last?.text, last?.startedAtMs, last?.endedAtMs],
    ['Sí', hungUpAtMs, hungUpAtMs],
  );
});

test('words that never come leave a line without them', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('x', { ms: 500, wordsAfterMs: null });
  const line = hangUp(talk);
  line.close();
  await talk.call.ended;
  assert.deepEqual(talk.transcript.slice(1), [`caller: ${INAUDIBLE}`]);
});

test('a session that dies meanwhile ends the wait, and nobody falls back', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('x', { ms: 500, wordsAfterMs: null });
  hangUp(talk).dies();
  assert.equal((await talk.call.ended).reason, 'caller-hung-up');
  assert.equal(talk.model.sessions.length, 1);
  assert.deepEqual(talk.transcript.slice(1), [`caller: ${INAUDIBLE}`]);
});

test('what the last response cost is counted once, and nothing else of it is made', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Abren hoy?');
  const responseId = talk.line.begins();
  talk.line.sounds(responseId, 'item', 400);
  await talk.wait(200);
  const line = hangUp(talk);
  const played = talk.leg.played.length;
  line.sounds(responseId, 'item', 400);
  line.listener.onAgentWords({ responseId, itemId: 'item', delta: 'Sí, ' });
  line.listener.onToolCall({
    responseId,
    itemId: 'tool',
    callId: 'call_1',
    name: 'end_call',
    arguments: '{}',
  });
  line.ends({ responseId, status: 'cancelled', usage: USAGE });
  line.ends({ responseId, status: 'cancelled', usage: USAGE });
  line.close();
  await talk.call.ended;
  const counted = talk.recorder.usages.filter(({ service }) => service === 'realtime');
  assert.deepEqual(
    counted.map(({ amounts }) => amounts['audio-output-token']),
    [40],
  );
  assert.equal(talk.leg.played.length, played);
  assert.deepEqual(
    talk.transcript.filter((text) => text.startsWith('tool')),
    [],
  );
});

test('keys that were pressed right before the end are in the record', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  talk.leg.press('7');
  await talk.wait(100);
  talk.leg.end('caller-hung-up');
  await talk.call.ended;
  assert.deepEqual(talk.transcript.slice(1), ['caller: [DTMF 7]']);
});

test('who is to be dialled is told behind the last words, and before the end', async () => {
  const tenant = fakeTenant({ escalationNumber: '+56222222222' });
  const talk = await new RealtimeHarness({ session: { tenant } }).afterOpening();
  const itemId = await talk.says('Con una persona', { wordsAfterMs: null });
  talk.line.finishes = 'later';
  talk.line.asksFor({ name: 'transfer_to_human', arguments: '{"reason":"lo pide"}' });
  talk.answers('Le comunico.');
  await talk.until(() => talk.call.endReason === 'transferred');
  assert.deepEqual(talk.actions.escalations, []);
  const order: string[] = [];
  const { turn, callEnded } = talk.recorder;
  talk.recorder.turn = (record) => {
    order.push(record.role);
    turn.call(talk.recorder, record);
  };
  talk.recorder.callEnded = (ending) => {
    order.push(`end, ${talk.actions.escalations.length} told`);
    callEnded.call(talk.recorder, ending);
  };
  talk.line.listener.onCallerWords({ itemId, text: 'Con una persona', final: true });
  talk.line.close();
  await talk.call.ended;
  assert.deepEqual(order.slice(0, 1), ['caller']);
  assert.equal(order.at(-1), 'end, 1 told');
});

test('a fault in the last words ends the wait no later', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  const itemId = await talk.says('x', { ms: 500, wordsAfterMs: null });
  const line = hangUp(talk);
  talk.recorder.usage = () => {
    throw new Error('a fault of ours');
  };
  line.listener.onTranscriptionUsage({ type: 'duration', seconds: 1 });
  line.listener.onCallerWords({ itemId, text: 'Adiós', final: true });
  line.close();
  assert.equal((await talk.call.ended).reason, 'caller-hung-up');
  assert.deepEqual(talk.transcript.slice(1), ['caller: Adiós']);
});
