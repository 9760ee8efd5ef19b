import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScriptedReply } from '../llm/testing/fake-language-model.ts';
import { FakeRealtimeModel } from '../realtime/testing/fake-realtime-model.ts';
import { FakePhoneLeg } from '../telephony/testing/fake-phone-leg.ts';
import { defaultRegistryOptions } from './options.ts';
import { CallRefusedError, CallRegistry, type CallRegistryDeps } from './registry.ts';
import { agentFor, CallHarness } from './testing/call-harness.ts';
import { fakeSession, fakeTenant } from './testing/fake-session.ts';
import { testedDefaults } from './testing/realtime-script.ts';

function setup(replies: readonly ScriptedReply[] = [], overrides: Partial<CallRegistryDeps> = {}) {
  const { clock, deps, metrics, recorder } = new CallHarness({ replies });
  const registry = new CallRegistry({
    ...deps,
    registry: { ...defaultRegistryOptions, maxCalls: 2 },
    agentFor,
    ...overrides,
  });
  const dial = (callSid: string, agent = 'contact-center') => {
    const leg = new FakePhoneLeg(clock, callSid);
    return {
      leg,
      call: registry.start(leg, fakeSession({ callSid, callId: `id-${callSid}`, agent })),
    };
  };
  return { clock, metrics, recorder, registry, dial };
}

const refusal = (reason: string) => (error: unknown) =>
  error instanceof CallRefusedError && error.reason === reason;

test('takes calls up to its limit, and again when one has ended', async () => {
  const { registry, dial } = setup();
  const { leg } = dial('CA1');
  dial('CA2');
  assert.equal(registry.size, 2);
  assert.equal(registry.hasRoom, false);
  assert.throws(() => dial('CA3'), refusal('capacity'));
  leg.end('caller-hung-up');
  await new Promise(setImmediate);
  assert.equal(registry.size, 1);
  dial('CA3');
  await registry.closeAll();
});

test('tells how many calls there are, also before the first one', async () => {
  const { metrics, registry, dial } = setup();
  assert.equal(metrics.gauges.get('calls_active'), 0);
  dial('CA1');
  assert.equal(metrics.gauges.get('calls_active'), 1);
  await registry.closeAll();
  assert.equal(metrics.gauges.get('calls_active'), 0);
});

test('a call that is over is in nobody’s way, and is waited for until its last words are known', async () => {
  const harness = new CallHarness();
  const { clock, deps, recorder } = harness;
  const model = new FakeRealtimeModel(clock);
  const registry = new CallRegistry({
    ...deps,
    registry: defaultRegistryOptions,
    agentFor,
    realtime: { model, defaults: testedDefaults },
  });
  const dial = (callId: string) => {
    const leg = new FakePhoneLeg(clock, 'CA1');
    registry.start(leg, fakeSession({ callSid: 'CA1', callId, pipeline: 'realtime' }));
    return { leg, line: model.session };
  };
  const first = dial('first');
  await harness.wait(100);
  first.line.finishes = 'later';
  first.leg.end('caller-hung-up');
  assert.deepEqual(registry.afterStream('CA1'), { action: 'hang-up' });
  await new Promise(setImmediate);
  assert.equal(registry.size, 0);
  dial('second');
  assert.equal(registry.size, 1);
  assert.deepEqual(recorder.endings, []);

  const drained = registry.drain(1000).then(() => recorder.endings.map(({ callId }) => callId));
  await harness.wait(1000);
  assert.deepEqual(
    recorder.endings.map(({ callId }) => callId),
    ['second'],
  );
  first.line.close();
  assert.deepEqual(await drained, ['second', 'first']);
  assert.equal(registry.afterStream('CA1').action, 'take-message', 'the answer of the newer one');
});

test('refuses a second stream of the same call', async () => {
  const { registry, dial } = setup();
  dial('CA1');
  assert.throws(() => dial('CA1'), refusal('duplicate'));
  await registry.closeAll();
});

test('an agent that nobody knows leaves nothing behind', () => {
  const { registry, recorder, dial } = setup();
  assert.throws(() => dial('CA1', 'nobody'), /no agent of the name "nobody"/);
  assert.equal(registry.size, 0);
  assert.deepEqual(recorder.started, []);
});

test('a call that cannot begin leaves nothing behind', () => {
  const { registry, recorder, dial } = setup([], {
    voiceActivity: () => {
      throw new Error('no memory');
    },
  });
  assert.throws(() => dial('CA1'), /no memory/);
  assert.equal(registry.size, 0);
  assert.deepEqual(recorder.started, []);
});

