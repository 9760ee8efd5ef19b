import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutLong } from './cut-long.ts';

test('a sentence that a voice takes stays whole', () => {
  const sentence = `${'a'.repeat(239)}.`;
  assert.deepEqual(cutLong(sentence), [sentence]);
});

test('a longer one is cut behind a comma, or before a word, and keeps every word', () => {
  const clause = 'y también atendemos los sábados por la mañana';
  const listed = Array.from({ length: 12 }, () => clause).join(', ');
  const commas = cutLong(listed);
  assert.equal(commas.join(' '), listed);
  for (const piece of commas.slice(0, -1)) assert.ok(piece.endsWith(',') && piece.length <= 240);

  const running = listed.replaceAll(',', '');
  const words = cutLong(running);
  assert.equal(words.join(' '), running);
  assert.ok(words.length > 2 && words.every((piece) => piece.length <= 240));
});

test('what has neither is cut all the same', () => {
  const pieces = cutLong('a'.repeat(500));
  assert.deepEqual(
    pieces.map(({ length }) => length),
    [240, 240, 20],
  );
});
