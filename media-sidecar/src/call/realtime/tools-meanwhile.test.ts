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
  saysNothing,
  SLOW_MS,
} from '../testing/asking-caller.ts';
import { fakeTenant, fakeTool } from '../testing/fake-session.ts';
import { RealtimeHarness } from '../testing/realtime-harness.ts';

/**
 * The caller speaks while a tool runs. Whether it is another question, and the tool is of no use any
 * more, only the words tell; the workflow behind the tool has begun long since.
 */

test('another question gives the tool up when its words are known, and the model is told', async () => {
  const talk = await asking();
  asksForPrice(talk, SLOW_MS);
  await talk.wait(300);
  await talk.says('No, mejor dígame dónde están');
  await talk.wait(100);
  assert.deepEqual(talk.tools.aborted, []);
  await talk.wait(200);
  assert.deepEqual(talk.tools.aborted, ['precio']);
  assert.deepEqual(resultsTold(talk), [['c1', '{"error":"cancelled"}']]);
  assert.deepEqual(answersAskedFor(talk), []);
  talk.call.stop();
});

test('another question gives up what ran before it, not what it calls for itself', async () => {
  const talk = await asking();
  asksForPrice(talk, SLOW_MS);
  talk.tools.offer('stock', PRICE, 3000);
  await talk.wait(300);
  await talk.says('No, mejor dígame cuántos hay', { wordsAfterMs: 1000 });
  talk.line.asksFor({ callId: 'c2', name: 'stock' });
  await talk.until(() => resultsTold(talk).length === 2, 4000);
  assert.deepEqual(resultsTold(talk), [
    ['c1', '{"error":"cancelled"}'],
    ['c2', '1'],
  ]);
  assert.equal(answersAskedFor(talk).length, 1);
  talk.call.stop();
});

test('another question that was answered before its words came leaves nobody waiting', async () => {
  const talk = await asking();
  asksForPrice(talk, SLOW_MS);
  await talk.wait(300);
  await talk.says('No, mejor dígame dónde están', { wordsAfterMs: 1500 });
  talk.answers('En Providencia.', {}, 600);
  await talk.until(() => talk.tools.aborted.length === 1);
  const said = talk.line.asked('respond').length;
  await talk.until(() => talk.transcript.at(-1) === 'agent: ¿Sigue ahí?', 12_000);
  // The question whether he is there, and no filler.
  assert.equal(talk.line.asked('respond').length, said + 1);
  talk.call.stop();
});

test('a tool that was asked for in answer to a turn is not given up when its words come', async () => {
  const talk = await new RealtimeHarness({
    session: { tools: [fakeTool('precio')] },
  }).afterOpening();
  await talk.says('¿Cuánto cuesta?', { wordsAfterMs: 1000 });
  asksForPrice(talk, 3000);
  await talk.until(() => resultsTold(talk).length === 1, 4000);
  assert.deepEqual(resultsTold(talk), [['c1', '1']]);
  talk.call.stop();
});

for (const words of ['Ajá', 'Ya, gracias', '']) {
  test(`${words ? `"${words}"` : 'a cough'} while a tool runs gives nothing up`, async () => {
    const talk = await asking();
    asksForPrice(talk, 4000);
    await talk.wait(300);
    await talk.says(words, { ms: 300 });
    // The provider answers each turn by itself.
    saysNothing(talk);
    await talk.until(() => answersAskedFor(talk).length === 1, 5000);
    assert.deepEqual(resultsTold(talk), [['c1', '1']]);
    assert.deepEqual(talk.tools.aborted, []);
    talk.answers('Cuesta cien pesos.');
    await talk.until(() => talk.transcript.at(-1) === 'agent: Cuesta cien pesos.');
    await talk.wait(3000);
    assert.equal(talk.tools.invocations.length, 1);
    assert.deepEqual(
      [resultsTold(talk).length, answersAskedFor(talk).length, talk.model.sessions.length],
      [1, 1, 1],
    );
    talk.call.stop();
  });
}

