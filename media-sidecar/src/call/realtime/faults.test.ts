import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeTool } from '../testing/fake-session.ts';
import { RealtimeHarness, type RealtimeSetup } from '../testing/realtime-harness.ts';

/**
 * A fault of ours in whatever a timer brings: thrown out of it, it would end the process, and with it
 * every other call. (Here it would reach the test, whose clock runs the timers.)
 */

const TOOL = fakeTool('precio');

async function talking(setup: RealtimeSetup = {}): Promise<RealtimeHarness> {
  return new RealtimeHarness({ session: { tools: [TOOL] }, ...setup }).afterOpening();
}

/** From now on nothing can be said or opened that needs this of the tenant. */
function breaks(talk: RealtimeHarness, field: 'language' | 'realtime'): void {
  Object.defineProperty(talk.session.tenant, field, {
    get: () => {
      throw new Error('a fault of ours');
    },
  });
}

async function assertEnded(talk: RealtimeHarness, withinMs = 60_000): Promise<void> {
  await talk.until(() => talk.call.endReason !== undefined, withinMs);
  assert.equal(talk.call.endReason, 'provider-failure');
  assert.deepEqual(
    talk.recorder.endings.map(({ reason }) => reason),
    ['provider-failure'],
  );
  await talk.wait(20_000);
  assert.equal(talk.clock.pendingTimers, 0);
}

test('settings that cannot be built at a reconnect end that call, with its record', async () => {
  const talk = await talking();
  await talk.says('¿Abren hoy?');
  await talk.wait(300);
  breaks(talk, 'realtime');
  talk.killsSession();
  await assertEnded(talk, 1000);
  assert.equal(talk.recorder.turns.filter(({ role }) => role === 'caller').length, 1);
});

test('settings that cannot be built for the session to move to end that call', async () => {
  const talk = await talking({ options: { sessionLimitMs: 200_000 } });
  breaks(talk, 'realtime');
  await assertEnded(talk);
});

test('a filler that cannot be said ends that call', async () => {
  const talk = await talking();
  await talk.says('¿Cuánto cuesta?');
  await talk.wait(300);
  talk.tools.offer('precio', { ok: true, result: 1 }, 9000);
  talk.line.asksFor({ name: 'precio' });
  breaks(talk, 'language');
  await assertEnded(talk, 2000);
});

test('a phrase of another voice that fails, and whose failure cannot be counted, ends that call', async () => {
  const talk = await new RealtimeHarness({ onSay: () => undefined }).begin();
  const count = talk.metrics.count.bind(talk.metrics);
  talk.metrics.count = (name, labels) => {
    if (name === 'provider_errors') throw new Error('a fault of ours');
    count(name, labels);
  };
  talk.tts.synthesize = () => {
    throw new Error('no voice');
  };
  await assertEnded(talk, 5000);
});

test('a frame that cannot be passed on ends that call', async () => {
  const talk = await talking();
  talk.line.append = () => {
    throw new Error('a fault of ours');
  };
  await assertEnded(talk, 1000);
});

test('what a session is opened with is built once', () => {
  const talk = new RealtimeHarness();
  const { tenant } = talk.session;
  let built = 0;
  Object.defineProperty(tenant, 'realtime', {
    get: () => {
      built += 1;
      return { model: 'gpt-realtime-mini' };
    },
  });
  talk.call.start();
  assert.equal(talk.line.settings.model, 'gpt-realtime-mini');
  assert.equal(built, 1);
  talk.call.stop();
});

test('settings that cannot be built at the beginning leave no call behind', () => {
  const talk = new RealtimeHarness();
  breaks(talk, 'realtime');
  assert.throws(() => talk.call.start(), /a fault of ours/);
  assert.deepEqual([talk.recorder.started, talk.model.sessions], [[], []]);
  assert.equal(talk.clock.pendingTimers, 0);
});
