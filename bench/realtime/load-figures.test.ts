import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOf, keptPace } from './load-figures.ts';
import { loadFigures, loadRound, MB } from './testing/load-rounds.ts';

test('CPU is told for each second of each call', () => {
  const figures = loadFigures('ours', 20);
  assert.equal(figures.cpuMsPerCallSecond, 5);
  assert.equal(figures.mainThreadMsPerCallSecond, 4);
  assert.equal(figures.bridgeShare, 0.1);
});

test('memory of a call is the growth of what is in use, and of what is resident since the warm-up', () => {
  const figures = loadFigures('ours', 20);
  assert.equal(figures.liveKbPerCall, (2 * 1024) / 20);
  assert.equal(figures.residentKbPerCall, (10 * 1024) / 20);
  assert.equal(loadFigures('ours', 1).residentKbPerCall, undefined);
});

test('of several rounds the middle one counts', () => {
  const rounds = [110, 150, 112].map((megabytes, index) =>
    loadRound(20, {
      memoryDuring: { residentBytes: megabytes * MB, liveBytes: 12 * MB },
      loopDelay: { p50Ms: index, p95Ms: 10 - index, p99Ms: 20 },
    }),
  );
  const warm = { residentBytes: 100 * MB, liveBytes: 10 * MB };
  const { residentBytes, loopDelay } = figuresOf('ours', rounds, warm);
  assert.equal(residentBytes, 112 * MB);
  assert.deepEqual(loopDelay, { p50Ms: 1, p95Ms: 9, p99Ms: 20 });
});

test('phones of which one frame in fifty is late are too slow to measure with', () => {
  assert.equal(keptPace(loadFigures('ours', 20)), true);
  const pace = { frames: 1000, p95Ms: 12, lateShare: 0.02 };
  assert.equal(keptPace(loadFigures('ours', 20, { pace })), false);
});
