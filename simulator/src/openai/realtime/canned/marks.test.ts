import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MarkReader, writeMarks } from './marks.ts';

test('every millisecond tells whose it is and where, from any byte on and in pieces of any length', () => {
  const audio = writeMarks(70_001, 5000);
  assert.equal(audio.length, 40_000);
  for (const piece of [1, 7, 8, 159, 160, 4000]) {
    const reader = new MarkReader();
    const marks = [];
    for (let at = 3; at < audio.length; at += piece) {
      marks.push(...reader.feed(audio.subarray(at, Math.min(audio.length, at + piece))));
    }
    assert.equal(marks.length, 4999);
    for (const [index, { number, ms, atByte }] of marks.entries()) {
      assert.deepEqual([number, ms, atByte], [70_001, index + 1, 5 + index * 8]);
    }
  }
});

test('a later part goes on where the one before ended, and silence is passed over', () => {
  const silence = Buffer.alloc(100, 0xff);
  const audio = Buffer.concat([silence, writeMarks(1, 2), silence, writeMarks(1, 2, 2), silence]);
  const marks = new MarkReader().feed(audio);
  assert.deepEqual(
    marks.map(({ ms, atByte }) => [ms, atByte]),
    [
      [0, 100],
      [1, 108],
      [2, 216],
      [3, 224],
    ],
  );
});

test('a byte that was changed on its way loses its millisecond, and no other', () => {
  const audio = writeMarks(9, 10);
  audio[4 * 8 + 2]! += 1;
  const found = new MarkReader().feed(audio).map(({ ms }) => ms);
  assert.deepEqual(found, [0, 1, 2, 3, 5, 6, 7, 8, 9]);
});

test('what the digits cannot tell is refused', () => {
  assert.throws(() => writeMarks(262_144, 1), RangeError);
  assert.throws(() => writeMarks(1, 10, 262_140), RangeError);
});
