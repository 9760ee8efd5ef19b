import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CascadeHarness, type CascadeSetup } from './testing/cascade-harness.ts';
import { fakeTenant } from './testing/fake-session.ts';

const NUMBER = '+56221234567';
const SUMMARY = { reason: 'lo pide', summary: 'Pregunta por el precio de un auto rojo.' };
const TRANSFER = { id: 'c1', name: 'transfer_to_human', arguments: SUMMARY };
const WORDS = 'Claro, le comunico con una persona de nuestro equipo de ventas.';

async function asked(
  replies: CascadeSetup['replies'],
  escalationNumber: string | undefined = NUMBER,
): Promise<CascadeHarness> {
  const talk = await new CascadeHarness({
    session: { tenant: fakeTenant({ ...(escalationNumber && { escalationNumber }) }) },
    ...(replies && { replies }),
  }).afterGreeting();
  await talk.wait(500);
  await talk.say('quiero hablar con una persona');
  return talk;
}

test('a transfer happens when its words were heard, and is told with reason and summary', async () => {
  const talk = await asked([{ text: [WORDS], toolCalls: [TRANSFER] }]);
  await talk.until(() => talk.agentSounds);
  await talk.wait(1500);
  assert.deepEqual([talk.call.endReason, talk.actions.escalations], [undefined, []]);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'transferred');
  assert.deepEqual(talk.transcript.slice(1), [
    'caller: quiero hablar con una persona',
    'tool: transfer_to_human',
    `agent: ${WORDS}`,
  ]);
  assert.deepEqual(talk.actions.escalations, [SUMMARY]);
  assert.deepEqual(talk.call.transfer, SUMMARY);
  assert.equal(talk.llm.requests.length, 1);
});

test('a model that says nothing has it said for it', async () => {
  const talk = await asked([{ toolCalls: [TRANSFER] }]);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'transferred');
  assert.equal(
    talk.transcript.at(-1),
    'agent: Le comunico con una persona. Un momento, por favor.',
  );
});

test('without a number the model is told that nobody is there, and goes on', async () => {
  const offer = 'Ahora no hay nadie disponible. ¿Quiere que le llamemos?';
  const talk = await asked([{ toolCalls: [TRANSFER] }, { text: [offer] }], '');
  await talk.until(() => talk.agentTurns.length === 2);
  assert.equal(talk.transcript.at(-1), `agent: ${offer}`);
  assert.deepEqual(talk.llm.requests[1]!.history.at(-1), {
    role: 'tool',
    callId: 'c1',
    name: 'transfer_to_human',
    result: { error: 'nobody-available' },
  });
  assert.deepEqual([talk.call.endReason, talk.actions.escalations], [undefined, []]);
  talk.call.stop();
});

test('a caller who has another question before being connected is not transferred', async () => {
  const talk = await asked([
    { text: [WORDS], toolCalls: [TRANSFER] },
    { text: ['Abrimos a las nueve.'] },
  ]);
  await talk.until(() => talk.agentSounds);
  await talk.wait(800);
  await talk.say('espere, ¿a qué hora abren?');
  await talk.until(() => talk.agentTurns.length === 3);
  assert.equal(talk.call.endReason, undefined);
  talk.leg.end('caller-hung-up');
  assert.equal((await talk.call.ended).reason, 'caller-hung-up');
  assert.deepEqual([talk.call.transfer, talk.actions.escalations], [undefined, []]);
});

test('a caller who hangs up during the words is not passed on to anybody', async () => {
  const talk = await asked([{ text: [WORDS], toolCalls: [TRANSFER] }]);
  await talk.until(() => talk.agentSounds);
  talk.leg.end('caller-hung-up');
  assert.deepEqual([talk.call.transfer, talk.actions.escalations], [undefined, []]);
});

test('words that cannot be spoken do not keep the caller from being connected', async () => {
  const talk = await asked([{ toolCalls: [TRANSFER], firstTokenMs: 100 }]);
  const failure = new Error('the voice is away');
  talk.tts.failNext(failure);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'transferred');
  assert.deepEqual(talk.actions.escalations, [SUMMARY]);
});

test('what a built-in tool did is a line of the record, and the model puts it into words', async () => {
  const talk = await asked([
    {
      toolCalls: [
        { id: 'c1', name: 'schedule_callback', arguments: { at: '2026-01-06T10:00' } },
        { id: 'c2', name: 'get_current_time', arguments: {} },
      ],
    },
    { text: ['Le llamamos mañana a las diez.'] },
  ]);
  await talk.until(() => talk.agentTurns.length === 2);
  assert.deepEqual(talk.transcript.slice(2), [
    'tool: schedule_callback',
    'tool: get_current_time',
    'agent: Le llamamos mañana a las diez.',
  ]);
  assert.deepEqual(talk.actions.callbacks, [{ at: '2026-01-06T10:00' }]);
  assert.match(
    talk.recorder.turns.find(({ text }) => text === 'get_current_time')!.generatedText!,
    /"date":"2026-01-05".*"timezone":"America\/Santiago"/,
  );
  talk.call.stop();
});

test('who wants no more calls is taken at their word, and the call ends with a goodbye', async () => {
  const talk = await asked([
    { toolCalls: [{ id: 'c1', name: 'opt_out', arguments: { reason: 'no quiere llamadas' } }] },
    {
      text: ['No le llamaremos más. Hasta luego.'],
      toolCalls: [{ id: 'c2', name: 'end_call', arguments: {} }],
    },
  ]);
  await talk.until(() => talk.call.endReason !== undefined);
  assert.equal(talk.call.endReason, 'agent-hung-up');
  assert.deepEqual(talk.actions.optOuts, [{ reason: 'no quiere llamadas' }]);
  assert.equal(talk.transcript.at(-1), 'agent: No le llamaremos más. Hasta luego.');
});
