import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_BYTES } from './constants.ts';
import { FrameRing } from './frame-ring.ts';

const frame = (byte: number) => new Uint8Array(FRAME_BYTES).fill(byte);
const bytesOf = (ring: FrameRing) => ring.toArray().map(([byte]) => byte);

function ringOf(count: number): FrameRing {
  const ring = new FrameRing();
  for (let at = 0; at < count; at += 1) ring.push(frame(at % 256));
  return ring;
}

test('keeps the newest frames, in order, round and round', () => {
  const ring = new FrameRing();
  for (let at = 0; at < 1000; at += 1) {
    ring.push(frame(at % 256));
    ring.keepNewest(70);
    assert.equal(ring.length, Math.min(70, at + 1));
  }
  assert.deepEqual(
    bytesOf(ring),
    Array.from({ length: 70 }, (_, at) => (930 + at) % 256),
  );
});

test('grows with what is kept, wherever its beginning is, and becomes small again', () => {
  const ring = ringOf(90);
  ring.keepNewest(10);
  for (let at = 90; at < 700; at += 1) ring.push(frame(at % 256));
  assert.deepEqual(
    bytesOf(ring),
    Array.from({ length: 620 }, (_, at) => (80 + at) % 256),
  );
  ring.keepNewest(3);
  assert.deepEqual(bytesOf(ring), [697 % 256, 698 % 256, 699 % 256]);
  ring.push(frame(7));
  assert.deepEqual(bytesOf(ring).at(-1), 7);
});

test('keeping more than there is lets nothing go; clearing lets all of it go', () => {
  const ring = ringOf(5);
  ring.keepNewest(50);
  assert.equal(ring.length, 5);
  ring.clear();
  assert.deepEqual(ring.toArray(), []);
});

test('what is done with a frame afterwards does not change what was kept', () => {
  const ring = new FrameRing();
  const given = frame(1);
  ring.push(given);
  given.fill(2);
  ring.toArray()[0]?.fill(3);
  assert.deepEqual(bytesOf(ring), [1]);
});

test('takes nothing but whole frames', () => {
  const ring = new FrameRing();
  assert.throws(() => ring.push(new Uint8Array(FRAME_BYTES - 1)), RangeError);
  assert.throws(() => ring.push(new Uint8Array(FRAME_BYTES + 1)), RangeError);
});
