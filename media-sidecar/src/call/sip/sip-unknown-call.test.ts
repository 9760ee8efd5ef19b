import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../kernel/errors.ts';
import { SipHarness } from '../testing/sip-harness.ts';

/*
 * The provider does not know a call that it has handed over. OpenAI says so after 5.2 to 5.5 s. Before
 * the call had any control that may be too early; after it had one, the caller has hung up.
 */

const OPENING = 'agent: Hola, habla con Automotora Andes. Soy un asistente virtual.';
const LATE_MS = 5500;

const unknown = () =>
  new ProviderError('fake-realtime', 'not-found', 'scripted', { retryable: false });

/** The next attempts to control the call are told that there is none, each after so long. */
function hides(talk: SipHarness, attempts: number, afterMs = 100): void {
  for (let i = 0; i < attempts; i += 1) talk.model.failNext(unknown());
  talk.model.readyAfterMs = afterMs;
}

async function assertOpened(talk: SipHarness): Promise<void> {
  await talk.until(() => talk.recorder.turns.length === 1);
  assert.deepEqual(talk.transcript, [OPENING]);
  assert.equal(talk.provider.heard.length, 1);
  assert.deepEqual(talk.sipCalls.asked, ['accept']);
}

test('right after the accept a call may not be known everywhere', async () => {
  const talk = new SipHarness();
  hides(talk, 1);
  await assertOpened(await talk.answer());
});

test('a call is looked for with pauses, and led as soon as it is known', async () => {
  const talk = new SipHarness();
  hides(talk, 4);
  await talk.answer();
  await talk.wait(5899);
  assert.equal(talk.model.sessions.length, 4);
  await assertOpened(talk);
  assert.equal(talk.model.sessions.length, 5);
});

test('it is led also where the provider took its time to say that it does not know it', async () => {
  const talk = new SipHarness();
  hides(talk, 1, LATE_MS);
  await talk.answer();
  await talk.wait(LATE_MS);
  talk.model.readyAfterMs = 600;
  await assertOpened(talk);
});

for (const [how, afterMs, attempts] of [
  ['at once', 100, 6],
  ['late', LATE_MS, 2],
] as const) {
  test(`a call that is never known, told ${how}: it is hung up all the same, and Twilio takes a message`, async () => {
    const talk = new SipHarness();
    hides(talk, 20, afterMs);
    talk.sipCalls.failNext('hang-up', unknown());
    await talk.answer();
    await talk.until(() => talk.endReason !== undefined);
    assert.ok(talk.clock.monotonicMs() <= 10_020, String(talk.clock.monotonicMs()));
    assert.equal(talk.model.sessions.length, attempts);
    // Whether the caller has left nobody knows: who is still there is owed something.
    assert.equal(talk.endReason, 'provider-failure');
    await talk.wait(0);
    assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up']);
    assert.equal(talk.registry.afterStream(talk.session.callSid).action, 'take-message');
    await talk.wait(1000);
    assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up', 'hang-up'], 'it may know it later');
    assert.equal(await talk.settled(), 0);
  });
}

test('a control is lost, and the provider says late that it knows the call no more: the caller has left', async () => {
  const talk = await new SipHarness().afterOpening();
  hides(talk, 1, LATE_MS);
  talk.line.dies();
  await talk.wait(LATE_MS);
  assert.equal(talk.endReason, 'caller-hung-up');
  assert.equal(talk.model.sessions.length, 2);
  assert.deepEqual(talk.sipCalls.asked, ['accept']);
  assert.equal(await talk.settled(), 0);
});
