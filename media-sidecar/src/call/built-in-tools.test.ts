import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phoneTools } from '../agents/built-in-tools.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { BuiltInTools } from './built-in-tools.ts';
import type { ClaimedSession } from './ports.ts';
import { FakeCallActions } from './testing/fake-ports.ts';
import { fakeSession, fakeTenant, fakeTool } from './testing/fake-session.ts';

/** A Monday, 15:30 UTC: 12:30 in Santiago. */
const NOW_MS = Date.UTC(2026, 0, 5, 15, 30);

function setup(
  more: Partial<ClaimedSession['tenant']> = {},
  session: Partial<ClaimedSession> = {},
) {
  const actions = new FakeCallActions();
  const clock = new VirtualClock(NOW_MS);
  const claimed = fakeSession({ ...session, tenant: fakeTenant(more) });
  const builtIn = new BuiltInTools({ clock, actions, session: claimed }, phoneTools);
  const run = (name: string, args: object = {}) =>
    builtIn.run({ id: 'c1', name, arguments: args as Record<string, unknown> });
  return { actions, builtIn, run };
}

test('the time is told as the tenant has it, and whether it is open only where that is known', async () => {
  const time = {
    date: '2026-01-05',
    time: '12:30',
    weekday: 'Monday',
    timezone: 'America/Santiago',
  };
  assert.deepEqual(await setup().run('get_current_time'), { ok: true, result: time });
  const asked: number[] = [];
  const known = setup({ isOpenAt: (atMs) => asked.push(atMs) > 1 });
  assert.deepEqual(await known.run('get_current_time'), {
    ok: true,
    result: { ...time, open: false },
  });
  assert.deepEqual(asked, [NOW_MS]);
});

test('a callback is asked for with what the model said, and nothing else', async () => {
  const { actions, run } = setup();
  await run('schedule_callback', {
    at: ' 2026-03-09T15:30 ',
    phone_number: '+56912345678',
    reason: 'precio',
    other: 1,
  });
  await run('schedule_callback', { at: null, phone_number: '', reason: '  ' });
  assert.deepEqual(actions.callbacks, [
    { at: '2026-03-09T15:30', phoneNumber: '+56912345678', reason: 'precio' },
    {},
  ]);
});

test('what an action answers is what the model is told', async () => {
  const { actions, run } = setup();
  actions.outcome = { ok: true, result: { error: 'in-the-past' } };
  assert.deepEqual(await run('schedule_callback'), actions.outcome);
  actions.outcome = { ok: false, reason: 'failed' };
  assert.deepEqual(await run('opt_out', { reason: 'no quiere más llamadas' }), actions.outcome);
  assert.deepEqual(actions.optOuts, [{ reason: 'no quiere más llamadas' }]);
});

test('arguments of a wrong kind do nothing, and the model is told which one it was', async () => {
  const { actions, builtIn, run } = setup({ escalationNumber: '+56221234567' });
  for (const [name, args, field] of [
    ['schedule_callback', { at: 15 }, 'at'],
    ['schedule_callback', { phone_number: ['+56912345678'] }, 'phone_number'],
    ['opt_out', { reason: {} }, 'reason'],
    ['transfer_to_human', { summary: true }, 'summary'],
  ] as const) {
    assert.deepEqual(await run(name, args), {
      ok: true,
      result: { error: 'invalid-arguments', field },
    });
  }
  assert.deepEqual([actions.callbacks, actions.optOuts, builtIn.transfer], [[], [], undefined]);
});

test('a transfer is kept until the call ends so; its texts are cut where nobody would listen', async () => {
  const { actions, builtIn, run } = setup({ escalationNumber: '+56221234567' });
  assert.equal(builtIn.closingOf('transfer_to_human'), 'transferred');
  const summary = 'x'.repeat(5000);
  assert.deepEqual(await run('transfer_to_human', { reason: 'lo pide', summary }), {
    ok: true,
    result: { ok: true },
  });
  assert.deepEqual(builtIn.transfer, { reason: 'lo pide', summary: 'x'.repeat(1000) });
  assert.deepEqual(actions.escalations, []);
});

test('without a number for it nobody is available, and the call goes on', async () => {
  const { builtIn, run } = setup();
  assert.deepEqual(await run('transfer_to_human', { reason: 'lo pide' }), {
    ok: true,
    result: { error: 'nobody-available' },
  });
  assert.deepEqual(
    [builtIn.closingOf('transfer_to_human'), builtIn.transfer],
    [undefined, undefined],
  );
});

test("a workflow's tool takes the place of a built-in one of the same name", async () => {
  const { actions, builtIn, run } = setup({}, { tools: [fakeTool('schedule_callback')] });
  assert.equal(builtIn.has('schedule_callback'), false);
  const names = builtIn.definitions.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(await run('schedule_callback'), { ok: false, reason: 'unknown-tool' });
  assert.deepEqual(actions.callbacks, []);
});
