import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tone } from '../../audio/testing/signals.ts';
import { createMediaStream as setUp, streamSid } from '../testing/media-stream-harness.ts';

describe('what the caller says', () => {
  it('waits for somebody to attach, then comes in order, together with keys', () => {
    const { events, attach, speak, socket, leg } = setUp();
    speak(1, 0);
    socket.receive({ event: 'dtmf', streamSid, dtmf: { track: 'inbound_track', digit: '#' } });
    speak(2, 20);
    attach();
    speak(3, 40);
    assert.deepEqual(events, ['audio 1', 'dtmf #', 'audio 2', 'audio 3']);
    assert.throws(() => leg.attach({} as never), /one listener/);
  });

  it('is held within bounds: the oldest audio gives way, a key never does', () => {
    const { events, attach, speak, socket, leg } = setUp();
    socket.receive({ event: 'dtmf', streamSid, dtmf: { track: 'inbound_track', digit: '1' } });
    for (let i = 0; i < 2000; i += 1) speak(i % 256, i * 20);
    attach();
    assert.equal(events[0], 'dtmf 1');
    assert.equal(events.length, 1500);
    assert.equal(events.at(-1), `audio ${1999 % 256}`);
    assert.equal(leg.counters().framesLost, 501);
  });

  it('has silence where the timestamps have a gap, and the gap is counted', () => {
    const { frames, attach, speak, leg } = setUp();
    attach();
    speak(1, 5);
    speak(2, 25);
    speak(3, 105);
    assert.deepEqual(
      frames.map((frame) => frame[0]),
      [1, 2, 0xff, 0xff, 0xff, 3],
    );
    assert.equal(leg.counters().framesLost, 3);
    assert.equal(leg.counters().framesReceived, 3);
  });

  it('has no more silence than the cap, however long the gap', () => {
    const { frames, attach, speak, leg } = setUp({ maxGapFillMs: 1000 });
    attach();
    speak(1, 0);
    speak(2, 60_000);
    speak(3, 60_020);
    assert.equal(frames.length, 3 + 50);
    assert.equal(leg.counters().framesLost, 2999);
  });

  it('does not take jitter of the timestamps for a gap, but a drift that adds up', () => {
    const { frames, attach, speak } = setUp();
    attach();
    for (let i = 0; i < 50; i += 1) speak(1, i * 20 + (i % 2) * 9);
    assert.equal(frames.length, 50);
    speak(2, 50 * 20 + 21);
    assert.equal(frames.length, 52);
  });

  it('goes on when the timestamps jump back', () => {
    const { frames, attach, speak, leg } = setUp();
    attach();
    speak(1, 5000);
    speak(2, 0);
    speak(3, 20);
    assert.equal(frames.length, 3);
    assert.equal(leg.counters().framesLost, 0);
  });

  it('comes once: repeated and late chunks are dropped and counted', () => {
    const { frames, attach, speak, leg } = setUp();
    attach();
    speak(1, 0, 1);
    speak(2, 20, 2);
    speak(2, 20, 2);
    speak(1, 0, 1);
    speak(3, 40, 3);
    assert.deepEqual(
      frames.map((frame) => frame[0]),
      [1, 2, 3],
    );
    assert.equal(leg.counters().chunksDropped, 2);
  });

  it('is cut into frames, whatever the size of the payload', () => {
    const { frames, attach, socket } = setUp();
    attach();
    const payload = Buffer.alloc(400, 7).toString('base64');
    socket.receive({ event: 'media', streamSid, media: { chunk: '1', timestamp: '0', payload } });
    socket.receive({ event: 'media', streamSid, media: { chunk: '2', timestamp: '50', payload } });
    assert.equal(frames.length, 5);
    assert.ok(frames.every((frame) => frame.length === 160 && frame.every((byte) => byte === 7)));
  });
});

