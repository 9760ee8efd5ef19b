import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answersAskedFor,
  asking,
  asksForPrice,
  fillersAskedFor,
  GOODBYE,
  PRICE,
  resultsTold,
  saysGoodbyeAndHangsUp,
  SLOW_MS,
} from '../testing/asking-caller.ts';
import { fakeTenant } from '../testing/fake-session.ts';
import type { RealtimeHarness } from '../testing/realtime-harness.ts';
import { speak } from '../testing/realtime-script.ts';

test('calls of one response run side by side, and one answer is asked for', async () => {
  const talk = await asking();
  talk.tools.offer('precio', { ok: true, result: { clp: 100 } }, 300);
  talk.tools.offer('stock', { ok: true, result: 3 }, 200);
  talk.line.asksFor(
    { callId: 'c1', name: 'precio', arguments: '{"modelo":"Kia"}' },
    { callId: 'c2', name: 'stock' },
  );
  await talk.wait(280);
  assert.deepEqual(answersAskedFor(talk), []);
  await talk.wait(60);
  assert.deepEqual(resultsTold(talk), [
    ['c1', '{"clp":100}'],
    ['c2', '3'],
  ]);
  assert.equal(answersAskedFor(talk).length, 1);
  assert.deepEqual(talk.tools.invocations[0]?.call.arguments, { modelo: 'Kia' });
  talk.answers('Cuesta cien pesos.');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: ¿Cuánto cuesta?',
    'tool: stock',
    'tool: precio',
    'agent: Cuesta cien pesos.',
  ]);
  talk.call.stop();
});

test('silence while a tool runs is filled, again after a while, and not in the conversation', async () => {
  const talk = await asking();
  asksForPrice(talk, SLOW_MS);
  await talk.wait(850);
  assert.equal(fillersAskedFor(talk).length, 0);
  await talk.wait(100);
  assert.match(fillersAskedFor(talk)[0]?.request.instructions ?? '', /Un momento, por favor/);
  await talk.until(() => fillersAskedFor(talk).length === 2, 9000);
  await talk.until(() => answersAskedFor(talk).length === 1);
  talk.call.stop();
});

test('a filler that the model does not say in time is said by another voice', async () => {
  const talk = await asking({
    onSay: (session, text, { outOfBand, tag }) => {
      if (!outOfBand) session.speaks('opening', text, 3000, { tag: tag ?? '' });
    },
  });
  asksForPrice(talk, SLOW_MS);
  await talk.until(() => talk.spokenByOtherVoice.length === 1, 5000);
  assert.match(talk.spokenByOtherVoice[0]!, /^Un momento/);
  talk.call.stop();
});

test('an answer that comes meanwhile is not kept waiting by a filler', async () => {
  const talk = await asking();
  asksForPrice(talk, 300);
  await talk.wait(400);
  talk.answers('Cuesta cien pesos.');
  await talk.until(() => talk.agentTurns.length === 2);
  await talk.wait(3000);
  assert.equal(talk.agentTurns.length, 2);
  talk.call.stop();
});

for (const [what, begins] of [
  ['ignores', false],
  ['begins without a sound', true],
] as const) {
  test(`nor is one that has to be asked for by a filler that the model ${what}`, async () => {
    const talk = await asking({
      onSay: (session, text, { outOfBand, tag }) => {
        if (!outOfBand) session.speaks('opening', text, 3000, { tag: tag ?? '' });
        else if (begins) session.begins('filler', tag);
      },
    });
    asksForPrice(talk, 2000);
    await talk.until(() => resultsTold(talk).length === 1);
    assert.deepEqual(answersAskedFor(talk), []);
    await talk.until(() => answersAskedFor(talk).length === 1, 2500);
    talk.call.stop();
  });
}

test('a caller who hangs up gives the tool up, which is recorded', async () => {
  const talk = await asking();
  asksForPrice(talk, SLOW_MS);
  await talk.wait(300);
  talk.leg.end('caller-hung-up');
  await talk.call.ended;
  await talk.wait(100);
  assert.deepEqual(talk.tools.aborted, ['precio']);
  assert.equal(talk.transcript.at(-1), 'tool: precio');
  assert.equal(talk.clock.pendingTimers, 0);
});

for (const reason of ['late', 'failed', 'invalid-reply'] as const) {
  test(`the model is told of a tool that is ${reason}, and puts it into words`, async () => {
    const talk = await asking();
    asksForPrice(talk, 100, { ok: false, reason });
    await talk.wait(200);
    assert.deepEqual(resultsTold(talk), [['c1', JSON.stringify({ error: reason })]]);
    assert.equal(answersAskedFor(talk).length, 1);
    talk.call.stop();
  });
}

test('the call ends when the goodbye was heard to its end, not before', async () => {
  const talk = await asking();
  saysGoodbyeAndHangsUp(talk, 2000);
  await talk.wait(1900);
  assert.equal(talk.call.endReason, undefined);
  await talk.wait(300);
  assert.equal(talk.call.endReason, 'agent-hung-up');
  assert.equal(talk.transcript.at(-1), `agent: ${GOODBYE}`);
});

