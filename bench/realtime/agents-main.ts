/**
 * The peer: OpenAI's own Twilio transport with a session, as its documentation shows it. Without
 * explicit formats version 0.18 asks for its old names, which the API does not take any more.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RealtimeAgent, RealtimeSession } from '@openai/agents/realtime';
import { TwilioRealtimeTransportLayer } from '@openai/agents-extensions';
import { WebSocketServer, type WebSocket } from 'ws';
import { bridgeEnvironment, INSTRUCTIONS, MODEL, sayListening, VOICE } from './bridge-main.ts';

const { modelUrl, apiKey } = bridgeEnvironment();
const agent = new RealtimeAgent({ name: 'agent', instructions: INSTRUCTIONS });
const format = { type: 'audio/pcmu' } as const;

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on('connection', (phone: WebSocket) => {
  const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: phone, url: modelUrl });
  const session = new RealtimeSession(agent, {
    transport,
    model: MODEL,
    config: { audio: { input: { format }, output: { format, voice: VOICE } } },
  });
  // A session tells refusals of the API here (a cancel that came too late, for one) and goes on.
  session.on('error', () => undefined);
  session.connect({ apiKey }).catch((error: unknown) => {
    process.stderr.write(`agents: ${error instanceof Error ? error.message : 'no session'}\n`);
    phone.close();
  });
});
http.listen(0, '127.0.0.1');
await once(http, 'listening');
sayListening((http.address() as AddressInfo).port);