describe('what the agent says', () => {
  it('is sent byte for byte, with a mark behind the first frame and at the end', () => {
    const { socket, leg } = setUp();
    const audio = tone(430, 440);
    leg.play('a', audio.subarray(0, 7));
    leg.play('a', audio.subarray(7, 1000));
    leg.play('a', audio.subarray(1000));
    leg.finishItem('a');
    const sent = socket.sent.flatMap(({ media }) =>
      media ? [Buffer.from(media.payload, 'base64')] : [],
    );
    assert.deepEqual(new Uint8Array(Buffer.concat(sent)), audio);
    assert.match(socket.sentMarks.find((name) => name.startsWith('first')) ?? '', /^first-/);
    assert.equal(socket.sent.at(-1)?.event, 'mark');
    assert.ok(socket.sent.every((message) => message.streamSid === streamSid));
    assert.equal(leg.counters().framesSent, 22);
  });

  it('has marks close to each other in its first second, then less often; so has the next item', () => {
    const { socket, leg } = setUp();
    for (const itemId of ['a', 'b']) {
      for (let part = 0; part < 7; part += 1) leg.play(itemId, tone(300, 440));
      leg.finishItem(itemId);
    }
    const marksAtMs: number[] = [];
    let sentMs = 0;
    for (const { media, mark } of socket.sent) {
      if (media) sentMs += Buffer.from(media.payload, 'base64').length / 8;
      if (mark?.name.startsWith('timing')) marksAtMs.push(sentMs);
    }
    const ofItem = [200, 400, 600, 800, 1000, 1500, 2000];
    // The first one goes before everything: it meets an empty buffer, and tells the round trip.
    assert.deepEqual(marksAtMs, [0, ...ofItem, ...ofItem.map((atMs) => 2100 + atMs)]);
  });

  it('leaves in one write for each piece, with its marks', () => {
    const { socket, leg } = setUp();
    leg.play('a', tone(400, 440));
    assert.ok(socket.sent.length > 4);
    assert.equal(socket.writes, 1);
    leg.play('a', tone(400, 440));
    leg.finishItem('a');
    assert.equal(socket.writes, 3);
  });

  it('tells its first and its last audio when the marks come back, each once', () => {
    const { leg, attach, events, marks, returnMark, clock } = setUp();
    attach();
    leg.play('a', tone(500, 440));
    leg.finishItem('a');
    clock.advance(100);
    returnMark(marks('first')[0]);
    returnMark(marks('first')[0]);
    assert.deepEqual(events, ['first a']);
    clock.advance(500);
    returnMark(marks('end')[0]);
    returnMark(marks('end')[0]);
    assert.deepEqual(events, ['first a', 'played a']);
    assert.equal(leg.heardMs('a'), 500);
  });

  it('is played item by item: a later one waits until the earlier one is finished', () => {
    const { leg, socket } = setUp();
    leg.play('a', tone(100, 440));
    leg.play('b', tone(60, 220));
    assert.equal(socket.sentAudioBytes, 800);
    leg.play('a', tone(40, 440));
    leg.finishItem('b');
    assert.equal(socket.sentAudioBytes, 1120);
    leg.finishItem('a');
    assert.equal(socket.sentAudioBytes, 1600);
  });

  it('may be an item without audio: it ends in its turn', () => {
    const { leg, attach, events, marks, returnMark } = setUp();
    attach();
    leg.finishItem('empty');
    returnMark(marks('end')[0]);
    assert.deepEqual(events, ['played empty']);
  });

  it('runs ahead of the caller only so far, and goes on as it is heard', () => {
    const { leg, socket, clock, marks, returnMark } = setUp({ maxAheadMs: 2000 });
    leg.play('a', tone(10_000, 440));
    leg.finishItem('a');
    assert.ok(socket.sentAudioBytes <= 2200 * 8);
    for (let atMs = 0; atMs < 9000; atMs += 100) {
      clock.advance(100);
      const aheadMs = socket.sentAudioBytes / 8 - leg.heardMs('a');
      assert.ok(aheadMs <= 2240, `${aheadMs} ms ahead`);
      assert.ok(aheadMs >= Math.min(1500, 10_000 - leg.heardMs('a')), `${aheadMs} ms ahead`);
    }
    assert.equal(socket.sentAudioBytes, 80_000);
    clock.advance(1100);
    returnMark(marks('end')[0]);
    assert.equal(leg.heardMs('a'), 10_000);
  });

  it('waits while the socket is congested', () => {
    const { leg, socket, clock } = setUp({ maxSocketBufferBytes: 1000 });
    socket.bufferedAmount = 5000;
    leg.play('a', tone(200, 440));
    clock.advance(1000);
    assert.equal(socket.sentAudioBytes, 0);
    socket.bufferedAmount = 0;
    clock.advance(50);
    assert.equal(socket.sentAudioBytes, 1600);
  });

  it('counts as heard when its mark never comes, after some patience', () => {
    const { leg, attach, events, clock } = setUp({ markPatienceMs: 1000 });
    attach();
    leg.play('a', tone(500, 440));
    leg.finishItem('a');
    clock.advance(1500);
    assert.deepEqual(events, []);
    clock.advance(100);
    assert.deepEqual(events, ['played a']);
    assert.equal(leg.counters().marksMissing, 1);
  });
});

