import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ZodError } from 'zod';
import { CALLER, NUMBER, startRig, type Rig } from '../twilio/testing/rig.ts';
import type { DialInput } from './dial.ts';

let rig: Rig;
before(async () => {
  rig = await startRig();
});
after(() => rig.close());

const dial = (verbs: string, script: DialInput['script'], more: Partial<DialInput> = {}) => {
  rig.application.document('/voice', verbs);
  return rig.simulator.dial({ from: CALLER, to: NUMBER, script, ...more });
};

const slowTalk =
  '<Say language="es-MX">Nuestro horario es de lunes a viernes</Say><Say language="es-MX">desde las nueve de la mañana</Say><Pause length="2"/><Say language="es-MX">gracias</Say><Pause length="30"/>';

test('interrupts so long after the agent begins, and measures the response', async () => {
  const { done } = dial(slowTalk, [
    { do: 'wait-for-speech', matching: /horario/i },
    { do: 'interrupt', afterMs: 1200, text: 'Perdón' },
    { do: 'wait-for-speech', matching: /gracias/i, timeoutMs: 20_000 },
    { do: 'hang-up' },
  ]);
  const report = await done;
  assert.deepEqual(report.failures, []);
  const [said] = report.said;
  assert.equal(said?.overlapped, true);
  assert.equal(report.endedBy, 'caller');
  assert.ok(said?.responseMs !== null && Number(said?.responseMs) > 0);
  assert.ok(report.frames.received > 0 && report.frames.sent >= report.frames.received - 1);
  assert.equal(report.frames.underruns, 0);
});

test('waits for silence behind the answer to its words, not for the silence before it', async () => {
  const { done } = dial(
    '<Gather timeout="2"/><Say language="es-MX">Dígame</Say><Pause length="30"/>',
    [{ do: 'say', text: 'Hola' }, { do: 'wait-for-silence', ms: 500 }, { do: 'hang-up' }],
  );
  const report = await done;
  assert.deepEqual(report.failures, []);
  assert.match(report.heard[0]?.text ?? '', /Dígame/);
  assert.ok(report.durationMs > 2500);
});

test('tells what it waited for and what it heard instead, and hangs up', async () => {
  const { done } = dial('<Say language="es-MX">Buenos días</Say><Pause length="30"/>', [
    { do: 'wait-for-speech', matching: /buenas noches/i, timeoutMs: 2500 },
    { do: 'say', text: 'nunca' },
  ]);
  const report = await done;
  assert.equal(report.failures.length, 1);
  assert.match(report.failures[0] ?? '', /waited 2500 ms.*buenas noches.*«Buenos días/i);
  assert.deepEqual(report.said, []);
});

test('speaks after the beep, however late it comes', async () => {
  const { done } = dial(
    '<Say language="es-MX">Deje su mensaje después de la señal</Say><Pause length="3"/><Record timeout="2"/>',
    [
      { do: 'wait-for-speech', matching: /señal/i },
      { do: 'wait-for-beep' },
      { do: 'say', text: 'Quiero cambiar los neumáticos' },
      { do: 'hang-up' },
    ],
  );
  const report = await done;
  assert.deepEqual(report.failures, []);
  const [said] = report.said;
  assert.ok(Number(said?.startMs) > Number(report.heard[0]?.endMs) + 3000, JSON.stringify(report));
});

test('words and other tones are no beep', async () => {
  const { done } = dial('<Say language="es-MX">Buenos días</Say><Pause length="30"/>', [
    { do: 'wait-for-speech', matching: /buenos/i },
    { do: 'wait-for-beep', timeoutMs: 1500 },
  ]);
  assert.deepEqual((await done).failures, ['waited 1500 ms for a beep']);
});

test('a call that the other side ends in mid-script is a failure, and so is one never answered', async () => {
  const early = await dial('<Hangup/>', [{ do: 'wait-for-speech' }]).done;
  assert.match(
    early.failures[0] ?? '',
    /^the call ended \(by other-side\) while waiting for speech/,
  );
  const broken = await dial('<Speak/>', [{ do: 'wait-for-speech', matching: /hola/ }]).done;
  assert.match(broken.failures[0] ?? '', /^the call ended \(by \S+, error 1\d{4}\) while waiting/);
  const refused = await dial('<Reject/>', [{ do: 'wait-for-speech' }]).done;
  assert.deepEqual(refused.failures, ['the call was not answered: busy']);
  assert.equal(refused.answered, false);
});

test('the network can delay a call and lose frames of it', async () => {
  const caller = dial(slowTalk, [{ do: 'wait', ms: 1000 }, { do: 'hang-up' }], {
    conditions: { delayMs: 200 },
  });
  const sid = await caller.started;
  caller.loseFrames(200);
  const report = await caller.done;
  const { counters } = rig.simulator.exchange.findCall(sid)?.line ?? assert.fail();
  assert.ok(counters.framesSent < report.frames.received);
});

test('hangs up when told, also before it has dialled', async () => {
  const caller = dial('<Pause length="60"/>', [{ do: 'wait-for-end' }]);
  caller.hangUp();
  assert.equal((await caller.done).status, 'canceled');
});

for (const [what, changes] of [
  ['an unknown step', { script: [{ do: 'sing' }] }],
  ['keys that are none', { script: [{ do: 'press', digits: 'x' }] }],
  ['an expression that is none', { script: [{ do: 'wait-for-speech', matching: '(' }] }],
  ['an unknown field', { script: [{ do: 'wait', ms: 1, text: 'x' }] }],
  ['a number that is none', { to: '12' }],
] as const)
  test(`refuses ${what}`, () => {
    const usual = { from: CALLER, to: NUMBER, script: [] };
    const call = { ...usual, ...changes } as unknown as DialInput;
    assert.throws(() => rig.simulator.dial(call), ZodError);
  });

test('a voice that nobody has fails before the call begins', async () => {
  const caller = dial('<Hangup/>', [{ do: 'say', text: 'Hola', voice: 'xx-nobody' }]);
  await assert.rejects(caller.done, RangeError);
});
