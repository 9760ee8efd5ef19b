import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticed } from './script.ts';

const at = (startMs: number, endMs: number) => ({ text: 'x', startMs, endMs });

test('an answer is counted from the end of the question, and a greeting is none', () => {
  const { answeredAfterMs } = noticed([at(3000, 4000)], [at(500, 2000), at(4700, 6000)]);
  assert.deepEqual(answeredAfterMs, [700]);
});

test('a second sentence is no second answer', () => {
  const { answeredAfterMs } = noticed([at(0, 1000)], [at(1600, 2000), at(2300, 3000)]);
  assert.deepEqual(answeredAfterMs, [600]);
});

test('an interruption is counted from its beginning to the agent’s silence', () => {
  const { silencedAfterMs, answeredAfterMs } = noticed(
    [at(0, 1000), at(3000, 4500)],
    [at(1600, 3400), at(5000, 6000)],
  );
  assert.deepEqual(silencedAfterMs, [400]);
  assert.deepEqual(answeredAfterMs, [600, 500]);
});

test('a question that nobody answered has no figure', () => {
  assert.deepEqual(noticed([at(0, 1000), at(5000, 6000)], [at(6500, 7000)]).answeredAfterMs, [500]);
});