describe('clear', () => {
  it('stops at once and says what was heard of each item that was not over', () => {
    const { leg, socket, clock } = setUp();
    leg.play('a', tone(1000, 440));
    leg.finishItem('a');
    leg.play('b', tone(1000, 440));
    clock.advance(540);
    const heard = leg.clear();
    assert.equal(socket.sent.at(-1)?.event, 'clear');
    // One way to Twilio passes before it plays and before the clear arrives: they make up for it.
    assert.deepEqual(heard, [
      { itemId: 'a', heardMs: 540, queuedMs: 1000 },
      { itemId: 'b', heardMs: 0, queuedMs: 1000 },
    ]);
    clock.advance(5000);
    assert.equal(leg.heardMs('a'), 540);
    assert.equal(leg.heardMs('b'), 0);
  });

  it('includes what was handed in but not sent yet', () => {
    const { leg, clock, socket } = setUp({ maxAheadMs: 1000 });
    leg.play('a', tone(5000, 440));
    clock.advance(500);
    assert.equal(leg.clear()[0]?.queuedMs, 5000);
    const sent = socket.sentAudioBytes;
    clock.advance(10_000);
    assert.equal(socket.sentAudioBytes, sent);
  });

  it('makes the marks that Twilio sends back worthless', () => {
    const { leg, socket, attach, events, clock } = setUp();
    attach();
    leg.play('a', tone(1000, 440));
    leg.finishItem('a');
    clock.advance(10);
    leg.clear();
    socket.returnMarks(streamSid, ...socket.sentMarks);
    clock.advance(60_000 / 4);
    assert.deepEqual(events, []);
  });

  it('ignores the end of an item that it removed', () => {
    const { leg, socket, attach, events, clock } = setUp();
    attach();
    leg.play('a', tone(1000, 440));
    leg.clear();
    const before = socket.sent.length;
    leg.finishItem('a');
    clock.advance(5000);
    assert.equal(socket.sent.length, before);
    assert.deepEqual(events, []);
  });

  it('lets the next item play as if nothing had been before', () => {
    const { leg, attach, events, marks, returnMark, clock } = setUp();
    attach();
    leg.play('a', tone(1000, 440));
    clock.advance(300);
    leg.clear();
    clock.advance(200);
    leg.play('b', tone(400, 440));
    leg.finishItem('b');
    clock.advance(240);
    assert.equal(leg.heardMs('b'), 200);
    returnMark(marks('first')[1]);
    returnMark(marks('end')[0]);
    assert.deepEqual(events, ['first b', 'played b']);
  });

  it('has nothing to tell when nothing is playing', () => {
    assert.deepEqual(setUp().leg.clear(), []);
  });
});
