import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phoneTools } from '../agents/built-in-tools.ts';
import { noMetrics } from '../kernel/metrics.ts';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import type { ToolCall } from '../llm/contract.ts';
import { BuiltInTools } from './built-in-tools.ts';
import { FakeCallActions, FakeToolRunner } from './testing/fake-ports.ts';
import { fakeSession, fakeTenant, fakeTool } from './testing/fake-session.ts';
import { runToolRound } from './tool-round.ts';

const TOOL = fakeTool('consultar_stock');

function setup(escalationNumber?: string) {
  const clock = new VirtualClock();
  const session = fakeSession({
    tools: [TOOL],
    tenant: fakeTenant({ ...(escalationNumber && { escalationNumber }) }),
  });
  const actions = new FakeCallActions();
  const tools = new FakeToolRunner(clock);
  tools.offer(TOOL.name, { ok: true, result: 7 }, 1000);
  const ran: string[] = [];
  const deps = {
    clock,
    metrics: noMetrics,
    session,
    tools,
    builtIn: new BuiltInTools({ clock, session, actions }, phoneTools),
    log: {
      toolRan: ({ name, result }: { name: string; result: unknown }) =>
        void ran.push(`${name} ${JSON.stringify(result)}`),
    },
  };
  const abort = new AbortController();
  const round = (names: readonly string[], ended?: AbortSignal, mayHangUp?: () => boolean) => {
    const calls = names.map((name, at): ToolCall => ({ id: `c${at}`, name, arguments: {} }));
    const results = new Map<string, unknown>();
    const optional = { ...(ended && { ended }), ...(mayHangUp && { mayHangUp }) };
    const closes = runToolRound(deps, { calls, results, signal: abort.signal, ...optional });
    return { results, closes };
  };
  return { clock, actions, tools, ran, abort, round };
}

test('built-in tools and those of workflows run side by side, and all are recorded', async () => {
  const { clock, ran, round } = setup();
  const running = round(['consultar_stock', 'opt_out']);
  await clock.advanceAsync(1000);
  assert.equal(await running.closes, undefined);
  assert.deepEqual(
    running.results,
    new Map<string, unknown>([
      ['c0', 7],
      ['c1', { ok: true }],
    ]),
  );
  assert.deepEqual(ran, ['opt_out {"ok":true}', 'consultar_stock 7']);
});

test('hanging up leaves no line of its own; the end of the call tells it', async () => {
  const { ran, round } = setup();
  assert.equal(await round(['end_call']).closes, 'agent-hung-up');
  assert.deepEqual(ran, []);
});

test('an end of the call that was given up, or that nobody may be told any more, did not happen', async () => {
  const givenUp = setup();
  const running = givenUp.round(['end_call', 'consultar_stock']);
  givenUp.abort.abort();
  assert.equal(await running.closes, undefined);
  const late = setup();
  const spokenOver = late.round(['end_call'], undefined, () => false);
  assert.equal(await spokenOver.closes, undefined);
  for (const { results } of [running, spokenOver]) {
    assert.deepEqual(results.get('c0'), { error: 'cancelled' });
  }
});

test('a transfer closes the call, also beside an end_call, where there is somebody to talk to', async () => {
  const somebody = setup('+56221234567');
  assert.equal(await somebody.round(['end_call', 'transfer_to_human']).closes, 'transferred');
  assert.deepEqual(somebody.ran, ['transfer_to_human {"ok":true}']);
  const nobody = setup();
  const { results, closes } = nobody.round(['transfer_to_human']);
  assert.equal(await closes, undefined);
  assert.deepEqual(results.get('c0'), { error: 'nobody-available' });
});

test('what is under way when it is given up is recorded in the same moment', async () => {
  const { ran, abort, round, tools } = setup();
  const running = round(['consultar_stock']);
  abort.abort();
  assert.deepEqual(ran, ['consultar_stock {"error":"cancelled"}']);
  assert.deepEqual([...running.results], [['c0', { error: 'cancelled' }]]);
  await running.closes;
  assert.deepEqual(tools.aborted, ['consultar_stock']);
});

test('a built-in tool that has begun is not given up beside one of a workflow', async () => {
  const { actions, clock, ran, abort, round } = setup();
  actions.optOut = () => clock.sleep(500).then(() => ({ ok: true, result: { ok: true } }));
  const ended = new AbortController();
  const running = round(['consultar_stock', 'opt_out'], ended.signal);
  abort.abort();
  assert.deepEqual(ran, ['consultar_stock {"error":"cancelled"}']);
  await clock.advanceAsync(500);
  await running.closes;
  assert.deepEqual(
    [...running.results],
    [
      ['c0', { error: 'cancelled' }],
      ['c1', { ok: true }],
    ],
  );
  assert.deepEqual(ran.slice(1), ['opt_out {"ok":true}']);
  ended.abort();
  assert.equal(ran.length, 2);
});

test('a built-in tool whose end nobody waits for is late, not cancelled: it takes effect', async () => {
  const { actions, clock, ran, abort, round } = setup();
  actions.optOut = () => clock.sleep(500).then(() => ({ ok: true, result: { ok: true } }));
  const running = round(['opt_out']);
  abort.abort();
  assert.deepEqual(ran, ['opt_out {"error":"late"}']);
  assert.deepEqual(running.results.get('c0'), { error: 'late' });
  await running.closes;
  await clock.advanceAsync(500);
  assert.equal(ran.length, 1);
});

test('a transfer that was given up transfers nobody', async () => {
  const { abort, round } = setup('+56221234567');
  abort.abort();
  assert.equal(await round(['transfer_to_human']).closes, undefined);
});
