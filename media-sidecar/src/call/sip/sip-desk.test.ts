import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../kernel/errors.ts';
import { CallRefusedError } from '../registry.ts';
import { fakeTenant, fakeTool } from '../testing/fake-session.ts';
import { OPENAI_CALL, SipHarness, type SipSetup } from '../testing/sip-harness.ts';
import { SipDesk } from './sip-desk.ts';

const failure = (code: ConstructorParameters<typeof ProviderError>[1], retryable = false) =>
  new ProviderError('fake', code, 'scripted', { retryable });

test('a call is accepted with the settings of its session, and controlled by its id', async () => {
  const talk = new SipHarness({
    session: {
      tools: [fakeTool('precio')],
      tenant: fakeTenant({ realtime: { voice: 'cedar', speed: 1.2 } }),
    },
  });
  assert.equal(await talk.desk.answer(talk.session, OPENAI_CALL), 'answered');
  const [accepted] = talk.sipCalls.requests;
  assert.equal(accepted?.callId, OPENAI_CALL);
  const settings = accepted.do === 'accept' ? accepted.settings : undefined;
  assert.deepEqual(
    [settings?.voice, settings?.speed, settings?.answers, settings?.languageCode],
    ['cedar', 1.2, 'when-asked', 'es-CL'],
  );
  assert.ok(settings?.tools.some(({ name }) => name === 'precio'));
  assert.ok(settings?.tools.some(({ name }) => name === 'end_call'));
  assert.match(settings?.instructions ?? '', /Automotora Andes/);
  assert.equal(talk.line.callId, OPENAI_CALL);
  assert.deepEqual(talk.line.settings, settings, 'what controls it wants the same');
});

test('a call over SIP counts as a call', async () => {
  const talk = await new SipHarness().answer();
  assert.equal(talk.metrics.gauges.get('calls_active'), 1);
  assert.equal(talk.metrics.times('calls_started'), 1);
  assert.deepEqual(talk.registry.callIds, [talk.session.callId]);
  await talk.wait(500);
  talk.provider.hangsUp();
  await talk.wait(0);
  assert.equal(talk.metrics.gauges.get('calls_active'), 0);
  assert.equal(talk.metrics.times('calls_ended', { reason: 'caller-hung-up' }), 1);
});

test('a caller who left before the accept leaves no conversation behind, and a record', async () => {
  const talk = new SipHarness();
  talk.sipCalls.failNext('accept', failure('not-found'));
  assert.equal(await talk.desk.answer(talk.session, OPENAI_CALL), 'gone');
  assert.deepEqual([talk.registry.size, talk.model.sessions.length], [0, 0]);
  const told = talk.recorder.endings.map(({ callId, reason }) => [callId, reason]);
  assert.deepEqual(told, [[talk.session.callId, 'caller-left']]);
  assert.equal(talk.recorder.started.length, 1);
  assert.equal(await talk.settled(), 0);
  assert.deepEqual(talk.sipCalls.asked, ['accept']);
});

/** Its accept may have been carried out, and only the reply lost: a live call that nobody controls. */
test('a call that is not accepted for another reason is told so, and hung up', async () => {
  for (const error of [
    failure('invalid-request'),
    failure('unavailable', true),
    failure('timeout', true),
    failure('cancelled'),
    new Error('x'),
  ]) {
    const talk = new SipHarness();
    talk.sipCalls.failNext('accept', error);
    await assert.rejects(talk.desk.answer(talk.session, OPENAI_CALL), error);
    assert.equal(await talk.settled(), 0);
    assert.deepEqual([talk.registry.size, talk.sipCalls.asked], [0, ['accept', 'hang-up']]);
    assert.equal(talk.sipCalls.requests.at(-1)?.callId, OPENAI_CALL);
    assert.deepEqual(
      talk.recorder.endings.map(({ reason }) => reason),
      ['provider-failure'],
    );
  }
});

