import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TurnDetector } from './turn-detector.ts';

test('two loud frames begin a turn, and silence ends it', () => {
  const detector = new TurnDetector();
  const hear = (loud: boolean) => detector.hear(20, loud, 60);
  assert.deepEqual(
    [hear(true), hear(false), hear(true), hear(true)],
    [undefined, undefined, undefined, 'started'],
  );
  assert.deepEqual(
    [hear(false), hear(false), hear(false), hear(false)],
    [undefined, undefined, 'stopped', undefined],
  );
  assert.equal(detector.positionMs, 160);
  assert.equal(detector.spokenMs, 40);
});
