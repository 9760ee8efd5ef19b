import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { FakeRealtimeModel } from '../../realtime/testing/fake-realtime-model.ts';
import { RecordingListener } from '../../realtime/testing/recording-listener.ts';
import { CallerFrames } from './caller-frames.ts';
import { defaultRealtimeOptions } from './options.ts';

const frame = (byte: number) => new Uint8Array(160).fill(byte);
const VOICE = 0x20;
const SILENCE = 0xff;

function setup() {
  const clock = new VirtualClock();
  const model = new FakeRealtimeModel(clock);
  const open = () => model.open({} as never, new RecordingListener().listener);
  const caller = { speaks: false };
  const frames = new CallerFrames(clock, defaultRealtimeOptions, () => caller.speaks);
  const hear = (count: number, byte: number) => {
    for (let i = 0; i < count; i += 1) {
      clock.advance(20);
      frames.push(frame(byte));
    }
  };
  return { caller, clock, frames, hear, open };
}

const bytes = (session: { frames: Uint8Array[] }) => session.frames.map(([byte]) => byte);

test('silence stands in for a gap, and what the leg fills in for it is not heard twice', () => {
  const { clock, frames, hear, open } = setup();
  const session = open();
  frames.attach(session);
  hear(5, VOICE);
  clock.advance(800);
  const padded = session.frames.length - 5;
  assert.ok(padded >= 35 && padded <= 40, String(padded));
  for (let i = 0; i < 40; i += 1) frames.push(frame(SILENCE));
  hear(1, VOICE);
  assert.equal(session.frames.length, 5 + 40 + 1);
  frames.close();
});

/**
 * A packet that has to be sent again, or a busy machine: the phone's frames stay away for a moment and
 * then come all at once. Silence that stood in for them meanwhile made them unintelligible.
 */
test('what is late and comes in a burst is heard whole', () => {
  const { clock, frames, hear, open } = setup();
  const session = open();
  frames.attach(session);
  hear(5, VOICE);
  clock.advance(380);
  for (let i = 0; i < 19; i += 1) frames.push(frame(VOICE));
  hear(1, VOICE);
  assert.deepEqual(bytes(session), Array(25).fill(VOICE));
  frames.close();
});

test('what came while the process was busy is heard whole', () => {
  const { clock, hear, frames, open } = setup();
  const session = open();
  frames.attach(session);
  hear(5, VOICE);
  clock.stall(600);
  for (let i = 0; i < 30; i += 1) frames.push(frame(VOICE));
  hear(1, VOICE);
  assert.deepEqual(bytes(session), Array(36).fill(VOICE));
  clock.stall(600);
  clock.advance(150);
  assert.equal(session.frames.length, 36, 'it was on its way still, and was looked for twice');
  for (let i = 0; i < 37; i += 1) frames.push(frame(VOICE));
  assert.deepEqual(bytes(session), Array(73).fill(VOICE));
  clock.stall(600);
  clock.advance(400);
  assert.ok(session.frames.length >= 73 + 20, 'a gap stayed a gap');
  frames.close();
});

test('a gap that never ends is not padded for ever', () => {
  const { clock, frames, hear, open } = setup();
  const session = open();
  frames.attach(session);
  hear(1, VOICE);
  clock.advance(60_000);
  assert.equal(session.frames.length, 1 + 500);
  frames.close();
});

test('nothing is padded while frames come, a little late or not', () => {
  const { clock, frames, open } = setup();
  const session = open();
  frames.attach(session);
  for (let i = 0; i < 50; i += 1) {
    clock.advance(40);
    frames.push(frame(VOICE));
  }
  assert.equal(session.frames.length, 50);
  frames.close();
});

test('while nobody speaks a second is kept, and speech as long as it lasts', () => {
  const { frames, hear, open } = setup();
  frames.attach(open());
  frames.isHeard();
  hear(200, SILENCE);
  assert.equal(frames.kept.length, 50);
  frames.speechBegan(4000);
  hear(300, VOICE);
  assert.equal(frames.kept.length, 300 + 15);
  frames.done(10_000);
  assert.equal(frames.kept.length, 0);
  frames.close();
});

test('another session first hears what is kept, then what comes', () => {
  const { frames, hear, open } = setup();
  frames.attach(open());
  hear(100, SILENCE);
  frames.speechBegan(2000);
  hear(10, VOICE);
  frames.detach();
  hear(100, VOICE);
  const next = open();
  frames.attach(next);
  frames.isHeard();
  hear(5, SILENCE);
  assert.equal(bytes(next).filter((byte) => byte === VOICE).length, 110);
  assert.deepEqual(bytes(next).slice(-5), Array(5).fill(SILENCE));
  frames.close();
});

