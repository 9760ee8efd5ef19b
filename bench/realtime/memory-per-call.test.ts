import assert from 'node:assert/strict';
import { test } from 'node:test';
import { furtherCallKb } from './memory-per-call.ts';
import { loadFigures, MB } from './testing/load-rounds.ts';

/** A bridge that takes 140 MB once, and 150 KB for each call. */
function at(calls: number) {
  const residentBytes = 140 * MB + calls * 150 * 1024;
  return loadFigures('ours', calls, { memoryDuring: { residentBytes, liveBytes: 12 * MB } });
}

test('a further call takes what each adds, not what the process takes once', () => {
  const kb = furtherCallKb([at(25), at(50), at(100)], 'ours');
  assert.equal(Math.round(kb ?? 0), 150);
});

test('fewer than three numbers of calls, or few calls, tell nothing', () => {
  assert.equal(furtherCallKb([at(1), at(10), at(50), at(100)], 'ours'), undefined);
  assert.equal(furtherCallKb([at(50), at(50), at(100)], 'ours'), undefined);
});

test('the memory of another bridge is not in it', () => {
  const relay = loadFigures('relay', 200, { memoryDuring: { residentBytes: 1, liveBytes: 1 } });
  const kb = furtherCallKb([at(25), at(50), at(100), relay], 'ours');
  assert.equal(Math.round(kb ?? 0), 150);
});
