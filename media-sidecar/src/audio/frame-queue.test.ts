import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_BYTES } from './constants.ts';
import { FrameQueue } from './frame-queue.ts';

const frame = (byte: number) => new Uint8Array(FRAME_BYTES).fill(byte);
const bytesOf = (queue: FrameQueue) => queue.toArray().map(([byte]) => byte);

function queueOf(count: number): FrameQueue {
  const queue = new FrameQueue();
  for (let at = 0; at < count; at += 1) queue.push(frame(at % 256));
  return queue;
}

test('keeps the newest frames, in order, round and round', () => {
  const queue = new FrameQueue();
  for (let at = 0; at < 1000; at += 1) {
    queue.push(frame(at % 256));
    queue.keepNewest(70);
    assert.equal(queue.length, Math.min(70, at + 1));
  }
  assert.deepEqual(
    bytesOf(queue),
    Array.from({ length: 70 }, (_, at) => (930 + at) % 256),
  );
});

test('grows with what is kept, wherever its beginning is', () => {
  const queue = queueOf(90);
  queue.keepNewest(10);
  for (let at = 90; at < 700; at += 1) queue.push(frame(at % 256));
  assert.deepEqual(
    bytesOf(queue),
    Array.from({ length: 620 }, (_, at) => (80 + at) % 256),
  );
  queue.keepNewest(3);
  assert.deepEqual(bytesOf(queue), [697 % 256, 698 % 256, 699 % 256]);
  queue.push(frame(7));
  assert.deepEqual(bytesOf(queue).at(-1), 7);
});

test('keeping more than there is lets nothing go; clearing lets all of it go', () => {
  const queue = queueOf(5);
  queue.keepNewest(50);
  assert.equal(queue.length, 5);
  queue.clear();
  assert.deepEqual(queue.toArray(), []);
});

test('what is done with a frame afterwards does not change what was kept', () => {
  const queue = new FrameQueue();
  const given = frame(1);
  queue.push(given);
  given.fill(2);
  queue.toArray()[0]?.fill(3);
  assert.deepEqual(bytesOf(queue), [1]);
});

test('takes nothing but whole frames', () => {
  const queue = new FrameQueue();
  assert.throws(() => queue.push(new Uint8Array(FRAME_BYTES - 1)), RangeError);
  assert.throws(() => queue.push(new Uint8Array(FRAME_BYTES + 1)), RangeError);
});

test('gives the newest as one piece of audio, also over the end of a page', () => {
  const queue = queueOf(90);
  queue.keepNewest(10);
  for (let at = 90; at < 105; at += 1) queue.push(frame(at));
  const audio = queue.newest(8);
  assert.equal(audio.length, 8 * FRAME_BYTES);
  assert.deepEqual(
    Array.from({ length: 8 }, (_, at) => audio[at * FRAME_BYTES]),
    [97, 98, 99, 100, 101, 102, 103, 104],
  );
  assert.equal(queue.length, 25);
});

test('what one has let go of is not seen by the next, nor what is kept disturbed', () => {
  const first = queueOf(200);
  first.clear();
  assert.equal(first.length, 0);
  const second = queueOf(30);
  first.push(frame(250));
  assert.deepEqual(
    bytesOf(second),
    Array.from({ length: 30 }, (_, at) => at),
  );
  assert.deepEqual(bytesOf(first), [250]);
});
