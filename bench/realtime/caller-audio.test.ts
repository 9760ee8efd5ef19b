import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { callerPayload, readCallerFrames, type CallerFrame } from './caller-audio.ts';

function read(audio: Buffer): CallerFrame[] {
  const found: CallerFrame[] = [];
  readCallerFrames(audio, (frame) => found.push(frame));
  return found;
}

test('a frame is 20 ms and says whose it is, which one, and whether somebody speaks', () => {
  const audio = Buffer.from(callerPayload(249, 70_123, true), 'base64');
  assert.equal(audio.length, 160);
  assert.deepEqual(read(audio), [{ phone: 249, frame: 70_123, loud: true }]);
});

test('frames are found behind the silence that a bridge puts before them, and several in one piece', () => {
  const audio = Buffer.concat([
    Buffer.alloc(33, 0xff),
    Buffer.from(callerPayload(3, 1, false), 'base64'),
    Buffer.from(callerPayload(3, 2, true), 'base64'),
  ]);
  assert.deepEqual(read(audio), [
    { phone: 3, frame: 1, loud: false },
    { phone: 3, frame: 2, loud: true },
  ]);
});

test('silence holds no frame', () => {
  assert.deepEqual(read(Buffer.alloc(1600, 0xff)), []);
});
