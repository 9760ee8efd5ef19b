import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tone } from '../../audio/testing/signals.ts';
import type { FakeMediaSocket } from '../testing/fake-media-socket.ts';
import { createMediaStream as setUp, streamSid } from '../testing/media-stream-harness.ts';

describe('the end of a media stream', () => {
  it('is the caller hanging up when Twilio says stop', () => {
    const { socket, attach, events, clock } = setUp();
    attach();
    socket.receive({ event: 'stop', streamSid, stop: { accountSid: 'AC1', callSid: 'CA1' } });
    socket.drop();
    assert.deepEqual(events, ['ended caller-hung-up']);
    assert.equal(socket.closeCode, 1000);
    assert.equal(clock.pendingTimers, 0);
  });

  it('is a lost connection when the socket closes without a word', () => {
    const { socket, attach, events } = setUp();
    attach();
    socket.emit('error', new Error('ECONNRESET'));
    socket.drop();
    assert.deepEqual(events, ['ended connection-lost']);
  });

  it('is ours when we close, and the socket goes even if Twilio does not answer', () => {
    const { socket, leg, attach, events, clock } = setUp();
    attach();
    leg.play('a', tone(1000, 440));
    leg.finishItem('a');
    leg.close();
    leg.close();
    assert.deepEqual(events, ['ended closed-by-us']);
    assert.equal(socket.terminated, false);
    clock.advance(5000);
    assert.equal(socket.terminated, true);
    assert.equal(clock.pendingTimers, 0);
  });

  it('is a lost connection when nothing comes for too long: the socket is half open', () => {
    const { socket, attach, events, clock, speak } = setUp({ idleTimeoutMs: 10_000 });
    attach();
    clock.advance(9000);
    speak(1, 0);
    clock.advance(9000);
    assert.deepEqual(events, ['audio 1']);
    clock.advance(1000);
    assert.deepEqual(events, ['audio 1', 'ended connection-lost']);
    assert.equal(socket.terminated, true);
  });

  it('is told to somebody who attaches later, after the audio', () => {
    const { socket, attach, events, speak } = setUp();
    speak(1, 0);
    socket.drop();
    attach();
    assert.deepEqual(events, ['audio 1', 'ended connection-lost']);
  });

  it('makes everything else a no-op', () => {
    const { socket, leg, attach, events, clock } = setUp();
    attach();
    leg.close();
    const before = socket.sent.length;
    leg.play('a', tone(100, 440));
    leg.finishItem('a');
    assert.deepEqual(leg.clear(), []);
    clock.advance(10_000);
    assert.equal(socket.sent.length, before);
    assert.deepEqual(events, ['ended closed-by-us']);
  });
});

describe('messages that make no sense', () => {
  const bad: readonly [string, (socket: FakeMediaSocket) => void][] = [
    ['binary', (socket) => socket.receiveBinary(Uint8Array.of(1, 2))],
    ['not JSON', (socket) => socket.receiveRaw('{"event":')],
    ['not an object', (socket) => socket.receiveRaw('[1]')],
    ['without an event', (socket) => socket.receive({ streamSid })],
    [
      'media without a payload',
      (socket) => socket.receive({ event: 'media', streamSid, media: {} }),
    ],
    [
      'media that is not base64',
      (socket) =>
        socket.receive({
          event: 'media',
          streamSid,
          media: { chunk: '1', timestamp: '0', payload: '!!!' },
        }),
    ],
    [
      'media with a chunk that is no number',
      (socket) =>
        socket.receive({
          event: 'media',
          streamSid,
          media: { chunk: 'x', timestamp: '0', payload: 'AAAA' },
        }),
    ],
    [
      'of another stream',
      (socket) => socket.receive({ event: 'mark', streamSid: 'MZ9', mark: { name: 'end-1' } }),
    ],
    ['a mark without a name', (socket) => socket.receive({ event: 'mark', streamSid, mark: {} })],
    ['a mark that is none', (socket) => socket.receive({ event: 'mark', streamSid })],
    [
      'a mark without a stream',
      (socket) => socket.receive({ event: 'mark', mark: { name: 'end-1' } }),
    ],
    [
      'a key that is none',
      (socket) => socket.receive({ event: 'dtmf', streamSid, dtmf: { digit: '12' } }),
    ],
    ['too long', (socket) => socket.receive({ event: 'x', padding: 'y'.repeat(70_000) })],
    ['a second connected', (socket) => socket.receive({ event: 'connected' })],
  ];

  for (const [name, send] of bad) {
    it(`are counted and passed over: ${name}`, () => {
      const { socket, leg, attach, events, speak } = setUp();
      attach();
      send(socket);
      speak(9, 0);
      assert.equal(leg.counters().protocolErrors, 1);
      assert.deepEqual(events, ['audio 9']);
    });
  }

  it('end the call when there are too many', () => {
    const { socket, attach, events } = setUp({ maxProtocolErrors: 3 });
    attach();
    for (let i = 0; i < 5; i += 1) socket.receiveRaw('?');
    assert.deepEqual(events, ['ended protocol-error']);
    assert.equal(socket.closeCode, 1002);
  });

  it('do not end a call in which they are rare', () => {
    const { clock, socket, attach, events, leg } = setUp({
      maxProtocolErrors: 3,
      idleTimeoutMs: 60_000,
    });
    attach();
    for (let i = 0; i < 30; i += 1) {
      socket.receiveRaw('?');
      clock.advance(10_000);
    }
    assert.deepEqual(events, []);
    assert.equal(leg.counters().protocolErrors, 30);
  });

  it('do not include events of a kind that is new', () => {
    const { socket, leg } = setUp();
    socket.receive({ event: 'transcription', streamSid, anything: 1 });
    assert.equal(leg.counters().protocolErrors, 0);
    assert.equal(leg.counters().unknownEvents, 1);
  });
});

describe('a flood', () => {
  const unknown = { event: 'transcription', streamSid };

  it('ends the call, whatever it is made of', () => {
    const { socket, attach, events } = setUp();
    attach();
    for (let i = 0; i < 3001; i += 1) socket.receive(unknown);
    assert.deepEqual(events, ['ended protocol-error']);
    assert.equal(socket.closeCode, 1008);
  });

  it('is not what Twilio sends, also when it was held up for 20 s', () => {
    const { clock, socket, attach, events } = setUp();
    attach();
    for (let i = 0; i < 50 * 120; i += 1) {
      clock.advance(20);
      socket.receive(unknown);
    }
    clock.advance(20_000);
    for (let i = 0; i < 2 * 50 * 20; i += 1) socket.receive(unknown);
    assert.deepEqual(events, []);
  });
});
