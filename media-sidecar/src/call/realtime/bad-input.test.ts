import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saysNothing } from '../testing/asking-caller.ts';
import { fakeTool } from '../testing/fake-session.ts';
import { RealtimeHarness } from '../testing/realtime-harness.ts';

const TOOL = fakeTool('precio');

async function talking() {
  return new RealtimeHarness({ session: { tools: [TOOL] } }).afterOpening();
}

for (const written of ['no json', '[1]', '"x"', 'null', '', '{"a":']) {
  test(`arguments that are ${JSON.stringify(written)} are told to the model and recorded`, async () => {
    const talk = await talking();
    await talk.says('¿Cuánto cuesta?');
    talk.line.asksFor({ callId: 'c1', name: 'precio', arguments: written });
    await talk.wait(100);
    assert.equal(talk.line.asked('tool-result')[0]?.output, '{"error":"invalid-arguments"}');
    assert.deepEqual(talk.tools.invocations, []);
    assert.equal(talk.line.asked('respond').length, 2);
    await talk.wait(500);
    const tool = talk.recorder.turns.find(({ role }) => role === 'tool');
    assert.equal(tool?.generatedText, '{"error":"invalid-arguments"}');
    talk.call.stop();
  });
}

test('one call that cannot be read does not keep the other from running', async () => {
  const talk = await talking();
  talk.tools.offer('precio', { ok: true, result: 1 }, 100);
  await talk.says('¿Cuánto cuesta?');
  talk.line.asksFor(
    { callId: 'c1', name: 'precio', arguments: 'x' },
    { callId: 'c2', name: 'precio' },
  );
  await talk.wait(200);
  assert.deepEqual(
    talk.line.asked('tool-result').map(({ callId, output }) => [callId, output]),
    [
      ['c1', '{"error":"invalid-arguments"}'],
      ['c2', '1'],
    ],
  );
  assert.equal(talk.line.asked('respond').length, 2);
  talk.call.stop();
});

test('a tool that nobody offers is told to the model', async () => {
  const talk = await talking();
  await talk.says('¿Cuánto cuesta?');
  talk.line.asksFor({ callId: 'c1', name: 'nada' });
  await talk.wait(100);
  assert.equal(talk.line.asked('tool-result')[0]?.output, '{"error":"unknown-tool"}');
  talk.call.stop();
});

test('the same call told twice runs once', async () => {
  const talk = await talking();
  talk.tools.offer('precio', { ok: true, result: 1 }, 100);
  await talk.says('¿Cuánto cuesta?');
  talk.line.asksFor({ callId: 'c1', name: 'precio' }, { callId: 'c1', name: 'precio' });
  await talk.wait(300);
  talk.line.asksFor({ callId: 'c1', name: 'precio' });
  await talk.wait(300);
  assert.equal(talk.tools.invocations.length, 1);
  assert.equal(talk.line.asked('tool-result').length, 1);
  talk.call.stop();
});

test('turns, responses and ends that come twice count once', async () => {
  const talk = await talking();
  const itemId = await talk.says('¿Abren hoy?');
  talk.line.listener.onCallerTurn({ itemId });
  talk.answers('Sí, hasta las seis.', { responseId: 'r' });
  talk.line.listener.onResponseStarted({ responseId: 'r' });
  talk.line.listener.onResponseDone({ responseId: 'r', status: 'completed' });
  await talk.until(() => talk.agentTurns.length === 2);
  talk.line.listener.onCallerWords({ itemId, text: 'otra cosa', final: true });
  talk.line.listener.onResponseDone({ responseId: 'r', status: 'completed' });
  await talk.wait(500);
  assert.deepEqual(talk.transcript.slice(1), ['caller: ¿Abren hoy?', 'agent: Sí, hasta las seis.']);
  talk.call.stop();
});

test('audio of a response that nobody announced, or after its end, is not heard', async () => {
  const talk = await talking();
  await talk.says('¿Abren hoy?');
  talk.line.sounds('unknown', 'x', 200);
  talk.answers('Sí.', { responseId: 'r' });
  talk.line.sounds('r', 'y', 200);
  talk.line.listener.onAudioDone('nothing');
  await talk.until(() => talk.agentTurns.length === 2);
  const items = new Set(talk.leg.played.map(({ itemId }) => itemId));
  assert.ok(!items.has('x') && !items.has('y'));
  talk.call.stop();
});

test('words that come before their turn are not lost', async () => {
  const talk = await talking();
  const { listener } = talk.line;
  listener.onCallerWords({ itemId: 'early', text: 'Buenas', final: true });
  listener.onCallerTurn({ itemId: 'early' });
  talk.answers('Hola.');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript.slice(1), ['caller: Buenas', 'agent: Hola.']);
  talk.call.stop();
});

test('what a session still tells after the call has ended changes nothing', async () => {
  const talk = await talking();
  await talk.says('¿Abren hoy?');
  const { listener } = talk.line;
  talk.leg.end('caller-hung-up');
  await talk.call.ended;
  const played = talk.leg.played.length;
  listener.onSpeechStarted({ itemId: 'late', atMs: 0 });
  listener.onCallerTurn({ itemId: 'late' });
  listener.onResponseStarted({ responseId: 'late' });
  listener.onAudio({ responseId: 'late', itemId: 'late', mulaw: new Uint8Array(160) });
  listener.onToolCall({
    responseId: 'late',
    itemId: 'i',
    callId: 'c',
    name: 'precio',
    arguments: '{}',
  });
  listener.onResponseDone({ responseId: 'late', status: 'completed' });
  await talk.wait(20_000);
  assert.equal(talk.leg.played.length, played);
  assert.equal(talk.recorder.endings.length, 1);
  assert.deepEqual(talk.tools.invocations, []);
  assert.equal(talk.clock.pendingTimers, 0);
});

test('what a lost session still tells is not taken for the new one’s', async () => {
  const talk = await talking();
  const old = talk.line;
  talk.killsSession();
  await talk.wait(300);
  old.listener.onCallerTurn({ itemId: 'ghost' });
  old.listener.onResponseStarted({ responseId: 'ghost' });
  old.listener.onAudio({ responseId: 'ghost', itemId: 'ghost', mulaw: new Uint8Array(1600) });
  await talk.exchange('¿Abren hoy?', 'Sí.');
  assert.deepEqual(talk.transcript.slice(1), ['caller: ¿Abren hoy?', 'agent: Sí.']);
  talk.call.stop();
});

test('an answer without a sound is asked for once more, then the cascade gives it', async () => {
  const talk = await new RealtimeHarness({ replies: [{ text: ['Sí.'] }] }).afterOpening();
  await talk.says('¿Abren hoy?');
  await talk.wait(300);
  talk.line.begins('empty');
  talk.line.ends({ responseId: 'empty' });
  await talk.wait(50);
  assert.equal(talk.line.asked('respond').length, 2);
  talk.line.begins('empty again');
  talk.line.ends({ responseId: 'empty again', status: 'incomplete', reason: 'content_filter' });
  await talk.until(() => talk.transcript.at(-1) === 'agent: Sí.');
  talk.call.stop();
});

test('one that is not given when it is asked for once more is left to another session', async () => {
  const talk = await talking();
  await talk.says('¿Abren hoy?');
  await talk.wait(300);
  saysNothing(talk);
  await talk.wait(50);
  assert.equal(talk.line.asked('respond').length, 2);
  await talk.until(() => talk.model.sessions.length === 2, 9000);
  talk.call.stop();
});
