/**
 * The bare relay: the least that a bridge between Twilio and OpenAI can do, as one would write it by
 * hand. Each message is parsed once; audio goes through as base64 in templates. Like the usual sample
 * programs it has nothing that holds the caller's audio while the model connects, sends no marks and
 * truncates nothing.
 */
import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import WebSocket, { WebSocketServer } from 'ws';
import { bridgeEnvironment, sayListening, sessionSettings } from './bridge-main.ts';

interface TwilioMessage {
  readonly event: string;
  readonly start?: { readonly streamSid: string };
  readonly media?: { readonly payload: string };
}

interface ModelEvent {
  readonly type: string;
  readonly delta?: string;
}

const { modelUrl, apiKey } = bridgeEnvironment();
const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on('connection', (phone: WebSocket) => {
  let streamSid = '';
  const model = new WebSocket(modelUrl, {
    headers: { authorization: `Bearer ${apiKey}` },
    perMessageDeflate: false,
  });
  model.on('open', () =>
    model.send(JSON.stringify({ type: 'session.update', session: sessionSettings })),
  );
  phone.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as TwilioMessage;
    if (message.event === 'media' && message.media) {
      if (model.readyState !== WebSocket.OPEN) return;
      model.send(`{"type":"input_audio_buffer.append","audio":"${message.media.payload}"}`);
    } else if (message.event === 'start' && message.start) ({ streamSid } = message.start);
    else if (message.event === 'stop') model.close();
  });
  model.on('message', (data: Buffer) => {
    const event = JSON.parse(data.toString()) as ModelEvent;
    if (event.type === 'response.output_audio.delta' && event.delta !== undefined) {
      phone.send(
        `{"event":"media","streamSid":"${streamSid}","media":{"payload":"${event.delta}"}}`,
      );
    } else if (event.type === 'input_audio_buffer.speech_started') {
      phone.send(`{"event":"clear","streamSid":"${streamSid}"}`);
      model.send('{"type":"response.cancel"}');
    }
  });
  phone.on('close', () => model.close());
  model.on('close', () => phone.close());
  phone.on('error', () => model.terminate());
  model.on('error', () => phone.terminate());
});
http.listen(0, '127.0.0.1');
await once(http, 'listening');
sayListening((http.address() as AddressInfo).port);