test('after a conversation that was ended on request, Twilio is to hang up; after one that was dropped, to take a message', async () => {
  const { clock, registry, dial } = setup();
  dial('CA1');
  dial('CA2');
  assert.equal(registry.end('id-CA1'), true);
  assert.equal(registry.end('id-CA2', 'drained'), true);
  await clock.advanceAsync(0);
  assert.equal(registry.end('id-CA2', 'drained'), false);
  assert.equal(registry.afterStream('CA1').action, 'hang-up');
  assert.equal(registry.afterStream('CA2').action, 'take-message');
});

test('after a conversation that ended, Twilio is to hang up; after one that broke, to take a message', async () => {
  const { clock, registry, dial } = setup();
  const good = dial('CA1');
  const lost = dial('CA2');
  assert.equal(
    registry.afterStream('CA2').action,
    'take-message',
    'it lives, and yet the stream is gone',
  );
  good.leg.end('caller-hung-up');
  lost.leg.end('connection-lost');
  await clock.advanceAsync(0);
  assert.deepEqual(registry.afterStream('CA1'), { action: 'hang-up' });
  assert.deepEqual(registry.afterStream('CA2'), {
    action: 'take-message',
    text: 'Por favor, deje su mensaje después de la señal y le devolveremos la llamada.',
    language: 'es-CL',
  });
  assert.deepEqual(registry.afterStream('CA9'), { action: 'unknown' });
  await clock.advanceAsync(defaultRegistryOptions.rememberEndMs + 1);
  assert.deepEqual(registry.afterStream('CA1'), { action: 'unknown' });
});

test('after a transfer Twilio is to dial the person, also when it asks again for the whisper', async () => {
  const transfer = { id: 'c1', name: 'transfer_to_human', arguments: { summary: 'Es urgente.' } };
  const { clock, registry } = setup([{ toolCalls: [transfer] }]);
  const leg = new FakePhoneLeg(clock, 'CA1');
  const session = fakeSession({
    callSid: 'CA1',
    from: '+56912345678',
    to: '+56227654321',
    tenant: fakeTenant({ escalationNumber: '+56221234567' }),
  });
  const call = registry.start(leg, session);
  await clock.advanceAsync(10_000);
  leg.press('1');
  await clock.advanceAsync(10_000);
  assert.equal(call.endReason, 'transferred');
  for (let asked = 0; asked < 2; asked += 1) {
    assert.deepEqual(registry.afterStream('CA1'), {
      action: 'transfer',
      number: '+56221234567',
      callerId: '+56227654321',
      summary: 'Es urgente.',
      call: session,
    });
  }
});

test('drains: takes no more calls, waits for those there are, then ends them', async () => {
  const { clock, recorder, registry, dial } = setup();
  const first = dial('CA1');
  const second = dial('CA2');
  const drained = registry.drain(5000);
  assert.equal(registry.draining, true);
  assert.throws(() => dial('CA3'), refusal('draining'));
  await clock.advanceAsync(2000);
  first.leg.end('caller-hung-up');
  assert.equal(second.call.endReason, undefined);
  await clock.advanceAsync(3000);
  await drained;
  assert.equal(second.call.endReason, 'drained');
  assert.equal(registry.afterStream('CA2').action, 'take-message');
  assert.equal(registry.size, 0);
  assert.equal(recorder.flushes, 1);
  await clock.advanceAsync(1000);
  assert.equal(clock.pendingTimers, 0);
});

test('does not wait for its limit when every call has ended', async () => {
  const { clock, registry, dial } = setup();
  const { leg } = dial('CA1');
  const drained = registry.drain(600_000);
  leg.end('caller-hung-up');
  await drained;
  await clock.advanceAsync(1000);
  assert.equal(clock.pendingTimers, 0);
});

test('two calls know nothing of each other', async () => {
  const { clock, recorder, registry, dial } = setup();
  const first = dial('CA1');
  const second = dial('CA2');
  await clock.advanceAsync(1500);
  first.leg.end('caller-hung-up');
  await clock.advanceAsync(4000);
  const of = (callId: string) => recorder.turns.filter((turn) => turn.callId === callId);
  assert.equal(of('id-CA1')[0]!.interrupted, true);
  assert.equal(of('id-CA2')[0]!.interrupted, false);
  assert.equal(second.leg.clears, 0);
  assert.deepEqual(
    recorder.endings.map(({ callId }) => callId),
    ['id-CA1'],
  );
  await registry.closeAll();
});
