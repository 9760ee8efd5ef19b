import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sleepOn, VirtualClock } from './virtual-clock.ts';

describe('virtual clock', () => {
  it('runs timers in the order in which they are due, then of their scheduling', () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.schedule(20, () => ran.push(`c ${clock.monotonicMs()}`));
    clock.schedule(10, () => ran.push(`a ${clock.monotonicMs()}`));
    clock.schedule(10, () => ran.push(`b ${clock.monotonicMs()}`));
    clock.advance(19);
    assert.deepEqual(ran, ['a 10', 'b 10']);
    clock.advance(1);
    assert.deepEqual(ran, ['a 10', 'b 10', 'c 20']);
  });

  it('runs what is scheduled on the way, but never at once', () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    clock.schedule(5, () => {
      clock.schedule(0, () => ran.push(clock.monotonicMs()));
      clock.schedule(5, () => ran.push(clock.monotonicMs()));
      assert.deepEqual(ran, []);
    });
    clock.advance(10);
    assert.deepEqual(ran, [5, 10]);
  });

  it('does not run what was cancelled', () => {
    const clock = new VirtualClock();
    const timer = clock.schedule(5, () => assert.fail('was cancelled'));
    timer.cancel();
    clock.advance(10);
    assert.equal(clock.pendingTimers, 0);
  });

  it('lets everything that is awaited settle between the timers', async () => {
    const clock = new VirtualClock(1000);
    const ran: number[] = [];
    const work = (async () => {
      for (let round = 0; round < 3; round += 1) {
        await clock.sleep(10);
        ran.push(clock.nowMs());
      }
    })();
    await clock.advanceAsync(100);
    await work;
    assert.deepEqual(ran, [1010, 1020, 1030]);
    assert.equal(clock.monotonicMs(), 100);
  });

  it('ends a sleep with the reason of an abort, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const sleeping = sleepOn(clock, 10, abort.signal);
    abort.abort(new Error('enough'));
    await assert.rejects(sleeping, /enough/);
    await assert.rejects(sleepOn(clock, 10, abort.signal), /enough/);
    assert.equal(clock.pendingTimers, 0);
  });
});
