import type { RawData, WebSocket } from 'ws';
import { MessageBudget } from './message-budget.ts';
import {
  CALLER_VOICES,
  clientMessage,
  MAX_TEXT_LENGTH,
  type PhoneErrorCode,
  type ServerMessage,
} from './messages.ts';
import { PhoneSession, type PhoneSessionPorts } from './phone-session.ts';

/** A page that cannot take audio this fast hears gaps rather than a growing delay. */
const MAX_UNSENT_BYTES = 256 * 1024;
/** Refused messages after which the page is beyond help. */
const MAX_REFUSALS = 100;
/** A page that answers no ping for two of these is gone, and its call ends. */
const PING_INTERVAL_MS = 15_000;

const POLICY_VIOLATION = 1008;
const UNSUPPORTED_DATA = 1003;

/** Serves one page over its WebSocket until that closes. */
export function servePhone(socket: WebSocket, ports: PhoneSessionPorts): void {
  const send = (message: ServerMessage) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const session = new PhoneSession(ports, {
    send,
    sendAudio(kind, mulaw) {
      if (socket.readyState !== socket.OPEN || socket.bufferedAmount > MAX_UNSENT_BYTES) return;
      const message = new Uint8Array(mulaw.length + 1);
      message[0] = kind;
      message.set(mulaw, 1);
      socket.send(message);
    },
  });

  const budget = new MessageBudget(performance.now());
  let refusals = 0;
  const refuse = (code: PhoneErrorCode, message: string) => {
    refusals += 1;
    if (refusals > MAX_REFUSALS) return socket.close(POLICY_VIOLATION, 'too many bad messages');
    send({ type: 'error', code, message });
  };

  let alive = true;
  const pinger = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, PING_INTERVAL_MS);
  socket.on('pong', () => (alive = true));
  socket.on('close', () => {
    clearInterval(pinger);
    session.close();
  });
  // `close` follows each error of a socket; an oversized message is one, closed with 1009 by ws.
  socket.on('error', () => {});

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary) return socket.close(UNSUPPORTED_DATA, 'text messages only');
    if (!budget.take(performance.now())) {
      return refuse('too-many-messages', 'Too many messages: wait a moment.');
    }
    let json: unknown;
    try {
      json = JSON.parse(data.toString());
    } catch {
      return refuse('malformed-message', 'The message is not JSON.');
    }
    const parsed = clientMessage.safeParse(json);
    if (!parsed.success) return refuse('invalid-message', explain(parsed.error.issues[0]));
    session.receive(parsed.data);
  });

  send({
    type: 'ready',
    numbers: ports.numbers(),
    voices: CALLER_VOICES,
    maxTextLength: MAX_TEXT_LENGTH,
  });
}

function explain(issue: { path: PropertyKey[]; message: string } | undefined): string {
  if (!issue) return 'The message is not valid.';
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message;
}
