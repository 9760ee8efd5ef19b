import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameQueue } from './frame-queue.ts';
import { FRAME_BYTES } from './line-audio.ts';
import { Ticker } from './ticker.ts';
import { waitMs } from './waiting.ts';
import { ManualBeat } from './testing/manual-beat.ts';

test('keeps up with the clock over many ticks', async (t) => {
  const ticker = new Ticker((error) => assert.fail(String(error)));
  t.after(() => ticker.close());
  const startedAt = performance.now();
  let ticks = 0;
  await new Promise<void>((resolve) => {
    const member = {
      tick: () => {
        if (++ticks < 50) return;
        ticker.delete(member);
        resolve();
      },
    };
    ticker.add(member);
  });
  // Never early: each tick is due at its own multiple of 20 ms, however late the ones before came.
  assert.ok(performance.now() - startedAt >= 50 * 20 - 1);
  assert.equal(ticker.size, 0);
});

test('one member that fails does not stop the others', async (t) => {
  const errors: unknown[] = [];
  const ticker = new Ticker((error) => errors.push(error));
  t.after(() => ticker.close());
  ticker.add({
    tick: () => {
      throw new Error('broken');
    },
  });
  assert.equal(await waitMs(ticker, 60), true);
  assert.ok(errors.length >= 2);
});

test('a closed ticker takes nobody', () => {
  const ticker = new Ticker(() => {});
  ticker.close();
  assert.throws(() => ticker.add({ tick: () => {} }), /closed/);
});

test('waits in the time of the network, and stops waiting when told', async () => {
  const beat = new ManualBeat();
  const elapsed = waitMs(beat, 100);
  beat.advance(100);
  assert.equal(await elapsed, true);
  const stop = new AbortController();
  const stopped = waitMs(beat, 100, stop.signal);
  stop.abort();
  assert.equal(await stopped, false);
  assert.equal(await waitMs(beat, 100, stop.signal), false);
  assert.equal(beat.members.size, 0);
});

test('cuts audio of any length into frames without losing a byte', () => {
  const queue = new FrameQueue();
  let next = 0;
  for (const length of [1, 159, 160, 161, 500, 3, 0, 1000]) {
    queue.push(Uint8Array.from({ length }, () => next++ % 251));
  }
  const bytes: number[] = [];
  for (let frame = queue.pull(); frame !== null; frame = queue.pull()) {
    assert.equal(frame.length, FRAME_BYTES);
    bytes.push(...frame);
  }
  assert.deepEqual(
    bytes.slice(0, next),
    Array.from({ length: next }, (_, i) => i % 251),
  );
  assert.ok(bytes.slice(next).every((byte) => byte === 0xff));
  assert.equal(queue.lengthBytes, 0);
});

test('a queue that is cleared starts afresh', () => {
  const queue = new FrameQueue();
  queue.push(new Uint8Array(500));
  queue.pull();
  queue.clear();
  assert.equal(queue.pull(), null);
  queue.push(new Uint8Array(160).fill(7));
  assert.deepEqual(queue.pull(), new Uint8Array(160).fill(7));
});