test('an accept that is carried out late leaves no call behind', async () => {
  const talk = new SipHarness();
  talk.sipCalls.failNext('accept', failure('timeout', true));
  talk.sipCalls.failNext('hang-up', failure('not-found'));
  await assert.rejects(talk.desk.answer(talk.session, OPENAI_CALL));
  await talk.wait(999);
  assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up']);
  await talk.wait(1);
  assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up', 'hang-up']);
  assert.equal(await talk.settled(), 0);
  assert.equal(talk.sipCalls.asked.length, 3, 'it is over');
  assert.equal(talk.metrics.times('provider_errors'), 0);
});

test('a call that was never accepted is looked for in vain, and then no more', async () => {
  const talk = new SipHarness();
  talk.sipCalls.failNext('accept', failure('timeout', true));
  for (let i = 0; i < 10; i += 1) talk.sipCalls.failNext('hang-up', failure('not-found'));
  await assert.rejects(talk.desk.answer(talk.session, OPENAI_CALL));
  assert.equal(await talk.settled(), 0);
  assert.equal(talk.sipCalls.asked.length, 5);
});

test('where there is no room a call is not accepted: the carrier still knows what to do', async () => {
  const full = await new SipHarness({ maxCalls: 1 }).answer();
  const another = { ...full.session, callSid: 'CA2', callId: 'call-2' };
  await assert.rejects(full.desk.answer(another, 'rtc_2'), { reason: 'capacity' });
  assert.deepEqual(full.sipCalls.asked, ['accept']);
  const drained = new SipHarness();
  await drained.registry.drain(0);
  const refusal = drained.desk.answer(drained.session, OPENAI_CALL);
  await assert.rejects(refusal, { name: 'CallRefusedError', reason: 'draining' });
  assert.deepEqual(drained.sipCalls.asked, []);
});

test('a call that is refused after the accept is hung up, and its record says why', async () => {
  for (const [reason, told] of [
    ['draining', 'drained'],
    ['capacity', 'provider-failure'],
  ] as const) {
    const talk = new SipHarness();
    const desk = deskWith(talk, {
      hasRoom: true,
      draining: false,
      start: () => {
        throw new CallRefusedError(reason);
      },
    });
    await assert.rejects(desk.answer(talk.session, OPENAI_CALL), { reason });
    await talk.wait(0);
    assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up']);
    assert.deepEqual(
      talk.recorder.endings.map((ending) => ending.reason),
      [told],
    );
    assert.equal(await talk.settled(), 0);
  }
});

test('an agent that there is not is noticed before the accept', async () => {
  const talk = new SipHarness({ session: { agent: 'nobody' } });
  await assert.rejects(talk.desk.answer(talk.session, OPENAI_CALL));
  assert.deepEqual(talk.sipCalls.asked, []);
});

test('a rejection has its status, and tells when it fails', async () => {
  const talk = new SipHarness();
  await talk.desk.reject(OPENAI_CALL, 486);
  assert.deepEqual(talk.sipCalls.requests, [
    { do: 'reject', callId: OPENAI_CALL, statusCode: 486 },
  ]);
  talk.sipCalls.failNext('reject', failure('not-found'));
  await assert.rejects(talk.desk.reject(OPENAI_CALL, 603), { code: 'not-found' });
});

/** A call that has ended on our side. */
async function ended(setup: SipSetup, prepare: (talk: SipHarness) => void): Promise<SipHarness> {
  const talk = await new SipHarness(setup).afterOpening();
  prepare(talk);
  talk.registry.end(talk.session.callId);
  await talk.wait(0);
  return talk;
}

test('a hang-up that fails is tried again, and counted, never thrown', async () => {
  const talk = await ended({}, ({ sipCalls }) => {
    sipCalls.failNext('hang-up', failure('unavailable', true));
    sipCalls.failNext('hang-up', failure('timeout', true));
  });
  assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up']);
  await talk.wait(999);
  assert.equal(talk.sipCalls.asked.length, 2);
  await talk.wait(1);
  assert.equal(talk.sipCalls.asked.length, 3);
  await talk.wait(5000);
  assert.deepEqual(talk.sipCalls.asked.slice(1), ['hang-up', 'hang-up', 'hang-up']);
  assert.equal(await talk.settled(), 0);
  assert.equal(talk.sipCalls.asked.length, 4, 'it is over');
  const count = (code: string) =>
    talk.metrics.times('provider_errors', { source: 'realtime', code });
  assert.deepEqual([count('unavailable'), count('timeout')], [1, 1]);
});

