import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delaysOf } from './script.ts';

const question = (startMs: number, responseMs: number | null) => ({
  startMs,
  endMs: startMs + 1000,
  responseMs,
  overlapped: false,
});
const interruption = (startMs: number) => ({ ...question(startMs, 500), overlapped: true });

test('a question that nobody answered has no figure', () => {
  const { answeredAfterMs } = delaysOf({
    said: [question(0, 700), question(5000, null)],
    clearsAtMs: [],
  });
  assert.deepEqual(answeredAfterMs, [700]);
});

test('a clear belongs to the interruption before it', () => {
  const { clearedAfterMs } = delaysOf({
    said: [question(0, 700), interruption(4000), question(9000, 600)],
    clearsAtMs: [4420, 9100],
  });
  assert.deepEqual(clearedAfterMs, [420]);
});

test('an interruption that the agent ignored has no figure', () => {
  const { clearedAfterMs } = delaysOf({ said: [interruption(4000)], clearsAtMs: [100] });
  assert.deepEqual(clearedAfterMs, []);
});
