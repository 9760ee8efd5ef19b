import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../kernel/clock.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { FakeMediaSocket } from '../testing/fake-media-socket.ts';
import { acceptMediaStream, type AcceptOptions } from './accept.ts';
import type { MediaSocket } from './media-stream.ts';
import { MediaStreamError } from './wire.ts';

const streamSid = 'MZ00000000000000000000000000000001';
const connected = { event: 'connected', protocol: 'Call', version: '1.0.0' };

function start(changes: object = {}) {
  return {
    event: 'start',
    sequenceNumber: '1',
    streamSid,
    start: {
      accountSid: 'AC1',
      streamSid,
      callSid: 'CA1',
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { sessionId: 's1', token: 't1' },
      ...changes,
    },
  };
}

function accept(options: Partial<AcceptOptions> = {}) {
  const clock = new VirtualClock();
  const socket = new FakeMediaSocket();
  const accepted = acceptMediaStream(socket as unknown as MediaSocket, { clock, ...options });
  return { clock, socket, accepted };
}

async function refused(accepted: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(accepted, (error) => {
    assert.ok(error instanceof MediaStreamError);
    assert.equal(error.code, code);
    return true;
  });
}

describe('accepting a media stream', () => {
  it('reads connected and start, and leaves no timer behind but the leg’s own', async () => {
    const { socket, accepted, clock } = accept({ accountSid: 'AC1' });
    socket.receive(connected);
    socket.receive(start());
    const { start: details, leg } = await accepted;
    assert.equal(details.callSid, 'CA1');
    assert.deepEqual(details.customParameters, { sessionId: 's1', token: 't1' });
    assert.equal(leg.streamSid, streamSid);
    leg.close();
    socket.drop();
    assert.equal(clock.pendingTimers, 0);
  });

  it('misses nothing of what follows start at once', async () => {
    const { socket, accepted } = accept();
    socket.receive(connected);
    socket.receive(start());
    const payload = Buffer.alloc(160).toString('base64');
    socket.receive({ event: 'media', streamSid, media: { chunk: '1', timestamp: '0', payload } });
    const { leg } = await accepted;
    assert.equal(leg.counters().framesReceived, 1);
  });

  for (const [name, code, play] of [
    ['start before connected', 'wrong-order', (s) => s.receive(start())],
    [
      'media before start',
      'wrong-order',
      (s) => {
        s.receive(connected);
        s.receive({
          event: 'media',
          streamSid,
          media: { chunk: 1, timestamp: 1, payload: 'AA==' },
        });
      },
    ],
    [
      'connected twice',
      'wrong-order',
      (s) => {
        s.receive(connected);
        s.receive(connected);
      },
    ],
    ['an unknown event', 'wrong-order', (s) => s.receive({ event: 'hello' })],
    ['a binary message', 'binary-message', (s) => s.receiveBinary(Uint8Array.of(1))],
    ['bad JSON', 'bad-json', (s) => s.receiveRaw('hello')],
    ['an oversized message', 'oversized-message', (s) => s.receiveRaw(' '.repeat(65_537))],
    ['a closed socket', 'closed', (s) => s.drop()],
  ] satisfies [string, string, (socket: FakeMediaSocket) => void][]) {
    it(`refuses ${name}`, async () => {
      const { socket, accepted, clock } = accept();
      play(socket);
      await refused(accepted, code);
      assert.equal(clock.pendingTimers, 0);
      assert.notEqual(socket.readyState, 1);
    });
  }

  for (const [name, code, changes] of [
    ['without its token', 'missing-parameters', { customParameters: { sessionId: 's1' } }],
    ['without any parameter', 'missing-parameters', { customParameters: undefined }],
    [
      'with an empty token',
      'missing-parameters',
      { customParameters: { sessionId: 's', token: '' } },
    ],
    ['of another account', 'wrong-account', { accountSid: 'AC2' }],
    [
      'of another audio format',
      'wrong-format',
      { mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 16_000, channels: 1 } },
    ],
    ['with a stream id that is none', 'bad-message', { streamSid: 'MZ"}' }],
    ['without a call', 'bad-message', { callSid: undefined }],
  ] as const) {
    it(`refuses a start ${name}`, async () => {
      const { socket, accepted } = accept({ accountSid: 'AC1' });
      socket.receive(connected);
      socket.receive(start(changes));
      await refused(accepted, code);
      assert.equal(socket.closeCode, 1008);
    });
  }

  it('refuses a socket that says nothing in time', async () => {
    const { socket, accepted, clock } = accept({ startTimeoutMs: 5000 });
    socket.receive(connected);
    clock.advance(5000);
    await refused(accepted, 'start-timeout');
    assert.equal(socket.closeCode, 1008);
  });

  it('listens to a stream that names a transcription, with the tracks that it has', async () => {
    const { socket, accepted } = accept();
    socket.receive(connected);
    socket.receive(
      start({
        tracks: ['inbound', 'outbound'],
        customParameters: { transcriptionId: 't1', token: 'x' },
      }),
    );
    const stream = await accepted;
    assert.ok(stream.kind === 'transcription');
    assert.deepEqual(stream.leg.tracks, ['inbound', 'outbound']);
    assert.equal(socket.readyState, 1);
  });

  it('works on a real WebSocket, to the end', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const twilio = new WebSocket(`ws://127.0.0.1:${port}`);
    const [[socket]] = (await Promise.all([once(server, 'connection'), once(twilio, 'open')])) as [
      [WebSocket],
      unknown,
    ];
    const accepted = acceptMediaStream(socket, { clock: systemClock });
    twilio.send(JSON.stringify(connected));
    twilio.send(JSON.stringify(start()));
    const stream = await accepted;
    assert.ok(stream.kind === 'conversation');
    const { leg } = stream;
    const ended = new Promise<string>((resolve) =>
      leg.attach({
        onAudio() {},
        onDtmf() {},
        onFirstPlayed() {},
        onItemPlayed() {},
        onEnded: resolve,
      }),
    );
    const received: string[] = [];
    twilio.on('message', (data) => received.push(String(data)));
    leg.play('a', new Uint8Array(160).fill(0x55));
    while (received.length < 3) await once(twilio, 'message');
    assert.deepEqual(
      received.map((text) => (JSON.parse(text) as { event: string }).event),
      ['mark', 'media', 'mark'],
    );
    twilio.terminate();
    assert.equal(await ended, 'connection-lost');
    server.close();
    await once(server, 'close');
  });
});
