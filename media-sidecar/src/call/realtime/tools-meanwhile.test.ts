import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answersAskedFor,
  asking,
  asksForPrice,
  fillersAskedFor,
  PRICE,
  resultsTold,
  saysNothing,
  SLOW_MS,
} from '../testing/asking-caller.ts';
import { fakeTool } from '../testing/fake-session.ts';
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

test('what the call itself does takes effect and is told so, whatever the caller says meanwhile', async () => {
  const talk = await asking();
  talk.actions.scheduleCallback = async () => {
    await talk.clock.sleep(3000);
    return { ok: true, result: { ok: true } };
  };
  talk.line.asksFor({ callId: 'c1', name: 'schedule_callback' });
  await talk.wait(300);
  await talk.says('¿Y dónde están ustedes?');
  talk.answers('En Providencia.', {}, 600);
  await talk.until(() => answersAskedFor(talk).length === 1, 4000);
  assert.deepEqual(resultsTold(talk), [['c1', '{"ok":true}']]);
  const recorded = () => talk.recorder.turns.find(({ role }) => role === 'tool');
  await talk.until(() => recorded() !== undefined, 5000);
  assert.equal(recorded()?.generatedText, '{"ok":true}');
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
