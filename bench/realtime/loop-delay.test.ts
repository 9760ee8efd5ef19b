import assert from 'node:assert/strict';
import { createHistogram } from 'node:perf_hooks';
import { test } from 'node:test';
import { delayOf } from './loop-delay.ts';

function intervals(...valuesMs: number[]) {
  const histogram = createHistogram({ figures: 5 });
  for (const value of valuesMs) histogram.record(value * 1e6);
  return histogram;
}

test('the interval that was wanted is no delay', () => {
  const { p50Ms, p99Ms } = delayOf(intervals(3, 3, 3, 21), 2);
  assert.equal(Math.round(p50Ms), 1);
  assert.equal(Math.round(p99Ms), 19);
});

test('a timer that fires early has not waited', () => {
  assert.equal(delayOf(intervals(0.5), 1).p50Ms, 0);
});

test('a loop that never came round is no quiet one', () => {
  assert.throws(() => delayOf(intervals(), 1), /not come round/);
});
