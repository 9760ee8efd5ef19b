import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { DialInput } from 'simulator';
import { assertNothingLostOrDoubled } from './assertions.ts';
import { startStage, type Stage } from './stage.ts';

/** What was said and made last, when the caller hangs up. */

const question = '¿Qué horario tienen ustedes?';
const opened: DialInput['script'] = [
  { do: 'wait-for-speech', matching: /artificial/i },
  { do: 'wait-for-silence', ms: 400 },
];

let stage: Stage;
before(async () => {
  stage = await startStage();
});
after(() => stage?.[Symbol.asyncDispose]());
beforeEach(() => {
  stage.reset();
  stage.simulator.openai.realtime.script([
    {
      match: /horario/i,
      reply: 'Abrimos de nueve a dieciocho horas, y los sábados hasta las dos.',
    },
  ]);
});

for (const [when, pause] of [
  ['with the last word', []],
  ['while it is being written', [{ do: 'wait', ms: 800 }]],
] satisfies [string, DialInput['script']][]) {
  test(`who hangs up ${when} is in the record with it`, async () => {
    stage.simulator.faults.set({ openAiRealtime: { transcriptionDelayMs: 1500 } });
    const { report, record } = await stage.call([
      ...opened,
      { do: 'say', text: question },
      ...pause,
      { do: 'hang-up' },
    ]);
    assert.deepEqual(report.failures, []);
    assert.equal(record.endReason, 'caller-hung-up');
    assertNothingLostOrDoubled(record, [question]);
  });
}

test('so is who hangs up on a cascade', async () => {
  const pipeline = (name: string) =>
    stage.api.ask('PATCH', '/v1/tenants/taller-andes', { pipeline: name });
  await pipeline('cascade');
  try {
    const { report, record } = await stage.call([
      ...opened,
      { do: 'say', text: question },
      { do: 'hang-up' },
    ]);
    assert.deepEqual(report.failures, []);
    assert.equal(record.pipeline, 'cascade');
    assertNothingLostOrDoubled(record, [question]);
  } finally {
    await pipeline('realtime');
  }
});

test('an answer costs what was made of it, although the caller hung up over it', async () => {
  // As fast as it is heard, so that it is being made all the time.
  stage.simulator.faults.set({ openAiRealtime: { deltaMs: 200, deltaIntervalMs: 200 } });
  const { report, record } = await stage.call([
    ...opened,
    { do: 'say', text: question },
    { do: 'wait-for-speech', matching: /nueve/i, timeoutMs: 20_000 },
    { do: 'hang-up' },
  ]);
  assert.deepEqual(report.failures, []);
  const answer = record.turns.at(-1);
  assert.deepEqual([answer?.role, answer?.interrupted], ['agent', true]);
  assert.ok((answer?.costMicroUsd ?? 0) > 0, 'nobody knows what it cost');
});
