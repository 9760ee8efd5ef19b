import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { DialInput, FaultChanges } from 'simulator';
import { assertNothingLostOrDoubled, linesOf, longestSilenceMs } from './assertions.ts';
import { sipNumber, startStage, toolName, type FinishedCall, type Stage } from './stage.ts';

type Phase = NonNullable<NonNullable<FaultChanges['openAiRealtime']>['killNext']>['phase'];

const question = '¿Cuánto cuesta el aceite?';
const answer = /cuarenta mil pesos/i;
const next = '¿Dónde queda?';
const nextAnswer = /avenida italia/i;

/** Over SIP the audio does not depend on the socket that dies: the caller is to notice nothing. */
describe('the control socket of a SIP call dies', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
  });
  after(() => stage?.[Symbol.asyncDispose]());
  afterEach(() => stage.reset());

  const deaths: readonly { readonly phase: Phase; readonly skip: number }[] = [
    { phase: 'caller-speaking', skip: 0 },
    // Reached by the opening, too.
    { phase: 'thinking', skip: 1 },
    { phase: 'tool-running', skip: 0 },
    { phase: 'mid-audio', skip: 1 },
  ];
  for (const { phase, skip } of deaths) {
    test(`${phase}: the conversation goes on, and its record is whole`, async () => {
      const { report, record } = await die({ killNext: { phase, skip } }, [
        { do: 'say', text: question },
        { do: 'wait-for-speech', matching: answer, timeoutMs: 20_000 },
        { do: 'wait-for-silence', ms: 900 },
      ]);
      assert.ok(longestSilenceMs({ report }, 0, answer) < 4000);
      assertNothingLostOrDoubled(record, [question, next]);
      assert.deepEqual(linesOf(record, 'tool'), [toolName]);
      assert.equal(stage.n8n.toolRequests.length, 1);
    });
  }

  /** Nobody has heard of the tool's call that the model made meanwhile, and it waits for the result. */
  test('a control that comes back late: the caller is not left in silence', async () => {
    const { report, record } = await die(
      { connectDelayMs: 1500, killNext: { phase: 'caller-speaking' } },
      [
        { do: 'say', text: question },
        { do: 'wait-for-speech', timeoutMs: 12_000 },
        { do: 'wait-for-silence', ms: 900 },
      ],
    );
    assert.ok(longestSilenceMs({ report }, 0, /\p{L}/u) < 10_000);
    assertNothingLostOrDoubled(record, ['[inaudible]', next]);
  });

  async function die(
    faults: NonNullable<FaultChanges['openAiRealtime']>,
    asking: DialInput['script'],
  ): Promise<Pick<FinishedCall, 'report' | 'record'>> {
    const { simulator, n8n } = stage;
    n8n.answerTool = (_request, reply) => void reply.end('{"precio":40000}');
    simulator.openai.realtime.script([
      {
        match: /aceite/i,
        reply: { calls: [{ name: toolName, arguments: { servicio: 'aceite' } }] },
        times: 2,
      },
      { match: /40000/, reply: 'Cuesta cuarenta mil pesos, con filtro.', times: 2 },
      { match: /queda/i, reply: 'En avenida Italia.', times: 2 },
    ]);
    simulator.faults.set({ openAiRealtime: faults });
    const taken = Promise.withResolvers<string>();
    stage.sipWorkflow = async (call) => {
      const { callId } = await stage.api.ask<{ callId: string }>('POST', '/v1/sip-calls', call);
      taken.resolve(callId);
    };
    const { report } = await stage.dial(
      [
        { do: 'wait-for-speech', matching: /artificial/i, timeoutMs: 30_000 },
        { do: 'wait-for-silence', ms: 400 },
        ...asking,
        { do: 'say', text: next },
        { do: 'wait-for-speech', matching: nextAnswer, timeoutMs: 20_000 },
        { do: 'wait-for-silence', ms: 600 },
        { do: 'hang-up' },
      ],
      { to: sipNumber },
    );
    assert.deepEqual(report.failures, []);
    assert.equal(simulator.faults.current.openAiRealtime.killNext, null, 'no socket has died');
    const record = await stage.api.endedCall(await taken.promise);
    assert.equal(record.endReason, 'caller-hung-up');
    return { report, record };
  }
});
