import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeTenant, fakeTool } from '../testing/fake-session.ts';
import { SipHarness, type SipSetup } from '../testing/sip-harness.ts';

const OPENING = 'agent: Hola, habla con Automotora Andes. Soy un asistente virtual.';
const QUESTION = '¿Qué horario tienen ustedes?';
const ANSWER =
  'Atendemos de lunes a viernes de nueve a seis de la tarde, y los sábados hasta las dos.';

async function talking(setup: SipSetup = {}): Promise<SipHarness> {
  return new SipHarness(setup).afterOpening();
}

/** How many words of a text are at the beginning of another. */
function wordsIn(line: string | undefined, text: string): number {
  const words = line?.replace(/^.*?: /, '').split(' ') ?? [];
  assert.ok(text.startsWith(words.join(' ')), line);
  return words.filter(Boolean).length;
}

test('the greeting is the model’s, and only then it answers by itself', async () => {
  const talk = await new SipHarness().answer();
  await talk.wait(500);
  assert.equal(talk.answersByItself, false);
  await talk.until(() => talk.recorder.turns.length === 1);
  assert.equal(talk.answersByItself, true);
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER);
  await talk.until(() => talk.recorder.turns.length === 3);
  assert.deepEqual(talk.transcript, [OPENING, `caller: ${QUESTION}`, `agent: ${ANSWER}`]);
  assert.deepEqual(talk.tts.requests, [], 'no other voice is paid for that nobody hears');
  assert.equal(talk.metrics.times('provider_errors'), 0);
});

test('of an answer that was spoken over, what was heard is known to about a word', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  // A slower voice than assumed, which one answer has told.
  talk.provider.speaks(ANSWER, { ms: ANSWER.length * 75 });
  await talk.until(() => talk.recorder.turns.length === 3);
  await talk.says('¿Y los domingos?');
  talk.provider.speaks(ANSWER, { ms: ANSWER.length * 75 });
  await talk.wait(ANSWER.length * 75 * 0.5);
  const itemId = talk.startsSpeaking();
  talk.stopsSpeaking(itemId, 'Perdón, otra cosa.');
  await talk.wait(100);
  const cut = talk.transcript.find((line) => line.startsWith('agent (cut)'));
  const half = ANSWER.slice(0, ANSWER.length / 2).split(' ').length;
  assert.ok(Math.abs(wordsIn(cut, ANSWER) - half) <= 2, `${cut}: not about ${half} words`);
  assert.equal(talk.silences, 0, 'the provider stops by itself');
  assert.equal(talk.metrics.times('interruptions', { by: 'speech' }), 1);
  const reactions = talk.metrics.measured.filter(({ name }) => name === 'clear_reaction');
  assert.deepEqual(reactions, [], 'it is not we who silence the phone');
  assert.deepEqual(talk.line.asked('truncate'), [], 'and forgets by itself what was not heard');
});

test('a second answer that waits behind the first is not heard when both are cut', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER);
  talk.provider.speaks('Y algo más que agregar.');
  await talk.wait(1000);
  talk.stopsSpeaking(talk.startsSpeaking(), 'Gracias.');
  await talk.wait(100);
  const said = talk.transcript.filter((line) => line.startsWith('agent'));
  assert.equal(said.length, 2, said.join('\n'));
  assert.ok(wordsIn(said[1], ANSWER) < 6);
});

test('answers in a row are each a line, in the order in which they are heard', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.provider.speaks('Un momento, reviso.');
  talk.provider.speaks(ANSWER);
  await talk.until(() => talk.recorder.turns.length === 4);
  assert.deepEqual(talk.transcript.slice(2), ['agent: Un momento, reviso.', `agent: ${ANSWER}`]);
  assert.deepEqual(talk.provider.heard.slice(1), ['Un momento, reviso.', ANSWER]);
});

test('who hangs up in the middle has not heard the rest', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER);
  await talk.wait(1500);
  talk.provider.hangsUp();
  await talk.wait(100);
  assert.equal(talk.endReason, 'caller-hung-up');
  const words = wordsIn(talk.transcript.at(-1), ANSWER);
  assert.ok(words >= 3 && words <= 6, talk.transcript.at(-1));
  assert.match(talk.transcript.at(-1) ?? '', /^agent \(cut\)/);
  assert.deepEqual(talk.sipCalls.asked, ['accept'], 'there is nothing to hang up');
  assert.equal(await talk.settled(), 0);
});

test('keys stop what the provider plays, which forgets it where we tell', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER, { itemId: 'item' });
  await talk.wait(1500);
  talk.press('12#');
  await talk.wait(100);
  assert.ok(talk.silences > 0);
  const [cut, ...more] = talk.line.asked('truncate');
  assert.deepEqual(more, []);
  assert.equal(cut?.itemId, 'item');
  assert.ok(Math.abs((cut?.audioEndMs ?? 0) - 1500) < 20, String(cut?.audioEndMs));
  const told = talk.line.asked('add').flatMap(({ items }) => items);
  assert.deepEqual(
    told.map(({ role }) => role),
    ['caller'],
  );
  assert.match(JSON.stringify(told), /1.*2.*#/);
  assert.equal(talk.line.asked('respond').at(-1)?.request.instructions, undefined);
  assert.doesNotMatch(talk.provider.heard.join(), /dos\.$/);
});

test('keys in the greeting wait for its end', async () => {
  const talk = await new SipHarness().answer();
  await talk.wait(1000);
  talk.press('5');
  await talk.until(() => talk.recorder.turns.length >= 1);
  await talk.wait(1500);
  assert.equal(talk.silences, 0);
  assert.equal(talk.transcript[0], OPENING);
  const told = talk.line.asked('add').flatMap(({ items }) => items);
  assert.match(JSON.stringify(told), /"caller".*5/);
});

