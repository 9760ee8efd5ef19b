import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { run } from './twilio-voice-node.ts';

const failing: Array<[parameters: IDataObject, outputs: [number, number, number]]> = [
  [{ operation: 'ask', text: '?', maxAttempts: 0 }, [0, 1, 0]],
  [{ operation: 'dial', to: '22123' }, [0, 1, 0]],
  [{ operation: 'enqueue', queue: ' ' }, [0, 1, 0]],
  [{ operation: 'record', maxLength: 0 }, [0, 1, 0]],
];
const fail = (parameters: IDataObject, onError: 'continueRegularOutput' | 'continueErrorOutput') =>
  run({ resource: 'conversation', ...parameters }, undefined, { onError });
const counts = (outputs: readonly unknown[][]) => outputs.map(({ length }) => length);

for (const [parameters, expected] of failing) {
  const operation = String(parameters.operation);

  test(`${operation}: what fails leaves as a refusal does, where the builder goes on`, async () => {
    const { outputs } = await fail(parameters, 'continueRegularOutput');
    assert.deepEqual(counts(outputs), expected);
    const [failed] = outputs[1] ?? [];
    assert.equal(typeof failed?.json.error, 'string');
    assert.deepEqual(failed?.pairedItem, { item: 0 });
  });

  test(`${operation}: with an error output of its own, n8n finds what fails on the first one`, async () => {
    const { outputs } = await fail(parameters, 'continueErrorOutput');
    assert.deepEqual(counts(outputs), [1, 0, 0]);
  });
}

test('where there is no refusal, what fails leaves by Continue', async () => {
  const { outputs } = await fail({ operation: 'say', text: ' ' }, 'continueRegularOutput');
  assert.deepEqual(counts(outputs), [1, 0]);
});
