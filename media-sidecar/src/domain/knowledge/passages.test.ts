import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passagesOf } from './passages.ts';

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);
const sentence = 'El mantenimiento de los diez mil kilómetros incluye aceite y filtros. ';

test('a short text is one passage', () => {
  assert.deepEqual(passagesOf('Abrimos a las nueve.\n'), ['Abrimos a las nueve.']);
});

test('nothing has no passages', () => {
  assert.deepEqual(passagesOf(' \n\n \r\n'), []);
});

test('a heading stays with what follows it', () => {
  const text = `Garantía\n\n${sentence.repeat(5)}\n\nServicio\n\n${sentence.repeat(5)}`;
  const passages = passagesOf(text);
  assert.equal(passages.length, 2);
  assert.ok(passages[1]?.startsWith('Servicio'), 'a full passage takes no heading of the next');
});

test('long paragraphs are cut at sentences', () => {
  const passages = passagesOf(sentence.repeat(60));
  assert.ok(passages.length > 1);
  for (const passage of passages) {
    assert.ok(passage.length <= 1200);
    assert.ok(passage.startsWith('El mantenimiento') && passage.endsWith('filtros.'));
  }
});

test('what has no sentences is cut between words, and what has no words anywhere', () => {
  const list = 'aceite filtros bujías '.repeat(200);
  for (const passage of passagesOf(list)) {
    assert.ok(passage.length <= 1200);
    assert.ok(words(passage).every((word) => words(list).includes(word)));
  }
  const endless = passagesOf('a'.repeat(5000));
  assert.deepEqual([endless.length, endless.join('').length], [5, 5000]);
});

test('no word is lost and none comes twice', () => {
  const text = `${sentence.repeat(40)}\r\n\r\nUna lista:\n- uno\n- dos\n\n${'x'.repeat(3000)} fin`;
  const all = words(passagesOf(text).join(' ')).join('');
  assert.equal(all, words(text).join(''));
});
