import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { FakeMediaSocket } from '../testing/fake-media-socket.ts';
import { TwilioListenStream, type TwilioListenStreamOptions } from './listen-stream.ts';
import type { MediaSocket } from './stream-socket.ts';

const streamSid = 'MZ00000000000000000000000000000001';

function setUp(options: Partial<TwilioListenStreamOptions> = {}) {
  const clock = new VirtualClock();
  const socket = new FakeMediaSocket();
  const leg = new TwilioListenStream(
    socket as unknown as MediaSocket,
    {
      streamSid,
      callSid: 'CA1',
      accountSid: 'AC1',
      encoding: 'audio/x-mulaw',
      sampleRateHz: 8000,
      channels: 1,
      tracks: ['inbound', 'outbound'],
      customParameters: {},
    },
    { clock },
    options,
  );
  const told: string[] = [];
  const attach = () =>
    leg.attach({
      onAudio: (track, frame, atMs) => told.push(`${track} ${String(frame[0])} at ${atMs}`),
      onGap: (track, startMs, endMs) => told.push(`${track} gap ${startMs}-${endMs}`),
      onEnded: (reason) => told.push(`ended ${reason}`),
    });
  const chunks = { inbound: 0, outbound: 0 };
  const speak = (
    track: 'inbound' | 'outbound',
    value: number,
    timestampMs: number,
    chunk = (chunks[track] += 1),
  ) => {
    const payload = Buffer.alloc(160, value).toString('base64');
    const media = { track, chunk: `${chunk}`, timestamp: `${timestampMs}`, payload };
    socket.receive({ event: 'media', sequenceNumber: '5', streamSid, media });
  };
  return { clock, socket, leg, told, attach, speak };
}

describe('a listening stream', () => {
  it('tells the tracks apart, and where their frames are in the stream', () => {
    const { attach, speak, told } = setUp();
    attach();
    speak('inbound', 1, 100);
    speak('outbound', 2, 100);
    speak('inbound', 3, 120);
    assert.deepEqual(told, ['inbound 1 at 100', 'outbound 2 at 100', 'inbound 3 at 120']);
  });

  it('holds what arrives until somebody listens, and gives the oldest up after 30 s', () => {
    const { attach, clock, speak, told, socket } = setUp();
    for (let frame = 0; frame < 3001; frame += 1) {
      clock.advance(20);
      speak('inbound', frame % 100, frame * 20);
    }
    socket.receive({ event: 'stop', streamSid });
    attach();
    assert.equal(told.length, 3000);
    assert.equal(told[0], 'inbound 2 at 40');
    assert.equal(told.at(-1), 'ended stream-stopped');
  });

  it('has one listener', () => {
    const { attach } = setUp();
    attach();
    assert.throws(attach, /one listener/);
  });

  it('fills short gaps with silence, and drops what comes twice', () => {
    const { attach, speak, told, leg } = setUp();
    attach();
    speak('inbound', 1, 0);
    speak('inbound', 2, 60);
    speak('inbound', 9, 60, 2);
    assert.deepEqual(told, [
      'inbound 1 at 0',
      'inbound 255 at 20',
      'inbound 255 at 40',
      'inbound 2 at 60',
    ]);
    assert.deepEqual(leg.counters(), { framesReceived: 2, framesLost: 2 });
  });

  it('tells a long gap of the inbound track, and fills only its end', () => {
    const { attach, speak, told } = setUp({ maxGapFillMs: 40 });
    attach();
    speak('inbound', 1, 0);
    speak('inbound', 2, 8000);
    assert.deepEqual(told, [
      'inbound 1 at 0',
      'inbound gap 20-8000',
      'inbound 255 at 7960',
      'inbound 255 at 7980',
      'inbound 2 at 8000',
    ]);
  });

  it('a pause of the outbound track is no loss: nothing was played', () => {
    const { attach, speak, told, leg } = setUp({ maxGapFillMs: 20 });
    attach();
    speak('outbound', 1, 0);
    speak('outbound', 2, 8000);
    assert.deepEqual(told, ['outbound 1 at 0', 'outbound 255 at 7980', 'outbound 2 at 8000']);
    assert.equal(leg.counters().framesLost, 0);
  });

  it('ends with the stream, with the socket, and when nothing comes any more', () => {
    for (const [end, reason, closeCode] of [
      ['stop', 'stream-stopped', 1000],
      ['drop', 'connection-lost', undefined],
      ['silence', 'connection-lost', undefined],
      ['close', 'closed-by-us', 1000],
      ['refuse', 'closed-by-us', 1008],
      ['nonsense', 'protocol-error', 1002],
    ] as const) {
      const { attach, told, socket, leg, clock } = setUp();
      attach();
      if (end === 'stop') socket.receive({ event: 'stop', streamSid });
      if (end === 'drop') socket.drop();
      if (end === 'silence') clock.advance(30_000);
      if (end === 'close') leg.close();
      if (end === 'refuse') leg.refuse();
      if (end === 'nonsense') for (let i = 0; i < 21; i += 1) socket.receiveRaw('{');
      assert.deepEqual([told, socket.closeCode], [[`ended ${reason}`], closeCode], end);
    }
  });

  it('takes a track that there is not for nonsense', () => {
    const { attach, speak, told } = setUp();
    attach();
    speak('sideways' as 'inbound', 1, 0, 1);
    assert.deepEqual(told, []);
  });
});
