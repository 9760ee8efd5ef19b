import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { systemClock } from '../../kernel/clock.ts';
import { RecordingListener } from '../testing/recording-listener.ts';
import { OpenAiRealtime } from './openai-realtime.ts';
import type { OpenAiRealtimeOptions } from './options.ts';
import { CountingMetrics, settings } from './testing/fake-socket.ts';

/** A real server on the loopback, and a session that asks it. `talk` has each socket that opens. */
async function start(
  context: TestContext,
  talk: (socket: WebSocket) => void,
  refusal?: { status: string; body: string; length?: number },
  options: Partial<OpenAiRealtimeOptions> = {},
) {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (!refusal) {
      server.handleUpgrade(request, socket, head, talk);
      return;
    }
    const { status, body, length = body.length } = refusal;
    socket.write(
      `HTTP/1.1 ${status}\r\nRetry-After: 7\r\nContent-Length: ${length}\r\n\r\n${body}`,
    );
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const metrics = new CountingMetrics();
  const told = new RecordingListener();
  const model = new OpenAiRealtime(
    { apiKey: 'sk-a-key-of-tests', baseUrl: `http://127.0.0.1:${port}/v1` },
    { clock: systemClock, metrics },
    options,
  );
  const session = model.open(settings, told.listener);
  context.after(() => {
    session.close();
    for (const socket of server.clients) socket.terminate();
    http.closeAllConnections();
    http.close();
  });
  return { session, told, metrics };
}

const event = (type: string, fields: object = {}) => JSON.stringify({ type, ...fields });

function takeSettings(socket: WebSocket, then: () => void): void {
  socket.once('message', () => {
    socket.send(event('session.updated'));
    then();
  });
}

describe('a socket to OpenAI', () => {
  it('breaks at an event of 9 MB', async (t) => {
    const { told } = await start(t, (socket) =>
      takeSettings(socket, () => socket.send(event('x', { huge: 'y'.repeat(9_000_000) }))),
    );
    const { code, retryable } = await told.next('onClosed');
    assert.deepEqual([code, retryable], ['protocol', true]);
  });

  it('lets an event of 5 MB pass', async (t) => {
    const delta = 'a'.repeat(5_000_000);
    const { told } = await start(t, (socket) =>
      takeSettings(socket, () =>
        socket.send(
          event('response.output_audio.delta', { response_id: 'r', item_id: 'i', delta }),
        ),
      ),
    );
    assert.equal((await told.next('onAudio')).mulaw.length, 3_750_000);
  });

  it('survives binary frames', async (t) => {
    const { told, metrics } = await start(t, (socket) =>
      takeSettings(socket, () => {
        socket.send(Buffer.from([1, 2, 3]));
        socket.send(event('input_audio_buffer.dtmf_event_received', { event: '#' }));
      }),
    );
    assert.equal(await told.next('onKey'), '#');
    assert.equal(metrics.counts['realtime_malformed_events'], 1);
  });

  it('breaks where a frame is none', async (t) => {
    const { told } = await start(t, (socket) =>
      takeSettings(socket, () => {
        // Reserved bits that no extension has asked for (RFC 6455, 5.2).
        (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
          Buffer.from([0xff, 0x01, 0x00]),
        );
      }),
    );
    assert.equal((await told.next('onClosed')).code, 'protocol');
  });

  it('tells of a refusal what its body says', async (t) => {
    const body = JSON.stringify({ error: { code: 'insufficient_quota', message: 'Pay.' } });
    const refusal = { status: '429 Too Many Requests', body };
    const { told } = await start(t, () => assert.fail('it opened'), refusal);
    const { code, message } = await told.next('onClosed');
    assert.equal(code, 'quota-exhausted');
    assert.match(message, /429.*insufficient_quota/);
  });

  it('does not wait for a body that never ends', async (t) => {
    const refusal = { status: '503 Service Unavailable', body: '<html>', length: 100 };
    const { told } = await start(t, () => assert.fail('it opened'), refusal, {
      connectTimeoutMs: 100,
    });
    const { code, retryable } = await told.next('onClosed');
    assert.deepEqual([code, retryable], ['timeout', true]);
  });

  it('is closed in order', async (t) => {
    const closed = Promise.withResolvers<number>();
    const { session, told } = await start(t, (socket) => {
      socket.on('close', (code) => closed.resolve(code));
      takeSettings(socket, () => undefined);
    });
    await told.next('onReady');
    session.close();
    assert.equal(await closed.promise, 1000);
    assert.deepEqual(told.names, ['onReady']);
  });
});