test('who is answered while a tool runs still gets its result, and fillers until then', async () => {
  const talk = await asking();
  asksForPrice(talk, 6000);
  await talk.wait(300);
  await talk.says('Ajá', { ms: 300 });
  talk.answers('Sigo buscando.', {}, 800);
  await talk.until(() => talk.agentTurns.length === 2);
  const before = fillersAskedFor(talk).length;
  await talk.until(() => fillersAskedFor(talk).length > before, 2000);
  await talk.until(() => answersAskedFor(talk).length === 1, 5000);
  assert.deepEqual(resultsTold(talk), [['c1', '1']]);
  talk.call.stop();
});

test('a result that comes while the model answers an "ajá" is told behind that answer', async () => {
  const talk = await asking();
  asksForPrice(talk, 1500);
  await talk.wait(300);
  await talk.says('Ajá', { ms: 300 });
  talk.line.begins('meanwhile');
  await talk.until(() => resultsTold(talk).length === 1, 2000);
  assert.deepEqual(answersAskedFor(talk), []);
  talk.line.speaks('sigo', 'Sigo buscando.', 800, { responseId: 'meanwhile' });
  assert.equal(answersAskedFor(talk).length, 1);
  // Should the model fall silent now, somebody notices.
  await talk.until(() => talk.model.sessions.length === 2, 9000);
  talk.call.stop();
});

test('a result that comes while the model has nothing to say to an "ajá" is put into words', async () => {
  const talk = await asking();
  asksForPrice(talk, 1500);
  await talk.wait(300);
  await talk.says('Ajá', { ms: 300 });
  talk.line.begins('meanwhile');
  await talk.until(() => resultsTold(talk).length === 1, 2000);
  saysNothing(talk, 'meanwhile');
  await talk.wait(50);
  assert.equal(answersAskedFor(talk).length, 1);
  // To that there is something to say.
  saysNothing(talk);
  await talk.wait(50);
  assert.equal(answersAskedFor(talk).length, 2);
  talk.call.stop();
});

test('an answer that is asked for behind another one is not asked for twice', async () => {
  const talk = await asking();
  asksForPrice(talk, 1000);
  await talk.wait(300);
  // Here the provider does not answer by itself.
  await talk.says('Ajá', { ms: 300 });
  await talk.until(() => answersAskedFor(talk).length === 1, 4000);
  talk.answers('Cuesta cien pesos.');
  await talk.until(() => talk.agentTurns.some(({ text }) => text === 'Cuesta cien pesos.'));
  await talk.wait(1000);
  assert.equal(answersAskedFor(talk).length, 1);
  talk.call.stop();
});

test('a model that asks for the same once more while it runs has it done once', async () => {
  const talk = await asking();
  talk.tools.offer('precio', PRICE, 3000);
  talk.line.asksFor({ callId: 'c1', name: 'precio', arguments: '{"modelo":"Kia"}' });
  await talk.wait(300);
  await talk.says('Ajá', { ms: 300 });
  talk.line.asksFor({ callId: 'c2', name: 'precio', arguments: '{ "modelo": "Kia" }' });
  await talk.wait(100);
  assert.deepEqual(
    resultsTold(talk).map(([callId]) => callId),
    ['c2'],
  );
  assert.deepEqual(answersAskedFor(talk), []);
  await talk.until(() => answersAskedFor(talk).length === 1, 4000);
  assert.equal(talk.tools.invocations.length, 1);
  assert.deepEqual(resultsTold(talk).slice(1), [['c1', '1']]);
  // What is over may be asked for again.
  talk.line.asksFor({ callId: 'c3', name: 'precio', arguments: '{"modelo":"Kia"}' });
  await talk.wait(100);
  assert.equal(talk.tools.invocations.length, 2);
  talk.call.stop();
});

test('what another turn asks for, too, is not given up for that turn', async () => {
  const talk = await asking();
  asksForPrice(talk, 4000);
  await talk.wait(300);
  await talk.says('¿Y? ¿Cuánto cuesta entonces?', { wordsAfterMs: 1000 });
  talk.line.asksFor({ callId: 'c2', name: 'precio' });
  await talk.until(() => answersAskedFor(talk).length === 1, 5000);
  assert.deepEqual(resultsTold(talk).slice(1), [['c1', '1']]);
  assert.equal(talk.tools.invocations.length, 1);
  talk.call.stop();
});

