import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../kernel/errors.ts';
import { fakeTool } from '../testing/fake-session.ts';
import { SipHarness, type SipSetup } from '../testing/sip-harness.ts';

/*
 * The control socket of a call over SIP is lost and attached again. Model and caller go on talking
 * meanwhile: the conversation is neither told once more nor recorded twice, and waits for nothing that
 * happened while nobody looked.
 */

const OPENING = 'agent: Hola, habla con Automotora Andes. Soy un asistente virtual.';
const QUESTION = '¿Qué horario tienen ustedes?';
const ANSWER = 'Atendemos de lunes a viernes de nueve a seis de la tarde.';
const TOOL = fakeTool('precio');
const USAGE = {
  textInput: 100,
  audioInput: 0,
  cachedTextInput: 0,
  cachedAudioInput: 0,
  textOutput: 0,
  audioOutput: 40,
};

const failure = (code: ConstructorParameters<typeof ProviderError>[1], retryable: boolean) =>
  new ProviderError('fake-realtime', code, 'scripted', { retryable });

async function talking(setup: SipSetup = {}): Promise<SipHarness> {
  return new SipHarness(setup).afterOpening();
}

/** Nothing of what the provider knows was told to it again, and it was not asked for an answer. */
function assertLeftAlone(talk: SipHarness): void {
  assert.ok(talk.model.sessions.length > 1, 'the control was attached again');
  for (const session of talk.model.sessions.slice(1)) {
    assert.deepEqual([session.asked('add'), session.asked('respond')], [[], []]);
  }
}

/** The call is as alive as one whose control was never lost. */
async function assertGoesOn(talk: SipHarness): Promise<void> {
  await talk.says('¿Y los domingos?');
  talk.provider.speaks('Los domingos no abrimos.');
  await talk.until(() => talk.transcript.at(-1)?.startsWith('agent: Los domingos') === true);
  assert.deepEqual(talk.transcript.slice(-2), [
    'caller: ¿Y los domingos?',
    'agent: Los domingos no abrimos.',
  ]);
  await talk.until(() => talk.endReason !== undefined, 120_000);
  assert.equal(talk.endReason, 'idle', 'silence is noticed');
  assert.equal(await talk.settled(), 0);
}

test('in silence: nothing is told again', async () => {
  const talk = await talking();
  talk.line.dies();
  await talk.wait(500);
  assertLeftAlone(talk);
  assert.equal(talk.line.callId, 'rtc_1');
  assert.equal(talk.line.settings.answers, 'by-itself', 'it is controlled with what holds now');
  assert.equal(talk.metrics.times('realtime_sessions', { event: 'lost' }), 1);
  await assertGoesOn(talk);
});

test('while the greeting is heard: it is not said twice', async () => {
  const talk = await new SipHarness().answer();
  await talk.wait(800);
  talk.line.dies();
  await talk.until(() => talk.recorder.turns.length === 1);
  assertLeftAlone(talk);
  assert.deepEqual(talk.transcript, [OPENING]);
  assert.equal(talk.provider.heard.length, 1);
  assert.equal(talk.answersByItself, true);
});

test('before it was ready: what was asked is asked of the next one, once', async () => {
  const talk = new SipHarness();
  talk.model.failNext();
  talk.model.failNext();
  await talk.answer();
  await talk.until(() => talk.recorder.turns.length === 1);
  assert.deepEqual(talk.transcript, [OPENING]);
  assert.equal(talk.provider.heard.length, 1);
  assert.equal(talk.model.sessions.length, 3);
  await assertGoesOn(talk);
});

test('while an answer is heard that is made: it ends as if nothing had been', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER);
  await talk.wait(500);
  talk.line.dies();
  await talk.until(() => talk.transcript.length === 3);
  assertLeftAlone(talk);
  assert.deepEqual(talk.transcript, [OPENING, `caller: ${QUESTION}`, `agent: ${ANSWER}`]);
  await assertGoesOn(talk);
});

test('while an answer is made: its words go on, and it is one line', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  const responseId = talk.provider.speaks('Atendemos de lunes ', { itemId: 'i', done: false });
  await talk.wait(100);
  talk.line.dies();
  await talk.wait(200);
  talk.provider.tell((listener) =>
    listener.onAgentWords({ responseId, itemId: 'i', delta: 'a viernes.' }),
  );
  talk.provider.ends(responseId);
  await talk.until(() => talk.transcript.length === 3);
  assertLeftAlone(talk);
  assert.equal(talk.transcript[2], 'agent: Atendemos de lunes a viernes.');
  await assertGoesOn(talk);
});

test('the end of an answer was missed: it is over when it was heard, and nothing is asked again', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  const responseId = talk.provider.speaks(ANSWER, { done: false });
  await talk.wait(100);
  talk.line.dies();
  await talk.until(() => talk.provider.heard.includes(ANSWER));
  await talk.wait(100);
  // The late end of a response that is over: nobody listens.
  talk.provider.ends(responseId);
  await talk.wait(10);
  assertLeftAlone(talk);
  assert.deepEqual(talk.transcript.slice(2), [`agent: ${ANSWER}`]);
  await assertGoesOn(talk);
});

