/** The process of the model. */
import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { CannedAnswers } from './canned-answers.ts';
import { serveCommands } from './commands.ts';
import type { ModelCommands } from './model-commands.ts';
import { ModelSession } from './model-session.ts';

const PREPARED_ANSWERS = 24;

let conditions: ModelCommands['configure']['request'] | undefined;
let opened = 0;
let sessions: ModelSession[] = [];
const canned = new CannedAnswers();

const http = createServer((_request, reply) => reply.writeHead(404).end());
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
http.on('upgrade', (request, socket, head) => {
  socket.on('error', () => socket.destroy());
  // A session is asked for in a round only, and each round begins with its conditions.
  if (!conditions) throw new Error('a session before the model was configured');
  const { options, connectDelayMs } = conditions;
  const url = new URL(request.url ?? '/', 'http://localhost');
  setTimeout(() => {
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      opened += 1;
      const session = new ModelSession(
        opened.toString(36).padStart(4, '0'),
        url.searchParams.get('model') ?? '',
        options,
        canned,
        (text) => webSocket.send(text),
      );
      sessions.push(session);
      webSocket.on('message', (data: Buffer) => session.receive(data.toString()));
      webSocket.on('close', () => session.close());
      webSocket.on('error', () => session.close());
    });
  }, connectDelayMs);
});

serveCommands<ModelCommands>({
  async listen() {
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  },
  configure(change) {
    conditions = change;
    const { deltaMs, greetingMs, answerMs } = change.options;
    // Made before they are needed: encoding would disturb the calls.
    canned.answer(0, deltaMs, greetingMs);
    for (let item = 1; item < PREPARED_ANSWERS; item += 1) canned.answer(item, deltaMs, answerMs);
  },
  reports() {
    const reports = sessions.map((session) => session.report());
    sessions = [];
    return reports;
  },
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
});
