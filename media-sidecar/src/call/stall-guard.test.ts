import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../kernel/errors.ts';
import { settle, VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { guarded } from './stall-guard.ts';

const LIMITS = { provider: 'p', firstMs: 1000, nextMs: 200 };

function reading(source: (clock: VirtualClock, signal: AbortSignal) => AsyncGenerator<number>) {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const got: number[] = [];
  const signals: AbortSignal[] = [];
  const done = (async () => {
    const open = (signal: AbortSignal) => {
      signals.push(signal);
      return source(clock, signal);
    };
    for await (const value of guarded(open, abort.signal, clock, LIMITS)) got.push(value);
  })();
  return { clock, abort, got, done, signals };
}

const stalled = (error: unknown) =>
  error instanceof ProviderError && error.code === 'timeout' && error.retryable;

test('passes on what comes in time and leaves no timer', async () => {
  const { clock, got, done } = reading(async function* (clock) {
    await clock.sleep(900);
    yield 1;
    await clock.sleep(150);
    yield 2;
  });
  await clock.advanceAsync(2000);
  await done;
  assert.deepEqual([got, clock.pendingTimers], [[1, 2], 0]);
});

test('gives up a source that does not begin, even one that ignores its signal', async () => {
  const { clock, done, signals } = reading(async function* () {
    await new Promise(() => {});
    yield 1;
  });
  const checked = assert.rejects(done, stalled);
  await clock.advanceAsync(1000);
  await checked;
  assert.equal(signals[0]!.aborted, true);
  assert.equal(clock.pendingTimers, 0);
});

test('gives up a source that stands still between two elements', async () => {
  const { clock, got, done } = reading(async function* (clock) {
    yield 1;
    await clock.sleep(500);
    yield 2;
  });
  const checked = assert.rejects(done, stalled);
  await clock.advanceAsync(250);
  await checked;
  assert.deepEqual(got, [1]);
});

test('an abort ends it without an error, at once', async () => {
  const { clock, abort, done } = reading(async function* (_clock, signal) {
    await new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(new Error('aborted'))),
    );
    yield 1;
  });
  await settle();
  abort.abort();
  await done;
  assert.equal(clock.pendingTimers, 0);
});

test('an error of the source is passed on as it is', async () => {
  const { done } = reading(async function* () {
    yield 1;
    throw new Error('broken');
  });
  await assert.rejects(done, /^Error: broken$/);
});