test('what such an answer has cost is told by its late end, and recorded once', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  const responseId = talk.provider.speaks(ANSWER, { done: false });
  await talk.wait(100);
  talk.line.dies();
  await talk.until(() => talk.transcript.length === 3);
  for (let i = 0; i < 2; i += 1) {
    talk.provider.tell((listener) =>
      listener.onResponseDone({ responseId, status: 'completed', usage: USAGE }),
    );
  }
  const counted = talk.recorder.usages.filter(({ service }) => service === 'realtime');
  assert.deepEqual(
    counted.map(({ turnIndex, amounts }) => [turnIndex, amounts]),
    [[2, { 'text-input-token': 100, 'audio-output-token': 40 }]],
  );
  await assertGoesOn(talk);
});

test('end and playback were missed, with every further event for a while', async () => {
  const talk = await talking({ readyAfterMs: 4000 });
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER, { done: false });
  await talk.wait(100);
  talk.line.dies();
  await talk.until(() => talk.transcript.length === 3);
  assert.deepEqual(talk.transcript.slice(2), [`agent: ${ANSWER}`]);
  await talk.until(() => talk.line.isReady);
  assertLeftAlone(talk);
  await assertGoesOn(talk);
});

test('the begin of an answer was missed: its words show that there is one', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.line.dies();
  const responseId = talk.provider.speaks('Atendemos ', { itemId: 'i', ms: 3000, done: false });
  await talk.wait(200);
  talk.provider.tell((listener) =>
    listener.onAgentWords({ responseId, itemId: 'i', delta: 'de lunes a viernes.' }),
  );
  talk.provider.ends(responseId);
  await talk.until(() => talk.transcript.length === 3);
  assertLeftAlone(talk);
  assert.equal(talk.transcript[2], 'agent: de lunes a viernes.');
  await assertGoesOn(talk);
});

test('an answer was missed whole: that it is heard shows that none is owed', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.line.dies();
  talk.provider.speaks('Un momento.', { ms: 600 });
  talk.provider.speaks(ANSWER);
  await talk.until(() => talk.provider.heard.includes(ANSWER));
  await talk.wait(3000);
  assertLeftAlone(talk);
  await assertGoesOn(talk);
});

test('the end of the caller’s turn was missed: the answer shows that it is complete', async () => {
  const talk = await talking();
  const itemId = talk.startsSpeaking();
  await talk.wait(500);
  talk.line.dies();
  talk.stopsSpeaking(itemId, null);
  await talk.wait(200);
  talk.provider.speaks(ANSWER);
  talk.provider.tell((listener) => listener.onCallerWords({ itemId, text: QUESTION, final: true }));
  await talk.until(() => talk.transcript.length === 3);
  assertLeftAlone(talk);
  assert.deepEqual(talk.transcript, [OPENING, `caller: ${QUESTION}`, `agent: ${ANSWER}`]);
  await assertGoesOn(talk);
});

test('all that came of the caller’s turn was missed: the model is asked for an answer', async () => {
  const talk = await talking();
  talk.startsSpeaking();
  await talk.wait(500);
  talk.line.dies();
  await talk.wait(6000);
  assert.deepEqual(talk.line.asked('respond'), []);
  await talk.until(() => talk.line.asked('respond').length > 0, 4000);
  talk.provider.speaks('¿Me lo puede repetir?');
  await talk.until(() => talk.transcript.length >= 3);
  assert.ok(talk.transcript.includes('agent: ¿Me lo puede repetir?'), talk.transcript.join());
  await assertGoesOn(talk);
});

test('a turn of the caller was missed: its words show that there was one', async () => {
  const talk = await talking();
  talk.line.dies();
  const itemId = talk.startsSpeaking();
  talk.stopsSpeaking(itemId, null);
  await talk.wait(200);
  talk.provider.tell((listener) => listener.onCallerWords({ itemId, text: QUESTION, final: true }));
  talk.provider.speaks(ANSWER);
  await talk.until(() => talk.transcript.length === 3);
  assertLeftAlone(talk);
  assert.deepEqual(talk.transcript, [OPENING, `caller: ${QUESTION}`, `agent: ${ANSWER}`]);
  await assertGoesOn(talk);
});

test('that the caller spoke over the agent was missed: what follows shows it', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER);
  await talk.wait(1000);
  talk.line.dies();
  const itemId = talk.startsSpeaking();
  await talk.wait(200);
  talk.stopsSpeaking(itemId, 'Perdón, otra cosa.');
  await talk.wait(100);
  talk.provider.speaks('Dígame.');
  await talk.until(() => talk.transcript.length === 5);
  assertLeftAlone(talk);
  const [, , cut, ...rest] = talk.transcript;
  assert.match(cut ?? '', /^agent \(cut\): Atendemos/);
  assert.deepEqual(rest, ['caller: Perdón, otra cosa.', 'agent: Dígame.']);
});