test('a hang-up that would fail again, or for ever, is given up', async () => {
  const refused = await ended({}, ({ sipCalls }) =>
    sipCalls.failNext('hang-up', failure('permission-denied')),
  );
  await refused.settled();
  assert.deepEqual(refused.sipCalls.asked, ['accept', 'hang-up']);
  const away = await ended({}, ({ sipCalls }) => {
    for (let i = 0; i < 10; i += 1) sipCalls.failNext('hang-up', failure('unavailable', true));
  });
  assert.equal(await away.settled(), 0);
  assert.equal(away.sipCalls.asked.length, 5);
  const fault = await ended({}, ({ sipCalls }) => sipCalls.failNext('hang-up', new Error('x')));
  await fault.settled();
  assert.equal(fault.metrics.times('provider_errors', { code: 'unknown' }), 1);
});

test('a caller who was faster is no failure', async () => {
  const talk = await ended({}, ({ sipCalls }) =>
    sipCalls.failNext('hang-up', failure('not-found')),
  );
  await talk.settled();
  assert.deepEqual(talk.sipCalls.asked, ['accept', 'hang-up']);
  assert.equal(talk.metrics.times('provider_errors'), 0);
});

/** A caller who asked for a person, on a trunk that is not behind Twilio's `<Dial>`. */
async function transferred(prepare: (talk: SipHarness) => void): Promise<SipHarness> {
  const talk = await new SipHarness({
    session: { callSid: 'rtc_1', tenant: fakeTenant({ escalationNumber: '+56955556666' }) },
  }).afterOpening();
  await talk.says('Quiero hablar con una persona.');
  prepare(talk);
  talk.line.asksFor({ name: 'transfer_to_human', arguments: '{"reason":"x","summary":"y"}' });
  await talk.until(() => talk.endReason === 'transferred');
  await talk.wait(0);
  return talk;
}

test('a caller who was referred and has left needs nothing more', async () => {
  const talk = await transferred(() => undefined);
  assert.deepEqual(talk.sipCalls.asked, ['accept', 'refer']);
  talk.sipCalls.failNext('hang-up', failure('not-found'));
  assert.equal(await talk.settled(), 0);
  assert.equal(talk.metrics.times('provider_errors'), 0);
});

/** The API answers 200 also where no REFER is sent: the caller stayed with a model on its own. */
test('a caller whom nobody took over after a while is hung up', async () => {
  const talk = await transferred(() => undefined);
  await talk.wait(19_999);
  assert.deepEqual(talk.sipCalls.asked, ['accept', 'refer']);
  await talk.wait(1);
  assert.deepEqual(talk.sipCalls.asked, ['accept', 'refer', 'hang-up']);
});

test('a caller who cannot be referred is hung up at once; one who has left is not', async () => {
  const failed = await transferred(({ sipCalls }) =>
    sipCalls.failNext('refer', failure('unavailable', true)),
  );
  assert.deepEqual(failed.sipCalls.asked, ['accept', 'refer', 'hang-up']);
  assert.equal(failed.metrics.times('provider_errors', { code: 'unavailable' }), 1);
  const left = await transferred(({ sipCalls }) =>
    sipCalls.failNext('refer', failure('not-found')),
  );
  await left.settled();
  assert.deepEqual(left.sipCalls.asked, ['accept', 'refer']);
});

function deskWith(
  talk: SipHarness,
  registry: ConstructorParameters<typeof SipDesk>[0]['registry'],
) {
  return new SipDesk({ ...talk.deskDeps, registry });
}
