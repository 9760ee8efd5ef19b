import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOAD_HEADINGS, loadRows } from './load-table.ts';
import { loadFigures, sessionsOf } from './testing/load-rounds.ts';

const cell = (row: readonly string[] | undefined, heading: (typeof LOAD_HEADINGS)[number]) =>
  row?.[LOAD_HEADINGS.indexOf(heading)];

test('each row has a cell for each heading', () => {
  for (const row of loadRows([loadFigures('ours', 25), loadFigures('relay', 25)])) {
    assert.equal(row.length, LOAD_HEADINGS.length);
  }
});

test('a delay is told over that of the bare relay at the same number of calls', () => {
  const rows = loadRows([
    loadFigures('ours', 25, { sessions: sessionsOf(25, 5) }),
    loadFigures('relay', 25),
    loadFigures('ours', 50),
  ]);
  assert.equal(cell(rows[0], 'caller→model ms'), '5.0 / 5.0 / 5.0');
  assert.equal(cell(rows[0], 'over relay'), '2.0 / 2.0');
  assert.equal(cell(rows[1], 'over relay'), '0.0 / 0.0');
  assert.equal(cell(rows[2], 'over relay'), '– / –');
});

test('how late the event loop was stands in a column of its own', () => {
  assert.equal(cell(loadRows([loadFigures('ours', 25)])[0], 'loop ms'), '0.2 / 1.0 / 2.0');
});
