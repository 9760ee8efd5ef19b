import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silence } from '../../audio/testing/signals.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { FakePhoneLeg } from './fake-phone-leg.ts';

function setUp() {
  const clock = new VirtualClock();
  const leg = new FakePhoneLeg(clock);
  const events: string[] = [];
  leg.attach({
    onAudio: () => events.push(`audio ${clock.monotonicMs()}`),
    onDtmf: (digit) => events.push(`dtmf ${digit}`),
    onFirstPlayed: (itemId) => events.push(`first ${itemId} ${clock.monotonicMs()}`),
    onItemPlayed: (itemId) => events.push(`played ${itemId} ${clock.monotonicMs()}`),
    onEnded: (reason) => events.push(`ended ${reason}`),
  });
  return { clock, leg, events };
}

describe('the fake phone', () => {
  it('plays items one after the other, at the speed of its clock', () => {
    const { clock, leg, events } = setUp();
    leg.play('a', silence(200));
    leg.play('b', silence(100));
    leg.finishItem('b');
    clock.advance(150);
    assert.equal(leg.heardMs('a'), 150);
    leg.finishItem('a');
    clock.advance(1000);
    assert.deepEqual(events, ['first a 20', 'played a 200', 'first b 220', 'played b 300']);
  });

  it('says at a clear what was heard, and tells nothing more of it', () => {
    const { clock, leg, events } = setUp();
    leg.play('a', silence(200));
    leg.finishItem('a');
    leg.play('b', silence(200));
    clock.advance(120);
    assert.deepEqual(leg.clear(), [
      { itemId: 'a', heardMs: 120, queuedMs: 200 },
      { itemId: 'b', heardMs: 0, queuedMs: 200 },
    ]);
    clock.advance(1000);
    assert.equal(leg.heardMs('a'), 120);
    assert.deepEqual(events, ['first a 20']);
    leg.play('c', silence(40));
    clock.advance(40);
    assert.deepEqual(events, ['first a 20', 'first c 1140']);
  });

  it('ends once', () => {
    const { leg, events } = setUp();
    leg.close();
    leg.end('caller-hung-up');
    assert.deepEqual(events, ['ended closed-by-us']);
  });
});
