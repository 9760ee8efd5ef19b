import assert from 'node:assert/strict';
import { test } from 'node:test';
import { furtherCallKb, liveKbPerCall, MEMORY_HEADINGS, memoryRows } from './memory-figures.ts';
import { memoryFigures } from './testing/memory-figures.ts';

const at = (...calls: number[]) => calls.map((each) => memoryFigures('ours', each, 150, 70));

test('a further call takes what each adds, not what the process takes once', () => {
  assert.equal(Math.round(furtherCallKb(at(25, 50, 100), 'ours') ?? 0), 150);
});

test('fewer than three numbers of calls, or few calls, tell nothing of a further one', () => {
  assert.equal(furtherCallKb(at(0, 1, 10, 50, 100), 'ours'), undefined);
  assert.equal(furtherCallKb(at(50, 50, 100), 'ours'), undefined);
});

test('the memory of another bridge is not in it, nor that of a busy machine', () => {
  const relay = memoryFigures('relay', 200, 1, 1);
  const late = { ...memoryFigures('ours', 200, 900, 900), lateShare: 0.2 };
  assert.equal(Math.round(furtherCallKb([...at(25, 50, 100), relay, late], 'ours') ?? 0), 150);
});

test('what is in use for a call is the growth since nobody called', () => {
  assert.equal(liveKbPerCall(at(0, 100), 'ours', 100), 70);
  assert.equal(liveKbPerCall(at(100), 'ours', 100), undefined);
  assert.equal(liveKbPerCall(at(0), 'ours', 0), undefined);
});

test('each row has a cell for each heading, and the first nothing for calls', () => {
  const rows = memoryRows(at(0, 25, 50, 100));
  assert.deepEqual(rows[0], ['0', 'ours', '40.0', '–', '140.0', '–', '150', '180.0']);
  assert.deepEqual(rows[3], ['100', 'ours', '46.8', '70', '154.6', '150', '150', '194.6']);
  for (const row of rows) assert.equal(row.length, MEMORY_HEADINGS.length);
});
