import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DialInput } from 'simulator';

import { assertNothingLostOrDoubled, linesOf } from './assertions.ts';
import { callerNumber, sipNumber, streamNumber, toolName as tool } from './network.ts';
import { startProcessStage, statusOf } from './process-stage.ts';

const priceQuestion = '¿Cuánto cuesta el aceite?';
const placeQuestion = '¿Dónde queda?';
const caller: DialInput['script'] = [
  { do: 'wait-for-speech', matching: /artificial/i, timeoutMs: 30_000 },
  { do: 'wait-for-silence', ms: 400 },
  { do: 'say', text: priceQuestion },
  { do: 'wait-for-speech', matching: /cuarenta mil pesos/i, timeoutMs: 40_000 },
  { do: 'wait-for-silence', ms: 900 },
  { do: 'say', text: placeQuestion },
  { do: 'wait-for-speech', matching: /avenida italia/i, timeoutMs: 20_000 },
  { do: 'wait-for-silence', ms: 400 },
  { do: 'hang-up' },
];

test(
  'a process that is told to end takes no call, and lets the one that runs end in peace',
  { timeout: 180_000 },
  async (t) => {
    const stage = await startProcessStage(t);
    const first = await stage.sidecar();
    const { n8n, simulator } = stage;
    simulator.openai.realtime.script([
      { match: /aceite/i, reply: { calls: [{ name: tool, arguments: { servicio: 'aceite' } }] } },
      { match: /40000/, reply: 'Cuesta cuarenta mil pesos.' },
      { match: /queda/i, reply: 'En avenida Italia.' },
    ]);
    // While the workflow has not answered, the call is in the middle of a turn.
    const { promise: asked, resolve } = Promise.withResolvers<(price: string) => void>();
    n8n.answerTool = (_request, reply) => resolve((price) => reply.end(price));
    const dialled = simulator.dial({ from: callerNumber, to: streamNumber, script: caller });
    const answer = await asked;

    first.child.kill('SIGTERM');
    await statusOf(`${first.url}/ready`, 503);
    const refused = await simulator.dial({
      from: '+56987650002',
      to: streamNumber,
      script: [{ do: 'wait-for-end' }],
    }).done;
    assert.equal(refused.status, 'busy');
    assert.deepEqual(stage.decisions, ['open', 'draining']);
    assert.equal(first.child.exitCode, null);

    answer('{"precio":40000}');
    const report = await dialled.done;
    assert.deepEqual(report.failures, []);
    assert.equal(report.status, 'completed');
    assert.deepEqual(await stage.endOf(first), [0, null]);
    await assert.rejects(fetch(`${first.url}/health`));

    // What the first one has written down, the next one finds.
    const second = await stage.sidecar();
    const record = await stage.api().endedCall(report.callSid);
    assert.equal(record.status, 'completed');
    assert.equal(record.endReason, 'caller-hung-up');
    assertNothingLostOrDoubled(record, [priceQuestion, placeQuestion]);
    assert.deepEqual(linesOf(record, 'tool'), [tool]);
    assert.deepEqual(linesOf(record, 'agent').slice(-2), [
      'Cuesta cuarenta mil pesos.',
      'En avenida Italia.',
    ]);
    const told = await n8n.eventsOf(record.id);
    assert.equal(told.at(-1)?.type, 'call.completed');

    // Ctrl-C, with no call to wait for.
    second.child.kill('SIGINT');
    assert.deepEqual(await stage.endOf(second), [0, null]);
    assert.deepEqual(n8n.failures, []);
  },
);

test(
  'a hang-up that fails while the process ends is repeated until it is done, before it is gone',
  { timeout: 180_000 },
  async (t) => {
    const stage = await startProcessStage(t);
    const sidecar = await stage.sidecar({ environment: { DRAIN_TIMEOUT_MS: '100' } });
    const { n8n, simulator } = stage;
    const dialled = simulator.dial({
      from: callerNumber,
      to: sipNumber,
      script: [
        { do: 'wait-for-speech', matching: /deje su mensaje/i, timeoutMs: 60_000 },
        { do: 'hang-up' },
      ],
    });
    const callSid = await dialled.started;
    await stage.recordWith(1, callSid);
    const call = stage.sipCall();

    // Each attempt asks twice; the third one is made 6 s after the first.
    simulator.faults.set({ openAiRealtime: { failHangUps: 4 } });
    sidecar.child.kill('SIGTERM');
    assert.deepEqual(await stage.endOf(sidecar), [0, null]);
    assert.equal(call.state.name, 'ended');
    assert.equal(simulator.faults.current.openAiRealtime.failHangUps, 0);
    // Its last answer to Twilio.
    assert.deepEqual((await dialled.done).failures, []);
    assert.deepEqual(n8n.failures, []);
  },
);
