import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heardText } from './heard-text.ts';

const TEXT = 'uno dos tres cuatro';

test('cuts at the end of the last word that was heard whole', () => {
  // 19 characters in 1,900 ms: 100 ms a character; "dos" ends at 700, "tres" at 1,200.
  assert.deepEqual(heardText(TEXT, 1199, 1900), { text: 'uno dos', cutMs: 800 });
  assert.deepEqual(heardText(TEXT, 1200, 1900), { text: 'uno dos tres', cutMs: 1300 });
});

test('heard nothing of a first word that was cut', () => {
  assert.deepEqual(heardText(TEXT, 299, 1900), { text: '', cutMs: 0 });
  assert.deepEqual(heardText(TEXT, 0, 1900), { text: '', cutMs: 0 });
});

test('heard all of it within a frame or two of its end', () => {
  assert.deepEqual(heardText(TEXT, 1850, 1900), { text: TEXT, cutMs: 1900 });
  assert.deepEqual(heardText(TEXT, 5000, 1900), { text: TEXT, cutMs: 1900 });
});

test('heard nothing of a sentence that has no audio', () => {
  assert.deepEqual(heardText(TEXT, 100, 0), { text: '', cutMs: 0 });
});
