import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HandsetEnding } from './handset.ts';
import { Line } from './line.ts';
import { FRAME_BYTES, SILENT_FRAME } from './line-audio.ts';
import { ManualBeat } from './testing/manual-beat.ts';

const sound = (bytes: number, value = 0x10): Uint8Array => new Uint8Array(bytes).fill(value);

function answeredLine(conditions = {}) {
  const beat = new ManualBeat();
  const heard: Uint8Array[] = [];
  const endings: HandsetEnding[] = [];
  const line = new Line(
    'CA1',
    beat,
    { audio: (mulaw) => heard.push(mulaw), ended: (ending) => endings.push(ending) },
    conditions,
  );
  const arrived: { mulaw: Uint8Array; atMs: number }[] = [];
  const digits: string[] = [];
  line.listen({
    frame: (mulaw, atMs) => arrived.push({ mulaw, atMs }),
    digit: (digit) => digits.push(digit),
  });
  line.ring();
  line.answer();
  return { beat, line, heard, endings, arrived, digits };
}

test('carries one frame each way every 20 ms, silence included', () => {
  const { beat, heard, arrived } = answeredLine();
  beat.advance(100);
  assert.equal(heard.length, 5);
  assert.deepEqual(
    arrived.map(({ atMs }) => atMs),
    [0, 20, 40, 60, 80],
  );
  assert.ok(arrived.every(({ mulaw }) => mulaw === SILENT_FRAME));
});

test('sends what a telephone queued in real time, and fills the last frame with silence', () => {
  const { beat, line, arrived } = answeredLine();
  line.handset.sendAudio(sound(FRAME_BYTES + 10));
  beat.advance(60);
  assert.deepEqual([...(arrived[0]?.mulaw ?? [])], [...sound(FRAME_BYTES)]);
  assert.deepEqual([...(arrived[1]?.mulaw.subarray(0, 11) ?? [])], [...sound(10), 0xff]);
  assert.equal(arrived[2]?.mulaw, SILENT_FRAME);
});

test('drops queued audio that was not sent yet', () => {
  const { beat, line, arrived } = answeredLine();
  line.handset.sendAudio(sound(FRAME_BYTES * 10));
  beat.advance(20);
  line.handset.stopSending();
  beat.advance(20);
  assert.equal(arrived[1]?.mulaw, SILENT_FRAME);
});

test('presses keys one after the other, and only keys', () => {
  const { beat, line, digits } = answeredLine();
  line.handset.press('12#');
  beat.advance(20);
  assert.deepEqual(digits, ['1']);
  beat.advance(500);
  assert.deepEqual(digits, ['1', '2', '#']);
  assert.throws(() => line.handset.press('1a'), RangeError);
});

test('leaves out the frames that are lost, and time goes on', () => {
  const { beat, line, arrived } = answeredLine();
  beat.advance(20);
  line.loseFrames(40);
  beat.advance(80);
  assert.deepEqual(
    arrived.map(({ atMs }) => atMs),
    [0, 60, 80],
  );
});

test('delays both directions and tells when a frame was spoken', () => {
  const { beat, heard, arrived } = answeredLine({ delayMs: 60 });
  beat.advance(60);
  assert.equal(arrived.length, 0);
  assert.equal(heard.length, 0);
  beat.advance(20);
  assert.deepEqual(
    arrived.map(({ atMs }) => atMs),
    [0],
  );
  assert.equal(heard.length, 1);
});

test('keeps the order of frames under jitter, and the same seed makes the same line', () => {
  const run = (seed: number): number[][] => {
    const { beat, arrived } = answeredLine({ jitterMs: 100, seed });
    const counts: number[] = [];
    for (let i = 0; i < 50; i++) {
      beat.advance(20);
      counts.push(arrived.length);
    }
    return [arrived.map(({ atMs }) => atMs), counts];
  };
  const [times = [], counts] = run(7);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.deepEqual(run(7), [times, counts]);
  assert.notDeepEqual(run(8)[1], counts);
});

test('ends once, tells both sides, and carries nothing afterwards', () => {
  const { beat, line, heard, endings } = answeredLine();
  line.handset.hangUp();
  line.end({ status: 'failed', endedBy: 'network' });
  line.handset.sendAudio(sound(FRAME_BYTES));
  beat.advance(100);
  assert.deepEqual(endings, [{ status: 'completed', endedBy: 'caller' }]);
  assert.equal(heard.length, 0);
  assert.equal(beat.members.size, 0);
});

test('a call that is given up before the answer was cancelled', () => {
  const beat = new ManualBeat();
  const endings: HandsetEnding[] = [];
  const line = new Line('CA1', beat, { ended: (ending) => endings.push(ending) });
  line.ring();
  line.handset.hangUp();
  assert.deepEqual(endings, [{ status: 'canceled', endedBy: 'caller' }]);
});
