import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOf } from './load-figures.ts';
import { keptPace } from './pace.ts';
import { loadFigures, loadRound, sessionsOf } from './testing/load-rounds.ts';

test('CPU is told for each second of each call', () => {
  const figures = loadFigures('ours', 20);
  assert.equal(figures.cpuMsPerCallSecond, 5);
  assert.equal(figures.mainThreadMsPerCallSecond, 4);
  assert.equal(figures.bridgeShare, 0.1);
});

test('of several rounds the middle one counts', () => {
  const rounds = [1100, 1500, 1120].map((bridgeCpuMs, index) =>
    loadRound(20, { bridgeCpuMs, loopDelay: { p50Ms: index, p95Ms: 10 - index, p99Ms: 20 } }),
  );
  const { cpuMsPerCallSecond, loopDelay } = figuresOf('ours', rounds);
  assert.equal(cpuMsPerCallSecond, 5.6);
  assert.deepEqual(loopDelay, { p50Ms: 1, p95Ms: 9, p99Ms: 20 });
});

test('phones of which one frame in fifty is late are too slow to measure with', () => {
  assert.equal(keptPace(loadFigures('ours', 20)), true);
  const pace = { frames: 1000, p95Ms: 12, lateShare: 0.02 };
  assert.equal(keptPace(loadFigures('ours', 20, { pace })), false);
});

test('of a round that was done again nothing but what went wrong counts', () => {
  const late = loadRound(20, { bridgeCpuMs: 9000, sessions: sessionsOf(19, 300) });
  const figures = figuresOf('ours', [loadRound(20)], [late]);
  assert.deepEqual([figures.cpuMsPerCallSecond, figures.disturbed], [5, 1]);
  assert.deepEqual(new Set(figures.findings.upMs), new Set([3]));
  assert.equal(figures.findings.framesLost, 1);
});
