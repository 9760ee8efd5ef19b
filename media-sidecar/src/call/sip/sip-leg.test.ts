import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { SipLeg } from './sip-leg.ts';

const MULAW_BYTES_PER_MS = 8;

function setup() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const leg = new SipLeg('CA1', clock, () => void told.push('line closed'));
  const listener = {
    onAudio: () => undefined,
    onDtmf: () => undefined,
    onFirstPlayed: (itemId: string) => void told.push(`first ${itemId}`),
    onItemPlayed: (itemId: string) => void told.push(`played ${itemId}`),
    onEnded: (reason: string) => void told.push(`ended ${reason}`),
  };
  leg.attach(listener);
  leg.silenceWith(() => void told.push('silence'));
  const say = (responseId: string, itemId: string, ms: number) => {
    leg.expect(itemId, responseId);
    leg.play(itemId, new Uint8Array(ms * MULAW_BYTES_PER_MS));
  };
  return { clock, leg, listener, say, told };
}

test('nothing is heard before the provider says that it plays', () => {
  const { clock, leg, say } = setup();
  say('r', 'a', 1000);
  clock.advance(500);
  assert.equal(leg.heardMs('a'), 0);
  leg.playbackStarted('r');
  clock.advance(400);
  assert.equal(leg.heardMs('a'), 400);
  clock.advance(5000);
  assert.equal(leg.heardMs('a'), 1000, 'never more than there is');
});

test('an item is played when its response was heard to its end', () => {
  const { clock, leg, say, told } = setup();
  say('r', 'a', 1000);
  leg.playbackStarted('r');
  leg.finishItem('a');
  clock.advance(1300);
  assert.deepEqual(told, ['first a']);
  assert.equal(leg.playbackStopped('r'), 1300);
  assert.deepEqual(told, ['first a', 'played a']);
  assert.equal(leg.heardMs('a'), 1000);
});

test('an item that is finished after its response has stopped is played at once', () => {
  const { clock, leg, say, told } = setup();
  leg.playbackStarted('r');
  say('r', 'a', 500);
  clock.advance(500);
  leg.playbackStopped('r');
  assert.deepEqual(told, ['first a']);
  leg.finishItem('a');
  assert.deepEqual(told, ['first a', 'played a']);
});

test('items of a response are heard one after the other', () => {
  const { clock, leg, say } = setup();
  say('r', 'a', 1000);
  say('r', 'b', 1000);
  leg.playbackStarted('r');
  clock.advance(1400);
  assert.deepEqual([leg.heardMs('a'), leg.heardMs('b')], [1000, 400]);
});

test('a second response waits until the first one has stopped', () => {
  const { clock, leg, say, told } = setup();
  say('r1', 'a', 1000);
  leg.playbackStarted('r1');
  leg.finishItem('a');
  say('r2', 'b', 800);
  leg.finishItem('b');
  clock.advance(900);
  assert.deepEqual([leg.heardMs('a'), leg.heardMs('b')], [900, 0]);
  clock.advance(100);
  leg.playbackStopped('r1');
  leg.playbackStarted('r2');
  clock.advance(300);
  assert.equal(leg.heardMs('b'), 300);
  assert.deepEqual(
    leg.clear().map(({ itemId, heardMs }) => [itemId, heardMs]),
    [['b', 300]],
    'what was played is not stopped any more',
  );
  assert.deepEqual(told, ['first a', 'played a', 'first b', 'silence']);
});

test('what is cleared has the provider stop, and is never played', () => {
  const { clock, leg, say, told } = setup();
  say('r1', 'a', 1000);
  say('r2', 'b', 1000);
  leg.playbackStarted('r1');
  leg.finishItem('a');
  clock.advance(250);
  assert.deepEqual(leg.clear(), [
    { itemId: 'a', heardMs: 250, queuedMs: 1000 },
    { itemId: 'b', heardMs: 0, queuedMs: 1000 },
  ]);
  leg.playbackCut('r1');
  clock.advance(60_000);
  assert.equal(leg.heardMs('a'), 250);
  assert.deepEqual(told, ['first a', 'silence']);
  assert.deepEqual(leg.clear(), []);
  assert.equal(told.length, 2, 'where nothing sounds nothing is silenced');
});

