import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { NamedTimers } from './timers.ts';

function setUp() {
  const clock = new VirtualClock();
  const startedMs = clock.monotonicMs();
  const due: string[] = [];
  const timers = new NamedTimers<'a' | 'b'>(clock, (name) =>
    due.push(`${name} ${String(clock.monotonicMs() - startedMs)}`),
  );
  return { clock, due, timers };
}

test('is due once, after its time', () => {
  const { clock, due, timers } = setUp();
  timers.set('a', 100);
  timers.set('b', 50);
  assert.ok(timers.isSet('a'));
  clock.advance(1000);
  assert.deepEqual(due, ['b 50', 'a 100']);
  assert.ok(!timers.isSet('a'));
});

test('set again it is due at the new time, be that later or sooner', () => {
  const { clock, due, timers } = setUp();
  timers.set('a', 100);
  clock.advance(60);
  timers.set('a', 100);
  clock.advance(60);
  assert.deepEqual(due, []);
  timers.set('a', 500);
  timers.set('a', 10);
  clock.advance(1000);
  assert.deepEqual(due, ['a 130']);
});

test('put off again and again it is due when that ends', () => {
  const { clock, due, timers } = setUp();
  for (let at = 0; at < 1000; at += 20) {
    timers.set('a', 100);
    clock.advance(20);
  }
  assert.deepEqual(due, []);
  clock.advance(1000);
  assert.deepEqual(due, ['a 1080']);
});

test('cancelled it is not due, nor is what was put off before', () => {
  const { clock, due, timers } = setUp();
  timers.set('a', 100);
  timers.set('a', 200);
  timers.cancel('a');
  timers.set('b', 10);
  timers.cancelAll();
  clock.advance(1000);
  assert.deepEqual(due, []);
});

test('cancelled and set again it is due once', () => {
  const { clock, due, timers } = setUp();
  timers.set('a', 100);
  timers.cancel('a');
  timers.set('a', 150);
  clock.advance(1000);
  assert.deepEqual(due, ['a 150']);
});