test('a first session that never becomes ready costs none of the caller’s first words', () => {
  const { frames, hear, open } = setup();
  frames.attach(open());
  hear(150, VOICE);
  frames.detach();
  const next = open();
  frames.attach(next);
  assert.equal(next.frames.length, 150);
  frames.close();
});

test('what was dealt with is not heard again', () => {
  const { frames, hear, open } = setup();
  frames.attach(open());
  frames.isHeard();
  hear(20, VOICE);
  frames.speechBegan(0);
  hear(5, SILENCE);
  frames.done(400);
  frames.detach();
  const next = open();
  frames.attach(next);
  assert.deepEqual(bytes(next), Array(5).fill(SILENCE));
  frames.close();
});

test('tells the moment of a position, also when audio came in a burst', () => {
  const { clock, frames, hear, open } = setup();
  frames.attach(open());
  hear(100, SILENCE);
  assert.equal(frames.momentOf(1500), clock.monotonicMs() - 500);
  assert.equal(frames.momentOf(9000), clock.monotonicMs());
  frames.close();
});

describe('quiet frames go several at a time, between turns', () => {
  /** A session that has listened for a second of silence, of which the last frame waits. */
  function listening() {
    const rig = setup();
    const session = rig.open();
    rig.frames.attach(session);
    rig.frames.isHeard();
    rig.hear(50, SILENCE);
    const appends = session.appends;
    return { ...rig, session, newAppends: () => session.appends - appends };
  }

  test('what comes in 200 ms in one message, none of it lost', () => {
    const { frames, hear, newAppends, session } = listening();
    hear(24, SILENCE);
    assert.equal(newAppends(), 2);
    assert.equal(session.frames.length, 49 + 20);
    frames.close();
  });

  test('a sound takes along at once what waits before it, and what follows goes as it comes', () => {
    const { frames, hear, newAppends, session } = listening();
    hear(3, SILENCE);
    assert.equal(newAppends(), 0);
    hear(1, VOICE);
    assert.equal(newAppends(), 1);
    assert.deepEqual(bytes(session).slice(49), [SILENCE, SILENCE, SILENCE, SILENCE, VOICE]);
    // Perhaps a pause within a turn, of which the model has told nothing yet.
    hear(30, SILENCE);
    assert.equal(newAppends(), 31);
    hear(10, SILENCE);
    assert.equal(newAppends(), 32);
    frames.close();
  });

  test('not while the model hears the caller speak, however quietly', () => {
    const { caller, frames, hear, newAppends } = listening();
    caller.speaks = true;
    hear(10, SILENCE);
    assert.equal(newAppends(), 10);
    caller.speaks = false;
    hear(10, SILENCE);
    assert.equal(newAppends(), 11);
    frames.close();
  });

  test('what waits goes when the phone’s audio stays away', () => {
    const { clock, frames, hear, session } = listening();
    hear(2, SILENCE);
    clock.advance(200);
    assert.equal(session.frames.length, 52);
    frames.close();
  });

  test('another session hears what waited, once', () => {
    const { frames, hear, open, session } = listening();
    hear(3, SILENCE);
    frames.done(980);
    frames.detach();
    hear(1, VOICE);
    const next = open();
    frames.attach(next);
    assert.equal(session.frames.length, 49);
    assert.deepEqual(bytes(next), [SILENCE, SILENCE, SILENCE, SILENCE, VOICE]);
    frames.isHeard();
    hear(1, SILENCE);
    assert.equal(next.frames.length, 6);
    frames.close();
  });

  test('all calls send theirs in the same moment', () => {
    const { clock, open } = setup();
    const sentAtMs: number[] = [];
    const callers = [0, 1, 2].map(() => {
      clock.advance(37);
      const session = open();
      const frames = new CallerFrames(clock, defaultRealtimeOptions, () => false);
      frames.attach(session);
      frames.isHeard();
      return { frames, session };
    });
    const hear = () => {
      clock.advance(20);
      for (const { frames } of callers) frames.push(frame(SILENCE));
    };
    for (let i = 0; i < 50; i += 1) hear();
    for (const { session } of callers) {
      const append = session.append.bind(session);
      session.append = (mulaw) => {
        sentAtMs.push(clock.monotonicMs());
        append(mulaw);
      };
    }
    for (let i = 0; i < 50; i += 1) hear();
    assert.equal(sentAtMs.length, 15);
    assert.equal(new Set(sentAtMs).size, 5);
    for (const { frames } of callers) frames.close();
  });

  test('each as it comes, to who wants that', () => {
    const { clock, open } = setup();
    const session = open();
    const frames = new CallerFrames(
      clock,
      { ...defaultRealtimeOptions, holdsQuietFrames: false },
      () => false,
    );
    frames.attach(session);
    frames.isHeard();
    for (let i = 0; i < 100; i += 1) frames.push(frame(SILENCE));
    assert.equal(session.appends, 100);
    frames.close();
  });
});
