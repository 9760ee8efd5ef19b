import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DialInput, FaultChanges, RealtimeScriptStep } from 'simulator';
import { assertNothingLostOrDoubled, linesOf, longestSilenceMs } from './assertions.ts';
import { sipNumber, toolName } from './network.ts';
import { callsAtOnce, StagePool } from './stage-pool.ts';

/*
 * The control socket of a SIP call dies. Caller and model go on talking, as their audio goes another
 * way: the caller must not notice, and the record must not either.
 */

type Kill = NonNullable<NonNullable<FaultChanges['openAiRealtime']>['killNext']>;

const question = '¿Cuánto cuesta el aceite?';
const second = '¿Dónde queda?';
const script: readonly RealtimeScriptStep[] = [
  {
    match: /aceite/i,
    reply: { calls: [{ name: toolName, arguments: { servicio: 'aceite' } }] },
    times: 9,
  },
  { match: /40000/, reply: 'Cuesta cuarenta mil pesos, con filtro y mano de obra.', times: 9 },
  { match: /queda/i, reply: 'En avenida Italia.', times: 9 },
];
const asking: DialInput['script'] = [
  { do: 'wait-for-speech', matching: /artificial/i, timeoutMs: 30_000 },
  { do: 'wait-for-silence', ms: 600 },
  { do: 'say', text: question },
  { do: 'wait-for-speech', matching: /mano de obra/i, timeoutMs: 30_000 },
  { do: 'wait-for-silence', ms: 900 },
  { do: 'say', text: second },
  { do: 'wait-for-speech', matching: /avenida italia/i, timeoutMs: 15_000 },
  { do: 'wait-for-silence', ms: 600 },
  { do: 'hang-up' },
];

const deaths: readonly (readonly [when: string, Partial<Kill> & Pick<Kill, 'phase'>])[] = [
  ['before it is ready', { phase: 'connected' }],
  ['before the opening', { phase: 'idle' }],
  ['while the opening is heard', { phase: 'mid-audio' }],
  ['while the caller speaks', { phase: 'caller-speaking' }],
  ['while a tool runs', { phase: 'tool-running' }],
  ['while the model thinks of an answer', { phase: 'thinking', skip: 2 }],
  ['at the first words of an answer', { phase: 'first-audio', skip: 1 }],
  ['in the middle of an answer', { phase: 'mid-audio', skip: 1 }],
  ['properly, in the middle of an answer', { phase: 'mid-audio', skip: 1, how: 'close' }],
];

describe('the control of a call over SIP dies', { concurrency: callsAtOnce }, () => {
  let stages: StagePool;
  before(async () => {
    stages = await StagePool.start(callsAtOnce);
  });
  after(() => stages?.[Symbol.asyncDispose]());

  // The longest, so it is begun first. Nobody has heard of the tool, and the model waits for the result.
  test('while the caller speaks, and is back when the model has asked for a tool: nobody is left in silence', async (t) => {
    const stage = stages.take(t);
    const { simulator } = stage;
    simulator.openai.realtime.script([
      {
        match: /aceite/i,
        reply: { calls: [{ name: toolName, arguments: { servicio: 'aceite' } }] },
      },
      { match: /queda/i, reply: 'En avenida Italia.' },
    ]);
    // Longer than the question and the wait for its end, shorter than the wait for a session.
    simulator.faults.set({
      openAiRealtime: { connectDelayMs: 2500, killNext: { phase: 'caller-speaking' } },
    });
    const { report, record } = await stage.call(
      [
        { do: 'wait-for-speech', matching: /artificial/i, timeoutMs: 30_000 },
        { do: 'wait-for-silence', ms: 400 },
        { do: 'say', text: '¿Cuánto cuesta el aceite?' },
        { do: 'wait-for-speech', timeoutMs: 12_000 },
        { do: 'wait-for-silence', ms: 900 },
        { do: 'say', text: '¿Dónde queda?' },
        { do: 'wait-for-speech', matching: /avenida italia/i, timeoutMs: 20_000 },
        { do: 'wait-for-silence', ms: 600 },
        { do: 'hang-up' },
      ],
      { to: sipNumber },
    );
    assert.deepEqual(report.failures, []);
    assert.equal(simulator.faults.current.openAiRealtime.killNext, null, 'no socket has died');
    assert.ok(longestSilenceMs({ report }, 0, /\p{L}/u) < 10_000);
    assertNothingLostOrDoubled(record, ['[inaudible]', '¿Dónde queda?']);
    assert.equal(record.endReason, 'caller-hung-up');
  });

  for (const [when, kill] of deaths) {
    test(`${when}: the call goes on`, async (t) => {
      const stage = stages.take(t);
      const { api, n8n, simulator } = stage;
      n8n.answerTool = (_request, reply) => {
        setTimeout(() => reply.end('{"precio":40000}'), 700);
      };
      simulator.openai.realtime.script(script);
      simulator.faults.set({ openAiRealtime: { killNext: kill } });
      const before = await api.counters();

      const { heard, record, report } = await stage.call(asking, { to: sipNumber });

      assert.equal(simulator.faults.current.openAiRealtime.killNext, null, 'no socket has died');
      assert.deepEqual(report.failures, [], heard);
      for (const words of [/artificial/gi, /cuarenta mil/gi, /avenida italia/gi]) {
        assert.equal(heard.match(words)?.length, 1, `${String(words)} in «${heard}»`);
      }
      assert.equal(record.endReason, 'caller-hung-up');
      assertNothingLostOrDoubled(record, [question, second]);
      assert.deepEqual(linesOf(record, 'tool'), [toolName]);
      assert.match(linesOf(record, 'agent').at(-1) ?? '', /avenida italia/i);
      const lost = (await api.counters()).of('provider_errors', { source: 'realtime' });
      assert.ok(lost - before.of('provider_errors', { source: 'realtime' }) >= 1);
    });
  }
});
