import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DialInput } from 'simulator';
import { assertNothingLostOrDoubled, linesOf } from './assertions.ts';
import { StagePool } from './stage-pool.ts';
import type { Stage } from './stage.ts';

/** What a caller says while nobody is there to hear it yet, or not any more. */

const question = '¿Qué horario tienen ustedes?';
const answer = /dieciocho horas/i;
const opening = 'Taller Andes. Soy una inteligencia artificial.';

const answers: DialInput['script'] = [
  { do: 'wait-for-speech', matching: answer, timeoutMs: 20_000 },
  { do: 'wait-for-silence', ms: 600 },
  { do: 'hang-up' },
];

function script({ simulator }: Stage): void {
  simulator.openai.realtime.script([
    { match: /horario/i, reply: 'Abrimos de nueve a dieciocho horas.', times: 9 },
  ]);
}

/** Until the stream is there: what is said before that, a carrier keeps to itself. */
const streamIsOpen: DialInput['script'] = [{ do: 'wait', ms: 1000 }];

const delays = [0, 2500];

describe('first words', { concurrency: delays.length + 1 }, () => {
  let stages: StagePool;
  before(async () => {
    stages = await StagePool.start(delays.length + 1);
  });
  after(() => stages?.[Symbol.asyncDispose]());

  for (const connectDelayMs of delays) {
    test(`words of the first moment are whole when the model takes ${String(connectDelayMs)} ms to connect`, async (t) => {
      const stage = stages.take(t);
      script(stage);
      stage.simulator.faults.set({ openAiRealtime: { connectDelayMs } });
      const { record, report } = await stage.call([
        ...streamIsOpen,
        { do: 'say', text: question },
        ...answers,
      ]);
      assert.deepEqual(report.failures, []);
      assertNothingLostOrDoubled(record, [question]);
      assert.deepEqual(linesOf(record, 'agent'), [opening, 'Abrimos de nueve a dieciocho horas.']);
      assert.deepEqual(record.audio.framesLost, 0);
    });
  }

  test('words while a lost session is replaced are whole', async (t) => {
    const stage = stages.take(t);
    script(stage);
    // The first one too takes so long to connect; that is heard to its end.
    const killNext = { phase: 'caller-speaking' } as const;
    stage.simulator.faults.set({ openAiRealtime: { connectDelayMs: 1500, killNext } });
    const { record, report } = await stage.call([
      { do: 'wait-for-speech', matching: /artificial/i },
      { do: 'wait-for-silence', ms: 400 },
      { do: 'say', text: question },
      ...answers,
    ]);
    assert.deepEqual(report.failures, []);
    assert.equal(stage.simulator.faults.current.openAiRealtime.killNext, null);
    assertNothingLostOrDoubled(record, [question]);
    assert.deepEqual(linesOf(record, 'agent'), [opening, 'Abrimos de nueve a dieciocho horas.']);
  });
});