test('an agent that hangs up without a word says goodbye first', async () => {
  const talk = await asking();
  talk.line.asksFor({ callId: 'c1', name: 'end_call' });
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'agent-hung-up');
  assert.match(talk.transcript.at(-1)!, /^agent: Gracias por llamar/);
});

/** The filler was heard, and after it the goodbye. */
async function assertGoodbyeAfterFiller(talk: RealtimeHarness): Promise<void> {
  await talk.until(() => talk.call.endReason !== undefined);
  const [, filler, goodbye, ...more] = talk.agentTurns.map(({ text }) => text);
  assert.match(filler!, /^Un momento/);
  assert.match(goodbye!, /^Gracias por llamar/);
  assert.deepEqual(more, []);
}

test('a filler is no goodbye', async () => {
  const talk = await asking();
  talk.tools.offer('precio', PRICE, 1500);
  talk.line.asksFor({ callId: 'c1', name: 'precio' }, { callId: 'c2', name: 'end_call' });
  await talk.until(() => fillersAskedFor(talk).length === 1);
  await assertGoodbyeAfterFiller(talk);
  assert.deepEqual(talk.spokenByOtherVoice, []);
});

test('nor is one that another voice says while the model thinks', async () => {
  const talk = await asking();
  await talk.until(() => talk.spokenByOtherVoice.length === 1);
  await talk.until(() => talk.agentSounds);
  talk.line.asksFor({ callId: 'c1', name: 'end_call' });
  await assertGoodbyeAfterFiller(talk);
});

test('nor does one that begins late come behind the goodbye, or in its place', async () => {
  const late: (() => void)[] = [];
  const talk = await asking({
    onSay: (session, text, request) => {
      if (request.outOfBand) late.push(() => speak(session, 'filler', text, request));
      else speak(session, text, text, request);
    },
  });
  talk.tools.offer('precio', PRICE, 1000);
  talk.line.asksFor({ callId: 'c1', name: 'precio' }, { callId: 'c2', name: 'end_call' });
  await talk.until(() => late.length === 1);
  await talk.wait(500);
  late[0]!();
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.agentTurns.length, 2);
  assert.match(talk.agentTurns[1]!.text, /^Gracias por llamar/);
});

test('nor is one that has begun without a sound, and never ends, waited for', async () => {
  const talk = await asking({
    onSay: (session, text, request) => {
      if (request.outOfBand) session.begins('filler', request.tag);
      else speak(session, text, text, request);
    },
  });
  talk.tools.offer('precio', PRICE, 1500);
  talk.line.asksFor({ callId: 'c1', name: 'precio' }, { callId: 'c2', name: 'end_call' });
  await talk.wait(1500);
  assert.equal(fillersAskedFor(talk).length, 1);
  await talk.until(() => talk.agentSounds, 300);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.match(talk.agentTurns[1]!.text, /^Gracias por llamar/);
  assert.deepEqual(talk.spokenByOtherVoice, []);
});

test('nor does one that another voice is about to say', async () => {
  const talk = await asking({
    onSay: (session, text, request) => {
      if (!request.outOfBand) speak(session, text, text, request);
    },
  });
  // The model is given 2.5 s for the filler that is due after 0.9 s.
  talk.tools.offer('precio', PRICE, 3420);
  talk.line.asksFor({ callId: 'c1', name: 'precio' }, { callId: 'c2', name: 'end_call' });
  await talk.until(() => talk.spokenByOtherVoice.length === 1);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.agentTurns.length, 2);
  assert.match(talk.agentTurns[1]!.text, /^Gracias por llamar/);
});

test('a caller who goes on over the goodbye is listened to', async () => {
  const talk = await asking();
  saysGoodbyeAndHangsUp(talk, 3000);
  await talk.wait(1000);
  await talk.says('Espere, otra cosa', { ms: 800 });
  await talk.wait(16_000);
  assert.notEqual(talk.call.endReason, 'agent-hung-up');
  talk.call.stop();
});

test('a transfer ends the call as such, with what the agent wants the person to know', async () => {
  const talk = await asking({
    session: { tenant: fakeTenant({ escalationNumber: '+56222222222' }) },
  });
  talk.line.asksFor({
    callId: 'c1',
    name: 'transfer_to_human',
    arguments: '{"reason":"venta","summary":"Quiere un Kia"}',
  });
  await talk.until(() => talk.agentSounds);
  // A word over it changes nothing, and is not answered.
  await talk.says('Ya, gracias', { ms: 300 });
  talk.answers('De nada.', { everyMs: 200 });
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'transferred');
  assert.equal(talk.transcript.at(-1), 'caller: Ya, gracias');
  assert.match(talk.transcript.at(-2)!, /^agent: Le comunico con una persona/);
  assert.deepEqual(talk.actions.escalations, [{ reason: 'venta', summary: 'Quiere un Kia' }]);
});
