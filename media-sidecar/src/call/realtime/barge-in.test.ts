import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answersAskedFor,
  asking,
  asksForPrice,
  fillersAskedFor,
  SLOW_MS,
} from '../testing/asking-caller.ts';
import { RealtimeHarness } from '../testing/realtime-harness.ts';
import { speak } from '../testing/realtime-script.ts';
import { SipHarness } from '../testing/sip-harness.ts';

const LONG = 'Tenemos tres sedes en Santiago, la primera está en Providencia y abre a las nueve.';

test('speech over the agent clears the phone at once and truncates at what was heard', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Dónde están?');
  const item = talk.answers(LONG);
  await talk.wait(1500);
  const before = talk.leg.clears;
  await talk.startsSpeaking(60);
  assert.equal(talk.leg.clears, before + 1);
  const [cut] = talk.line.asked('truncate');
  assert.deepEqual(
    { itemId: cut?.itemId, audioEndMs: cut?.audioEndMs },
    { itemId: item, audioEndMs: 1560 },
  );
  assert.match(talk.transcript.at(-2)!, /^caller: /);
  assert.equal(talk.transcript.at(-1), 'agent (cut): Tenemos tres sedes en');
  assert.equal(talk.agentTurns[1]?.generatedText, LONG);
  const reaction = talk.metrics.measured.find(({ name }) => name === 'clear_reaction');
  assert.equal(reaction?.valueMs, 60);
  assert.equal(talk.metrics.times('interruptions', { by: 'speech' }), 1);
  talk.call.stop();
});

test('an item of which nothing was heard is truncated at 0, and leaves no line', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Dónde están?');
  const responseId = talk.line.begins();
  talk.line.speaks('first', LONG, 4000, { responseId, done: false });
  talk.line.speaks('second', 'Y algo más.', 1000, { responseId });
  await talk.wait(1000);
  await talk.startsSpeaking(60);
  assert.deepEqual(
    talk.line.asked('truncate').map(({ itemId, audioEndMs }) => [itemId, audioEndMs]),
    [
      ['first', 1060],
      ['second', 0],
    ],
  );
  assert.equal(talk.agentTurns.length, 2);
  talk.call.stop();
});

test('a model that does not stop by itself is cancelled; what it still says is not heard', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Dónde están?');
  talk.answers(LONG, { everyMs: 200, deltaMs: 200 });
  await talk.wait(1000);
  await talk.startsSpeaking(60);
  const played = talk.leg.played.length;
  assert.deepEqual(talk.line.asked('cancel'), []);
  await talk.wait(320);
  assert.equal(talk.line.asked('cancel').length, 1);
  await talk.wait(2000);
  assert.equal(talk.leg.played.length, played);
  talk.call.stop();
});

test('a model that stops by itself is not cancelled once more', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Dónde están?');
  const responseId = talk.line.begins();
  talk.line.speaks('a', LONG, 1000, { responseId, done: false });
  await talk.wait(500);
  await talk.startsSpeaking(60);
  talk.line.ends({ responseId, status: 'cancelled', reason: 'turn_detected' });
  await talk.wait(1000);
  assert.deepEqual(talk.line.asked('cancel'), []);
  talk.call.stop();
});

/** Late audio is heard all at once: between the interruption and its answer lie only moments. */
test('an answer that begins at once is not taken for the one that was to stop', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Dónde están?');
  const responseId = talk.line.begins();
  talk.line.speaks('a', LONG, 1000, { responseId, done: false });
  await talk.wait(500);
  const turn = await talk.startsSpeaking(60);
  talk.line.ends({ responseId, status: 'cancelled', reason: 'turn_detected' });
  await talk.stopsSpeaking(turn, '¿Abren hoy?', { turnAfterMs: 60 });
  talk.answers(LONG, { everyMs: 200, deltaMs: 200 });
  await talk.wait(2000);
  assert.deepEqual(talk.line.asked('cancel'), []);
  assert.equal(talk.leg.played.at(-1)?.itemId, 'agent-1');
  talk.call.stop();
});

