import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from './progress.ts';

function written(isTTY: boolean): string {
  let text = '';
  const progress = new Progress({ isTTY, write: (more) => (text += more) });
  progress.tell('first');
  progress.tell('second');
  progress.clear();
  return text;
}

test('a log has a line for each', () => {
  assert.equal(written(false), 'first\nsecond\n');
});

test('on a terminal one line changes, and goes', () => {
  assert.equal(written(true), '\r\u001b[Kfirst\r\u001b[Ksecond\r\u001b[K');
});
