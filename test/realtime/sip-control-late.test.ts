import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNothingLostOrDoubled, longestSilenceMs } from './assertions.ts';
import { sipNumber, startStage, toolName } from './stage.ts';

/**
 * The control socket of a SIP call dies while the caller speaks, and is back when the model has asked
 * for a tool: nobody has heard of that, and the model waits for the result.
 */
test('a control that comes back late leaves no caller in silence', async () => {
  await using stage = await startStage();
  const { simulator } = stage;
  simulator.openai.realtime.script([
    {
      match: /aceite/i,
      reply: { calls: [{ name: toolName, arguments: { servicio: 'aceite' } }] },
    },
    { match: /queda/i, reply: 'En avenida Italia.' },
  ]);
  simulator.faults.set({
    openAiRealtime: { connectDelayMs: 1500, killNext: { phase: 'caller-speaking' } },
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