/** The caller's turn is over, then the tool, then its words come. */
async function asksElseBeforeTheResult(): Promise<RealtimeHarness> {
  const talk = await asking();
  asksForPrice(talk, 3400);
  await talk.wait(300);
  await talk.says('No, mejor dígame dónde están', { wordsAfterMs: 1500 });
  assert.deepEqual(resultsTold(talk), []);
  return talk;
}

test('a result that comes before the words of another question is known, and not told', async () => {
  const talk = await asksElseBeforeTheResult();
  talk.line.begins('by-itself');
  await talk.wait(1600);
  assert.deepEqual(resultsTold(talk), [['c1', '1']]);
  talk.line.speaks('where', 'En Providencia.', 800, { responseId: 'by-itself' });
  await talk.until(() => talk.agentTurns.length === 2);
  await talk.wait(3000);
  assert.deepEqual(answersAskedFor(talk), []);
  assert.equal(talk.transcript.at(-1), 'agent: En Providencia.');
  talk.call.stop();
});

test('nor does anybody wait for it to be told when the caller coughs', async () => {
  const talk = await asksElseBeforeTheResult();
  talk.answers('En Providencia.', { everyMs: 500 }, 800);
  await talk.until(() => talk.agentTurns.length === 2);
  await talk.wait(1000);
  await talk.says('', { ms: 300 });
  saysNothing(talk);
  await talk.wait(1000);
  assert.deepEqual(answersAskedFor(talk), []);
  assert.equal(talk.metrics.times('provider_errors'), 0);
  talk.call.stop();
});

test('a result that comes before the words of an "ajá" is told', async () => {
  const talk = await asking();
  asksForPrice(talk, 1000);
  await talk.wait(300);
  await talk.says('Ajá', { ms: 300, wordsAfterMs: 1500 });
  talk.line.begins('by-itself');
  await talk.wait(1600);
  assert.deepEqual(resultsTold(talk), [['c1', '1']]);
  saysNothing(talk, 'by-itself');
  assert.equal(answersAskedFor(talk).length, 1);
  talk.call.stop();
});

test('a goodbye gives up the tool that still runs: the call ends when it was heard', async () => {
  const talk = await asking();
  asksForPrice(talk, SLOW_MS);
  await talk.wait(300);
  await talk.says('Ya, gracias, adiós');
  saysGoodbyeAndHangsUp(talk, 2000);
  await talk.until(() => talk.call.endReason !== undefined, 2300);
  assert.equal(talk.call.endReason, 'agent-hung-up');
  assert.deepEqual(talk.tools.aborted, ['precio']);
  assert.deepEqual(answersAskedFor(talk), []);
  assert.equal(talk.agentTurns.at(-1)?.text, GOODBYE);
});

test('a result that comes while the model says goodbye is not told behind it', async () => {
  const talk = await asking({
    onAnswer: (session) =>
      void session.speaks('late', 'Cuesta cien pesos.', 1000, { tag: 'asked-1' }),
  });
  asksForPrice(talk, 3000);
  await talk.wait(300);
  await talk.says('Ya, gracias, adiós');
  const responseId = talk.line.begins();
  await talk.until(() => resultsTold(talk).length === 1, 3000);
  saysGoodbyeAndHangsUp(talk, 2000, responseId);
  await talk.until(() => talk.call.endReason !== undefined, 2300);
  assert.equal(talk.call.endReason, 'agent-hung-up');
  assert.equal(talk.agentTurns.at(-1)?.text, GOODBYE);
});

test('what the call itself does is done before it ends, and not told behind the goodbye', async () => {
  const talk = await asking();
  talk.actions.scheduleCallback = async () => {
    await talk.clock.sleep(5000);
    return { ok: true, result: { ok: true } };
  };
  talk.line.asksFor({ callId: 'c1', name: 'schedule_callback' });
  await talk.wait(300);
  await talk.says('Ya, gracias, adiós');
  saysGoodbyeAndHangsUp(talk, 1000);
  await talk.until(() => talk.call.endReason !== undefined, 6000);
  assert.equal(talk.call.endReason, 'agent-hung-up');
  const recorded = talk.recorder.turns.find(({ role }) => role === 'tool');
  assert.equal(recorded?.generatedText, '{"ok":true}');
  assert.deepEqual(answersAskedFor(talk), []);
});

