import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStage, type Stage } from './stage.ts';

interface CostReport {
  readonly byService: readonly {
    readonly service: string;
    readonly provider: string;
    readonly model: string;
    readonly unit: string;
    readonly quantity: number;
    readonly microUsd: number;
  }[];
  readonly unpriced: readonly unknown[];
}

let stage: Stage;
before(async () => {
  stage = await startStage();
});
after(() => stage?.[Symbol.asyncDispose]());

test("the caller's transcript has its price by the second, and nothing of a call is without one", async () => {
  stage.simulator.openai.realtime.script([
    { match: /horario/i, reply: 'Abrimos de nueve a dieciocho horas.' },
  ]);
  const { report, record } = await stage.call([
    { do: 'wait-for-speech', matching: /artificial/i },
    { do: 'wait-for-silence', ms: 400 },
    { do: 'say', text: '¿Qué horario tienen ustedes?' },
    { do: 'wait-for-speech', matching: /dieciocho horas/i, timeoutMs: 20_000 },
    { do: 'wait-for-silence', ms: 600 },
    { do: 'hang-up' },
  ]);
  assert.deepEqual(report.failures, []);
  assert.equal(record.cost?.complete, true);
  const costs = await stage.api.ask<CostReport>('GET', '/v1/costs?tenant=taller-andes');
  assert.deepEqual(costs.unpriced, []);
  const [transcript, ...others] = costs.byService.filter(
    ({ service }) => service === 'transcription',
  );
  assert.deepEqual(others, []);
  assert.ok(transcript);
  const { provider, model, unit, quantity, microUsd } = transcript;
  assert.deepEqual([provider, model, unit], ['openai', 'gpt-transcribe', 'second']);
  assert.ok(quantity > 1 && quantity < 10, `${String(quantity)} seconds of speech`);
  // USD 0.0045 a minute.
  assert.equal(microUsd, Math.round(quantity * 75));
  assert.ok(record.cost.microUsd > microUsd, 'the model costs besides');
});