test('a tool that ends meanwhile is told when somebody listens', async () => {
  const talk = await talking({
    session: { tools: [TOOL] },
    onAnswer: () => void talk.provider.speaks('Cuesta diez millones.'),
  });
  talk.tools.offer('precio', { ok: true, result: { precio: 10 } }, 500);
  await talk.says('¿Cuánto cuesta?');
  talk.line.asksFor({ name: 'precio', callId: 'call-1' });
  await talk.wait(450);
  talk.line.dies();
  await talk.until(() => talk.transcript.at(-1) === 'agent: Cuesta diez millones.');
  assert.deepEqual(talk.line.asked('add'), []);
  assert.deepEqual(
    talk.line.asked('tool-result').map(({ callId, output }) => [callId, output]),
    [['call-1', '{"precio":10}']],
  );
  assert.equal(talk.line.asked('respond').length, 1);
  assert.equal(talk.tools.invocations.length, 1);
  await assertGoesOn(talk);
});

test('keys that are pressed meanwhile silence the model when it can be told', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER);
  await talk.wait(200);
  talk.line.dies();
  assert.equal(talk.registry.end('another call'), false);
  await talk.wait(10);
  talk.press('1');
  await talk.wait(300);
  talk.press('2#');
  await talk.wait(100);
  assert.ok(talk.silences > 0);
  assert.equal(talk.line.asked('truncate').length, 1);
});

test('the caller left while nobody looked', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  talk.provider.speaks(ANSWER);
  await talk.wait(1000);
  talk.model.failNext(failure('not-found', false));
  talk.line.dies();
  await talk.wait(500);
  assert.equal(talk.endReason, 'caller-hung-up');
  assert.match(talk.transcript.at(-1) ?? '', /^agent \(cut\): Atendemos/);
  assert.deepEqual(talk.sipCalls.asked, ['accept']);
  assert.equal(talk.registry.afterStream(talk.session.callSid).action, 'hang-up');
  assert.equal(await talk.settled(), 0);
});

test('a provider that does not answer at all is given up in a quarter of a minute', async () => {
  const talk = await talking();
  const lostMs = talk.clock.monotonicMs();
  talk.model.readyAfterMs = 7000;
  for (let i = 0; i < 10; i += 1) talk.model.failNext(failure('timeout', true));
  talk.line.dies();
  await talk.until(() => talk.endReason !== undefined);
  assert.equal(talk.endReason, 'provider-failure');
  assert.ok(talk.clock.monotonicMs() - lostMs < 15_000);
  assert.equal(talk.model.sessions.length, 3);
});

const GIVEN_UP: Record<string, (talk: SipHarness) => void> = {
  'no control can be had': (talk) => {
    for (let i = 0; i < 10; i += 1) talk.model.failNext();
    talk.line.dies();
  },
  'the provider refuses for good': (talk) => talk.line.dies(failure('permission-denied', false)),
  'the provider is left alone for a while': (talk) => {
    talk.model.isOpen = true;
    talk.line.dies();
  },
  'the provider’s limit is reached': (talk) => talk.line.dies(failure('stream-limit', true)),
};

for (const [name, fail] of Object.entries(GIVEN_UP)) {
  test(`${name}: what is being said is heard, and then Twilio takes a message`, async () => {
    const talk = await talking();
    await talk.says(QUESTION);
    talk.provider.speaks(ANSWER);
    await talk.wait(500);
    fail(talk);
    await talk.until(() => talk.endReason !== undefined, 30_000);
    assert.equal(talk.endReason, 'provider-failure');
    assert.deepEqual(talk.provider.heard.slice(1), [ANSWER]);
    assert.equal(talk.transcript.at(-1), `agent: ${ANSWER}`);
    await talk.wait(0);
    assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up']);
    assert.equal(talk.registry.afterStream(talk.session.callSid).action, 'take-message');
    assert.equal(await talk.settled(), 0);
  });
}

test('a model that does not answer is asked once more, over another control, and then given up', async () => {
  const talk = await talking();
  await talk.says(QUESTION);
  await talk.until(() => talk.model.sessions.length === 2);
  await talk.wait(200);
  assert.deepEqual(talk.line.asked('add'), [], 'it knows what was said');
  assert.equal(talk.line.asked('respond').length, 1);
  await talk.until(() => talk.endReason !== undefined, 30_000);
  assert.equal(talk.endReason, 'provider-failure');
  assert.equal(talk.model.sessions.length, 2);
});

test('a model that answers when it is asked once more is heard, in a line of its own', async () => {
  const talk = await talking({
    onAnswer: () => {
      if (talk.model.sessions.length > 1) talk.provider.speaks(ANSWER);
    },
  });
  await talk.says(QUESTION);
  await talk.until(() => talk.transcript.length === 3, 30_000);
  assert.deepEqual(talk.transcript, [OPENING, `caller: ${QUESTION}`, `agent: ${ANSWER}`]);
  await assertGoesOn(talk);
});