for (const others of [[], ['precio']]) {
  const beside = others.length > 0 ? ', also beside what a workflow does' : '';
  test(`what the call itself does takes effect and is told so, whatever is said meanwhile${beside}`, async () => {
    const talk = await asking();
    talk.tools.offer('precio', PRICE, SLOW_MS);
    talk.actions.scheduleCallback = async () => {
      await talk.clock.sleep(3000);
      return { ok: true, result: { ok: true } };
    };
    talk.line.asksFor(
      { callId: 'c1', name: 'schedule_callback' },
      ...others.map((name) => ({ callId: 'c2', name })),
    );
    await talk.wait(300);
    await talk.says('¿Y dónde están ustedes?');
    talk.answers('En Providencia.', {}, 600);
    await talk.until(() => answersAskedFor(talk).length === 1, 4000);
    assert.deepEqual(talk.tools.aborted, others);
    assert.deepEqual(resultsTold(talk), [
      ['c1', '{"ok":true}'],
      ...others.map(() => ['c2', '{"error":"cancelled"}']),
    ]);
    const recorded = () => talk.recorder.turns.find(({ text }) => text === 'schedule_callback');
    await talk.until(() => recorded() !== undefined, 5000);
    assert.equal(recorded()?.generatedText, '{"ok":true}');
    talk.call.stop();
  });
}

test('a transfer that was asked for beside what a workflow does is made, whatever is said meanwhile', async () => {
  const talk = await asking({
    session: {
      tenant: fakeTenant({ escalationNumber: '+56222222222' }),
      tools: [fakeTool('precio')],
    },
  });
  talk.tools.offer('precio', PRICE, SLOW_MS);
  talk.line.asksFor(
    { callId: 'c1', name: 'transfer_to_human', arguments: '{"reason":"venta"}' },
    { callId: 'c2', name: 'precio' },
  );
  await talk.wait(300);
  await talk.says('¿Y dónde están ustedes?');
  await talk.wait(300);
  talk.answers('En Providencia.');
  await talk.until(() => talk.call.endReason !== undefined, 8000);
  assert.equal(talk.call.endReason, 'transferred');
  assert.deepEqual(talk.actions.escalations, [{ reason: 'venta' }]);
  assert.match(talk.agentTurns.at(-1)!.text, /^Le comunico con una persona/);
});

test('who asks something else is not hung up on, though a tool kept the end of the call waiting', async () => {
  const talk = await asking();
  talk.tools.offer('precio', PRICE, SLOW_MS);
  talk.line.asksFor({ callId: 'c1', name: 'end_call' }, { callId: 'c2', name: 'precio' });
  await talk.wait(300);
  await talk.says('Espere, ¿dónde están ustedes?');
  talk.answers('En Providencia.', {}, 600);
  await talk.until(() => talk.agentTurns.some(({ text }) => text === 'En Providencia.'));
  await talk.wait(3000);
  assert.equal(talk.call.endReason, undefined);
  assert.deepEqual(answersAskedFor(talk), []);
  talk.call.stop();
});

test('who hangs up while the call itself does something leaves a record of it', async () => {
  const talk = await asking();
  talk.actions.optOut = async () => {
    await talk.clock.sleep(3000);
    return { ok: true, result: { ok: true } };
  };
  talk.line.asksFor({ callId: 'c1', name: 'opt_out' });
  await talk.wait(300);
  talk.leg.end('caller-hung-up');
  await talk.call.ended;
  await talk.wait(4000);
  const tools = talk.recorder.turns.filter(({ role }) => role === 'tool');
  assert.deepEqual(
    tools.map(({ text, generatedText }) => [text, generatedText]),
    [['opt_out', '{"error":"late"}']],
  );
  assert.equal(talk.clock.pendingTimers, 0);
});
