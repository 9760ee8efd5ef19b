import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { assertNothingLostOrDoubled } from './assertions.ts';
import { callerNumber, sipNumber } from './network.ts';
import { startProcessStage } from './process-stage.ts';

/*
 * The process that has a call over SIP dies. Caller and model are still connected, with nobody who
 * controls them: whoever comes next ends that, and the caller can leave a message.
 */

const question = '¿Qué horario tienen?';

test(
  'a call over SIP whose process was killed is ended by the next one',
  { timeout: 180_000 },
  async (t) => {
    const stage = await startProcessStage(t);
    const first = await stage.sidecar();
    const { n8n, simulator } = stage;
    simulator.openai.realtime.script([
      { match: /horario/i, reply: 'Abrimos de nueve a dieciocho horas.' },
    ]);
    const dialled = simulator.dial({
      from: callerNumber,
      to: sipNumber,
      script: [
        { do: 'wait-for-speech', matching: /artificial/i, timeoutMs: 30_000 },
        { do: 'wait-for-silence', ms: 400 },
        { do: 'say', text: question },
        { do: 'wait-for-speech', matching: /dieciocho horas/i, timeoutMs: 20_000 },
        { do: 'wait-for-speech', matching: /deje su mensaje/i, timeoutMs: 60_000 },
        { do: 'wait-for-beep', timeoutMs: 10_000 },
        { do: 'say', text: 'Llámenme por favor.' },
        { do: 'hang-up' },
      ],
    });
    const callSid = await dialled.started;
    const { id } = await stage.recordWith(3, callSid);
    const call = stage.sipCall();
    first.child.kill('SIGKILL');
    assert.deepEqual(await stage.endOf(first), [null, 'SIGKILL']);
    await setTimeout(500);
    assert.equal(call.state.name, 'active', 'nobody has ended it');

    const second = await stage.sidecar();
    const report = await dialled.done;
    assert.deepEqual(report.failures, []);
    assert.deepEqual(call.state, { name: 'ended', by: 'application' });
    const record = await stage.api().endedCall(callSid);
    assert.deepEqual([record.id, record.status], [id, 'failed']);
    assert.equal(record.endReason, 'connection-lost');
    assertNothingLostOrDoubled(record, [question]);

    await n8n.eventsOf(id);
    second.child.kill('SIGTERM');
    assert.deepEqual(await stage.endOf(second), [0, null]);
    assert.deepEqual(
      n8n.events.map(({ type }) => type),
      ['call.started', 'call.failed'],
    );
    assert.deepEqual(n8n.failures, []);
  },
);

test(
  'a call over SIP is hung up before the process ends whose embedded database has died',
  { timeout: 180_000 },
  async (t) => {
    const stage = await startProcessStage(t);
    const preload = fileURLToPath(new URL('./mortal-database.ts', import.meta.url));
    const first = await stage.sidecar({ preload });
    const dialled = stage.simulator.dial({
      from: callerNumber,
      to: sipNumber,
      script: [{ do: 'wait-for-end', timeoutMs: 60_000 }],
    });
    const callSid = await dialled.started;
    await stage.recordWith(1, callSid);
    first.child.kill('SIGUSR2');
    assert.deepEqual(await stage.endOf(first), [1, null]);
    assert.deepEqual(stage.sipCall().state, { name: 'ended', by: 'application' });
    await dialled.done;

    await stage.sidecar();
    const { endReason, status } = await stage.api().endedCall(callSid);
    assert.deepEqual([status, endReason], ['failed', 'connection-lost']);
  },
);