test('speech right after the last word cuts nothing', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.exchange('¿Abren hoy?', 'Sí, hasta las seis.');
  const { clears } = talk.leg;
  await talk.says('Gracias');
  assert.equal(talk.leg.clears, clears);
  assert.deepEqual(talk.line.asked('truncate'), []);
  talk.call.stop();
});

test('speech while the model thinks stops nothing that could be heard', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Dónde están?');
  const responseId = talk.line.begins();
  const { clears } = talk.leg;
  await talk.startsSpeaking(60);
  assert.equal(talk.leg.clears, clears);
  talk.line.sounds(responseId, 'late', 400);
  assert.notEqual(talk.leg.played.at(-1)?.itemId, 'late');
  assert.equal(talk.metrics.times('interruptions'), 0);
  talk.call.stop();
});

test('the model forgets what was on its way when the caller spoke before any of it was heard', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Dónde están?');
  const responseId = talk.line.begins();
  await talk.startsSpeaking(60);
  talk.line.sounds(responseId, 'late', 400);
  talk.line.sounds(responseId, 'late', 400);
  talk.line.ends({ responseId, status: 'cancelled', reason: 'turn_detected' });
  assert.deepEqual(
    talk.line.asked('truncate').map(({ itemId, audioEndMs }) => [itemId, audioEndMs]),
    [['late', 0]],
  );
  talk.call.stop();
});

test('nor does it forget what was heard, for what is on its way behind that', async () => {
  const talk = await new RealtimeHarness().afterOpening();
  await talk.says('¿Dónde están?');
  const responseId = talk.line.begins();
  talk.line.sounds(responseId, 'first', 4000);
  await talk.wait(1000);
  await talk.startsSpeaking(60);
  talk.line.sounds(responseId, 'first', 400);
  talk.line.ends({ responseId, status: 'cancelled', reason: 'turn_detected' });
  assert.deepEqual(
    talk.line.asked('truncate').map(({ itemId, audioEndMs }) => [itemId, audioEndMs]),
    [['first', 1060]],
  );
  talk.call.stop();
});

for (const begins of ['in time', 'late'] as const) {
  test(`of a filler that begins ${begins} and sounds too late it has nothing to forget`, async () => {
    let begin = () => '';
    const talk = await asking({
      onSay: (session, text, request) => {
        if (request.outOfBand) begin = () => session.begins('filler', request.tag);
        else speak(session, 'opening', text, request);
      },
    });
    asksForPrice(talk, SLOW_MS);
    await talk.until(() => fillersAskedFor(talk).length === 1);
    if (begins === 'in time') begin();
    await talk.until(() => talk.spokenByOtherVoice.length === 1);
    if (begins === 'late') begin();
    talk.line.sounds('filler', 'late', 400);
    talk.line.ends({ responseId: 'filler' });
    assert.notEqual(talk.leg.played.at(-1)?.itemId, 'late');
    assert.deepEqual(talk.line.asked('truncate'), []);
    talk.call.stop();
  });
}

test('over SIP the provider, which plays it, has cut the answer itself', async () => {
  const talk = await new SipHarness().afterOpening();
  await talk.says('¿Dónde están?');
  talk.provider.tell((listener) => listener.onResponseStarted({ responseId: 'answer' }));
  talk.startsSpeaking();
  talk.provider.tell((listener) =>
    listener.onAgentWords({ responseId: 'answer', itemId: 'late', delta: 'Tenemos tres ' }),
  );
  talk.provider.ends('answer', 'cancelled');
  assert.deepEqual(talk.line.asked('truncate'), []);
  talk.registry.end(talk.session.callId);
});

for (const [what, interrupt] of [
  ['a word', (talk: RealtimeHarness) => talk.startsSpeaking(60)],
  ['a key', async (talk: RealtimeHarness) => talk.leg.press('1')],
] as const) {
  test(`${what} before the model begins an answer that it was asked for cancels that`, async () => {
    const talk = await asking();
    asksForPrice(talk, 1000);
    await talk.until(() => answersAskedFor(talk).length === 1);
    assert.deepEqual(talk.line.asked('cancel'), []);
    await interrupt(talk);
    assert.equal(talk.line.asked('cancel').length, 1);
    talk.call.stop();
  });
}
