import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CascadeHarness } from './testing/cascade-harness.ts';

test('a late final that says the same is only recorded, and nobody waits for it', async () => {
  const talk = await new CascadeHarness({
    replies: [{ text: ['De nueve a seis.'] }],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('qué horario tienen', { finalAfterMs: 1600, final: '¿Qué horario tienen?' });
  await talk.until(() => talk.agentTurns.length === 2);
  await talk.wait(1000);
  assert.equal(talk.agentTurns[1]!.delays.endOfTurnMs, 300);
  assert.equal(talk.llm.requests.length, 1);
  assert.equal(talk.transcript[1], 'caller: ¿Qué horario tienen?');
  talk.call.stop();
});

test('a final that says something else before anything was heard restarts the answer', async () => {
  const talk = await new CascadeHarness({
    replies: [{ text: ['A Lima no vamos.'], firstTokenMs: 900 }, { text: ['A Viña vamos hoy.'] }],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('van ustedes a Lima', { finalAfterMs: 700, final: '¿Van ustedes a Viña?' });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: ¿Van ustedes a Viña?',
    'agent: A Viña vamos hoy.',
  ]);
  assert.deepEqual(talk.llm.requests[1]!.history.slice(-1), [
    { role: 'caller', text: '¿Van ustedes a Viña?' },
  ]);
  talk.call.stop();
});

test('the same final after something was heard does not touch the answer', async () => {
  const talk = await new CascadeHarness({
    replies: [{ text: ['A Lima no vamos por ahora.'], firstTokenMs: 100 }],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('van ustedes a Lima', { finalAfterMs: 1500, final: '¿Van ustedes a Viña?' });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: ¿Van ustedes a Viña?',
    'agent: A Lima no vamos por ahora.',
  ]);
  talk.call.stop();
});

test('generation that began on a stable interim is kept when the turn ends with the same words', async () => {
  const talk = await new CascadeHarness({ replies: [{ text: ['Sí, tenemos.'] }] }).afterGreeting();
  await talk.wait(500);
  await talk.say('tienen autos rojos', { thenMs: 220 });
  assert.equal(talk.llm.requests.length, 1, 'asked before the turn ended');
  assert.equal(talk.agentSounds, false);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.llm.requests.length, 1);
  talk.call.stop();
});

test('generation is thrown away when the caller goes on', async () => {
  const talk = await new CascadeHarness({
    replies: [
      { text: ['Sí, rojos.'], firstTokenMs: 2000 },
      { text: ['Sí, los dos.'] },
      { text: ['Sí, los dos.'] },
    ],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('tienen autos rojos', { finalAfterMs: null, thenMs: 240 });
  await talk.say('o camionetas azules', { finalAfterMs: 400 });
  await talk.until(() => talk.agentTurns.length === 2);
  assert.ok(talk.llm.requests.length >= 2);
  assert.deepEqual(talk.llm.aborted.slice(0, 1), [0]);
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: tienen autos rojos o camionetas azules',
    'agent: Sí, los dos.',
  ]);
  talk.call.stop();
});

test('an unfinished sentence gets its time', async () => {
  const talk = await new CascadeHarness({
    replies: [{ text: ['El rojo está disponible.'] }],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('me interesa el auto de', { finalAfterMs: 300 });
  await talk.wait(1500);
  assert.equal(talk.agentSounds, false);
  await talk.say('color rojo por favor');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript[1], 'caller: me interesa el auto de color rojo por favor');
  talk.call.stop();
});

test('a caller who says nothing is asked twice, then the call ends politely', async () => {
  const talk = await new CascadeHarness().afterGreeting();
  await talk.until(() => talk.call.endReason !== undefined);
  assert.deepEqual(talk.transcript.slice(1), [
    'agent: ¿Sigue ahí?',
    'agent: ¿Hola? ¿Me escucha?',
    'agent: Parece que no le escucho. Si lo necesita, llámenos de nuevo. Que tenga un buen día.',
  ]);
  assert.equal(talk.call.endReason, 'idle');
});

test('the agent hangs up after its goodbye was heard to the end', async () => {
  const talk = await new CascadeHarness({
    replies: [
      {
        text: ['Gracias por llamar, hasta luego.'],
        toolCalls: [{ id: 'c1', name: 'end_call', arguments: {} }],
      },
    ],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('eso es todo, gracias');
  const ending = await Promise.race([talk.call.ended, talk.until(() => false, 30_000)]).catch(
    () => undefined,
  );
  assert.equal(ending?.reason, 'agent-hung-up');
  assert.equal(talk.transcript.at(-1), 'agent: Gracias por llamar, hasta luego.');
  assert.equal(talk.leg.closed, true);
});

test('the agent says goodbye when the model hangs up without a word', async () => {
  const talk = await new CascadeHarness({
    replies: [{ toolCalls: [{ id: 'c1', name: 'end_call', arguments: {} }] }],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('eso es todo, gracias');
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(
    talk.transcript.at(-1),
    'agent: Gracias por llamar. Que tenga un buen día. Hasta luego.',
  );
});

test('a caller who thinks of something during the goodbye keeps the line', async () => {
  const talk = await new CascadeHarness({
    replies: [
      {
        text: ['Gracias por llamar a Automotora Andes, hasta luego.'],
        toolCalls: [{ id: 'c1', name: 'end_call', arguments: {} }],
      },
      { text: ['Dígame.'] },
    ],
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('eso es todo, gracias');
  await talk.until(() => talk.agentSounds);
  await talk.wait(600);
  await talk.say('espere, otra pregunta');
  await talk.until(() => talk.agentTurns.length === 3);
  await talk.wait(3000);
  assert.equal(talk.call.endReason, undefined);
  assert.equal(talk.transcript.at(-1), 'agent: Dígame.');
  talk.call.stop();
});

test('a call ends at its longest duration, with a word of explanation', async () => {
  const talk = new CascadeHarness();
  await talk.afterGreeting();
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'idle');
});
