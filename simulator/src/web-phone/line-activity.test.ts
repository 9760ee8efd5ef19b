import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SILENT_FRAME } from '../telephone-network/line-audio.ts';
import { LineActivity, type ActivityChange } from './line-activity.ts';
import { VOICED_FRAME } from './testing/fake-network.ts';

function run(frames: readonly Uint8Array[]): ActivityChange[] {
  const activity = new LineActivity();
  return frames.map((frame) => activity.frame(frame)).filter((change) => change !== undefined);
}
const repeat = (frame: Uint8Array, count: number) => Array<Uint8Array>(count).fill(frame);

test('places the beginning of speech at its first voiced frame', () => {
  const changes = run([...repeat(SILENT_FRAME, 5), ...repeat(VOICED_FRAME, 5)]);
  assert.deepEqual(changes, [{ type: 'voice-started', atMs: 100 }]);
});

test('places the end of speech at its last voiced frame, once the pause is long enough', () => {
  const changes = run([...repeat(VOICED_FRAME, 10), ...repeat(SILENT_FRAME, 20)]);
  assert.deepEqual(changes.at(-1), { type: 'voice-stopped', atMs: 200 });
});

test('takes a pause between words for no end of speech', () => {
  const changes = run([
    ...repeat(VOICED_FRAME, 10),
    ...repeat(SILENT_FRAME, 19),
    ...repeat(VOICED_FRAME, 10),
  ]);
  assert.deepEqual(changes, [{ type: 'voice-started', atMs: 0 }]);
});

test('takes a single voiced frame for a click', () => {
  assert.deepEqual(run([SILENT_FRAME, VOICED_FRAME, ...repeat(SILENT_FRAME, 40)]), []);
});
