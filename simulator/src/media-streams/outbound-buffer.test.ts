import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutboundBuffer } from './outbound-buffer.ts';

function buffer(limitMs = 10_000) {
  const marks: string[] = [];
  return { marks, buffer: new OutboundBuffer(limitMs, { mark: (name) => marks.push(name) }) };
}

const audio = (ms: number): Uint8Array => new Uint8Array(ms * 8).fill(1);

test('returns a mark when playback reaches it, not before', () => {
  const { marks, buffer: b } = buffer();
  b.push(audio(40));
  b.mark('after 40 ms');
  b.push(audio(20));
  b.mark('after 60 ms');
  b.pull();
  assert.deepEqual(marks, []);
  b.pull();
  assert.deepEqual(marks, ['after 40 ms']);
  b.pull();
  assert.deepEqual(marks, ['after 40 ms', 'after 60 ms']);
});

test('returns a mark at once where nothing is left to be played', () => {
  const { marks, buffer: b } = buffer();
  b.mark('now');
  assert.deepEqual(marks, ['now']);
});

test('a clear drops the audio and gives all marks back in order', () => {
  const { marks, buffer: b } = buffer();
  b.push(audio(100));
  b.mark('a');
  b.push(audio(100));
  b.mark('b');
  b.pull();
  b.clear();
  assert.deepEqual(marks, ['a', 'b']);
  assert.equal(b.pull(), null);
  b.push(audio(20));
  b.mark('c');
  b.pull();
  assert.deepEqual(marks, ['a', 'b', 'c']);
});

test('takes nothing of what does not fit', () => {
  const { buffer: b } = buffer(100);
  assert.equal(b.push(audio(80)), true);
  assert.equal(b.push(audio(40)), false);
  assert.equal(b.bufferedMs, 80);
  assert.equal(b.push(audio(20)), true);
});

test('counts an underrun where speech was starved, and none where it had ended', () => {
  const { buffer: b } = buffer();
  const play = (ticks: number): void => {
    for (let i = 0; i < ticks; i++) b.pull();
  };
  b.push(audio(20));
  play(3);
  b.push(audio(20));
  assert.equal(b.underruns, 1);
  play(20);
  b.push(audio(20));
  assert.equal(b.underruns, 1);
  b.pull();
  b.clear();
  b.push(audio(20));
  assert.equal(b.underruns, 1);
});
