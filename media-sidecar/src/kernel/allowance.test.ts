import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Allowance } from './allowance.ts';

const takenAt = (allowance: Allowance, times: number, nowMs: number): number =>
  Array.from({ length: times }, () => allowance.take(nowMs)).filter(Boolean).length;

test('so many may come at once', () => {
  assert.equal(takenAt(new Allowance(20, 100), 30, 5000), 20);
});

test('time brings one more each so often, and never more than may come at once', () => {
  const allowance = new Allowance(3, 100);
  assert.equal(takenAt(allowance, 9, 0), 3);
  assert.equal(takenAt(allowance, 9, 99), 0);
  assert.equal(takenAt(allowance, 9, 250), 2);
  assert.equal(takenAt(allowance, 9, 60_000), 3);
});

test('whoever keeps to the pace is never refused', () => {
  const allowance = new Allowance(1, 20);
  for (let nowMs = 0; nowMs < 2000; nowMs += 20) assert.ok(allowance.take(nowMs), String(nowMs));
});
