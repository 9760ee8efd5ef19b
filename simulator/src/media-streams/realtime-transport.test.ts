/**
 * A third party as the judge: OpenAI's own Twilio transport talks to the stream. It warns about each
 * mark it does not know, so that a mark which comes back wrong shows.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { TwilioRealtimeTransportLayer } from '@openai/agents-extensions';
import { WebSocketServer, type WebSocket } from 'ws';
import type { HandsetEnding } from '../telephone-network/handset.ts';
import { tone } from '../telephone-network/tones.ts';
import { Inbox } from '../twilio/testing/application.ts';
import { CALLER, NUMBER, startRig } from '../twilio/testing/rig.ts';

test("OpenAI's Twilio transport understands the stream, and the stream understands it", async (t) => {
  const rig = await startRig();
  t.after(() => rig.close());
  const model = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(model, 'listening');
  t.after(() => {
    for (const socket of model.clients) socket.terminate();
    model.close();
  });
  const modelConnected = Promise.withResolvers<{ socket: WebSocket; inbox: ModelInbox }>();
  model.on('connection', (socket) =>
    modelConnected.resolve({ socket, inbox: new ModelInbox(socket) }),
  );
  const twilioConnected = Promise.withResolvers<{ socket: WebSocket; inbox: Inbox }>();
  const warned: unknown[] = [];
  t.mock.method(console, 'warn', (...values: unknown[]) => warned.push(values));
  rig.application.onStream = (socket) => {
    const inbox = new Inbox(socket);
    const transport = new TwilioRealtimeTransportLayer({
      twilioWebSocket: socket,
      url: `ws://127.0.0.1:${(model.address() as AddressInfo).port}/`,
    });
    transport.on('error', (error) => warned.push(error));
    void transport.connect({ apiKey: 'test-key' });
    twilioConnected.resolve({ socket, inbox });
  };
  rig.application.document(
    '/voice',
    `<Connect><Stream url="${rig.application.streamUrl}/media"/></Connect>`,
  );
  const heard: Uint8Array[] = [];
  const ended = Promise.withResolvers<HandsetEnding>();
  const handset = rig.simulator.exchange.dial(
    { from: CALLER, to: NUMBER },
    {
      audio: (mulaw) => {
        if (mulaw.some((byte) => byte !== 0xff)) heard.push(mulaw);
      },
      ended: ended.resolve,
    },
  );
  const { inbox: fromTwilio } = await twilioConnected.promise;
  const { socket, inbox: fromTransport } = await modelConnected.promise;
  const append = await fromTransport.next('input_audio_buffer.append');
  assert.equal(Buffer.from(append.audio as string, 'base64').length, 160);

  const speech = Buffer.from(tone([440], 200)).toString('base64');
  const ids = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };
  const send = (event: object) => socket.send(JSON.stringify({ event_id: 'e', ...event }));
  send({ type: 'response.created', response: { id: 'resp_1' } });
  send({ type: 'response.output_audio.delta', ...ids, delta: speech });
  send({ type: 'response.output_audio.done', ...ids });
  await fromTwilio.next('mark', 2);
  const names = fromTwilio.of('mark').map(({ mark }) => (mark as { name: string }).name);
  assert.equal(names.length, 2);
  assert.match(names[0] ?? '', /^item_1:200:/);
  assert.match(names[1] ?? '', /^done:item_1:/);
  assert.deepEqual(Buffer.concat(heard), Buffer.from(speech, 'base64'));
  const session = rig.simulator.exchange.findCall(handset.callSid);
  assert.deepEqual(
    session?.events.filter(({ type }) => type === 'warning'),
    [],
  );
  handset.hangUp();
  await ended.promise;
  assert.deepEqual(warned, []);
});

class ModelInbox {
  readonly #messages: Record<string, unknown>[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(socket: WebSocket) {
    socket.on('message', (data) => {
      this.#messages.push(JSON.parse(String(data)) as Record<string, unknown>);
      for (const look of this.#waiting) look();
    });
  }

  next(type: string): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.#messages.find((message) => message.type === type);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