test('what the provider cut counts no further, whenever the conversation hears why', () => {
  const { clock, leg, say, told } = setup();
  say('r', 'a', 1000);
  leg.playbackStarted('r');
  leg.finishItem('a');
  clock.advance(300);
  leg.playbackCut('r');
  clock.advance(200);
  assert.equal(leg.clear()[0]?.heardMs, 300);
  clock.advance(60_000);
  assert.deepEqual(told, ['first a', 'silence']);
});

test('what the provider cut and the conversation did not is over nevertheless', () => {
  const { clock, leg, say, told } = setup();
  say('r1', 'a', 10_000);
  say('r2', 'b', 1000);
  leg.playbackStarted('r1');
  leg.finishItem('a');
  leg.finishItem('b');
  leg.playbackCut('r1');
  clock.advance(499);
  assert.deepEqual(told, ['first a']);
  clock.advance(1);
  assert.deepEqual(told, ['first a', 'played a', 'played b']);
});

test('an end that nobody tells of is not waited for', () => {
  const { clock, leg, say, told } = setup();
  say('r', 'a', 2000);
  leg.playbackStarted('r');
  leg.finishItem('a');
  clock.advance(5999);
  assert.deepEqual(told, ['first a']);
  clock.advance(1);
  assert.deepEqual(told, ['first a', 'played a']);
  leg.playbackStopped('r');
  assert.equal(told.length, 2);
});

test('a response whose begin was not told is over when it has stopped', () => {
  const { leg, say, told } = setup();
  say('r', 'a', 2000);
  leg.finishItem('a');
  assert.equal(leg.playbackStopped('r'), 0);
  assert.deepEqual(told, ['played a']);
});

/** Cleared at the end of the call, the leg said that it had nothing to report: "heard to the end". */
test('who hangs up has heard nothing beyond that moment', () => {
  const { clock, leg, say, told } = setup();
  say('r', 'a', 3000);
  leg.playbackStarted('r');
  leg.finishItem('a');
  clock.advance(700);
  leg.callEnded();
  clock.advance(10_000);
  assert.deepEqual(leg.clear(), [{ itemId: 'a', heardMs: 700, queuedMs: 3000 }]);
  assert.deepEqual(told, ['first a', 'ended caller-hung-up']);
  assert.equal(clock.pendingTimers, 0);
});

test('the line is closed once, and not at all when the caller was faster', () => {
  const ours = setup();
  ours.leg.close();
  ours.leg.close();
  ours.leg.callEnded();
  assert.deepEqual(ours.told, ['ended closed-by-us', 'line closed']);
  const theirs = setup();
  theirs.leg.callEnded();
  theirs.leg.close();
  assert.deepEqual(theirs.told, ['ended caller-hung-up']);
});

test('who attaches to a call that is over is told so', () => {
  const { clock, listener, told } = setup();
  const leg = new SipLeg('CA2', clock, () => undefined);
  leg.callEnded();
  leg.attach(listener);
  assert.deepEqual(told, ['ended caller-hung-up']);
  assert.deepEqual(leg.counters(), { framesReceived: 0, framesLost: 0, framesSent: 0 });
});

test('however long the call, what is kept of it has an end', () => {
  const { leg, say } = setup();
  for (let i = 0; i < 300; i += 1) {
    say(`r${i}`, `i${i}`, 100);
    leg.playbackStarted(`r${i}`);
    leg.finishItem(`i${i}`);
    leg.playbackStopped(`r${i}`);
  }
  assert.equal(leg.heardMs('i299'), 100);
  assert.equal(leg.heardMs('i0'), 0, 'the oldest is forgotten');
});