test('a tool runs, and a filler beside the conversation bridges the wait for it', async () => {
  const talk = await talking({
    session: { tools: [fakeTool('precio')] },
    onAnswer: () => void talk.provider.speaks('Cuesta diez millones.'),
  });
  talk.tools.offer('precio', { ok: true, result: { precio: 10 } }, 3000);
  await talk.says('¿Cuánto cuesta?');
  talk.line.asksFor({ name: 'precio', callId: 'call-1' });
  await talk.until(() => talk.transcript.some((line) => line.includes('Cuesta')));
  const filler = talk.line.asked('respond').find(({ request }) => request.outOfBand);
  assert.ok(filler, 'a filler was asked for');
  assert.equal(talk.line.asked('tool-result')[0]?.output, '{"precio":10}');
  assert.equal(talk.metrics.times('provider_errors'), 0);
  assert.deepEqual(
    talk.transcript.slice(1).map((line) => line.split(':')[0]),
    ['caller', 'agent', 'tool', 'agent'],
  );
});

test('end_call: the last words are heard to their end, and then the line is hung up', async () => {
  const talk = await talking();
  await talk.says('Gracias, eso es todo.');
  talk.provider.tell((listener) => {
    const responseId = 'bye';
    listener.onResponseStarted({ responseId });
    listener.onToolCall({
      responseId,
      itemId: 'i',
      callId: 'c',
      name: 'end_call',
      arguments: '{}',
    });
    talk.provider.speaks('Gracias por llamar, hasta luego.', { responseId });
  });
  await talk.wait(1500);
  assert.deepEqual(talk.sipCalls.asked, ['accept']);
  await talk.until(() => talk.sipCalls.asked.length === 2);
  assert.equal(talk.provider.heard.at(-1), 'Gracias por llamar, hasta luego.');
  assert.equal(talk.endReason, 'agent-hung-up');
  assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up']);
  assert.equal(talk.transcript.at(-1), 'agent: Gracias por llamar, hasta luego.');
  assert.equal(await talk.settled(), 0);
});

const ESCALATION = '+56955556666';

for (const [name, callSid, released] of [
  ['behind Twilio the line is hung up, and Twilio dials', undefined, 'hang-up'],
  ['without Twilio the caller is referred', 'rtc_1', 'refer'],
] as const) {
  test(`a transfer: ${name}`, async () => {
    const talk = await talking({
      session: {
        tenant: fakeTenant({ escalationNumber: ESCALATION }),
        ...(callSid !== undefined && { callSid }),
      },
    });
    await talk.says('Quiero hablar con una persona.');
    talk.line.asksFor({
      name: 'transfer_to_human',
      arguments: '{"reason":"persona","summary":"Quiere un auto"}',
    });
    await talk.wait(300);
    assert.equal(talk.answersByItself, false, 'a word over it does not stop the last words');
    const itemId = talk.startsSpeaking();
    talk.stopsSpeaking(itemId, 'Ya, gracias.');
    await talk.until(() => talk.endReason !== undefined);
    assert.equal(talk.endReason, 'transferred');
    await talk.wait(100);
    assert.equal(talk.sipCalls.requests[1]?.do, released);
    if (released === 'refer') {
      assert.deepEqual(talk.sipCalls.requests[1], {
        do: 'refer',
        callId: 'rtc_1',
        targetUri: `tel:${ESCALATION}`,
      });
    }
    const after = talk.registry.afterStream(talk.session.callSid);
    assert.equal(after.action === 'transfer' && after.number, ESCALATION);
    assert.equal(after.action === 'transfer' && after.summary, 'Quiere un auto');
    assert.equal(talk.actions.escalations.length, 1);
  });
}

test('a call ends before the provider’s limit, and what is said then is the goodbye', async () => {
  const talk = await talking({ options: { sessionLimitMs: 60_000 } });
  await talk.says('Cuénteme todo lo que sabe.');
  talk.provider.speaks(ANSWER.repeat(12));
  await talk.until(() => talk.silences > 0);
  await talk.until(() => talk.endReason !== undefined);
  assert.equal(talk.endReason, 'time-limit');
  assert.ok(talk.clock.monotonicMs() < 60_000, String(talk.clock.monotonicMs()));
  assert.match(talk.transcript.at(-1) ?? '', /^agent: /);
  assert.equal(talk.transcript.at(-1), `agent: ${talk.provider.heard.at(-1)}`);
});

test('a silent caller is asked, and at last told goodbye', async () => {
  const talk = await talking();
  await talk.until(() => talk.endReason !== undefined, 120_000);
  assert.equal(talk.endReason, 'idle');
  assert.equal(talk.transcript.length, 4);
  assert.equal(talk.metrics.times('provider_errors'), 0);
});

test('draining lets a call end in peace, and then hangs it up', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER);
  const drained = talk.registry.drain(8000);
  await talk.wait(7900);
  assert.equal(talk.transcript[2], `agent: ${ANSWER}`);
  assert.deepEqual(talk.sipCalls.asked, ['accept']);
  await talk.wait(200);
  await drained;
  assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up']);
  assert.equal(talk.registry.afterStream(talk.session.callSid).action, 'take-message');
});

test('a request to end a call silences it and hangs up', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER);
  await talk.wait(500);
  assert.equal(talk.registry.end(talk.session.callId), true);
  await talk.wait(0);
  assert.equal(talk.endReason, 'ended-by-request');
  assert.ok(talk.silences > 0);
  assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up']);
});
