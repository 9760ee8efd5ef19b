import type { IncomingMessage } from 'node:http';
import { createSecureContext, type SecureContext } from 'node:tls';
import { WebSocket, type RawData } from 'ws';

/** What a session uses of a WebSocket. */
export interface RealtimeSocket {
  /** Bytes that were not handed to the network yet. */
  readonly bufferedAmount: number;
  send(text: string): void;
  ping(): void;
  close(code: number): void;
  terminate(): void;
}

export interface SocketHandlers {
  onOpen(): void;
  onMessage(data: RawData, isBinary: boolean): void;
  onPong(): void;
  /** The upgrade was answered with another status than 101; nothing follows. */
  onRefused(status: number, retryAfter: string | undefined, body: string): void;
  /** Nothing follows. @param error what broke it, if something did */
  onClose(code: number, reason: string, error: Error | undefined): void;
}

export interface SocketTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly caPem: string | undefined;
}

/** @throws TypeError or SyntaxError for an address or a header that is none */
export type Connect = (target: SocketTarget, handlers: SocketHandlers) => RealtimeSocket;

/** A second of audio in one delta has 11 KB; nothing that the API sends comes near this. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const MAX_REFUSAL_CHARACTERS = 16 * 1024;

export const connectWebSocket: Connect = ({ url, headers, caPem }, handlers) => {
  const socket = new WebSocket(url, {
    headers,
    ...(url.startsWith('wss:') ? { secureContext: secureContextFor(caPem) } : {}),
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  let failure: Error | undefined;
  socket.on('open', () => handlers.onOpen());
  socket.on('message', (data, isBinary) => handlers.onMessage(data, isBinary));
  socket.on('pong', () => handlers.onPong());
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', (code, reason) => handlers.onClose(code, reason.toString(), failure));
  socket.on('unexpected-response', (_request, response) => {
    void readRefusal(response).then((body) => {
      const retryAfter = response.headers['retry-after'];
      handlers.onRefused(response.statusCode ?? 0, retryAfter, body);
      socket.terminate();
    });
  });
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    // As bytes that `ws` may copy, so that it masks them into one piece and writes once, not twice.
    send: (text) => socket.send(Buffer.from(text), AS_TEXT),
    ping: () => socket.ping(),
    close: (code) => socket.close(code),
    terminate: () => socket.terminate(),
  };
};

const secureContexts = new Map<string | undefined, SecureContext>();

/** One for each CA, as there is one or none: each socket would make its own, of 27 to 49 KB outside the heap. */
function secureContextFor(caPem: string | undefined): SecureContext {
  let context = secureContexts.get(caPem);
  if (!context) {
    context = createSecureContext(caPem === undefined ? {} : { ca: caPem });
    secureContexts.set(caPem, context);
  }
  return context;
}

const AS_TEXT = { binary: false };

/** The beginning of the body; never rejects, because the status tells enough. */
async function readRefusal(response: IncomingMessage): Promise<string> {
  let body = '';
  try {
    response.setEncoding('utf8');
    for await (const chunk of response) {
      body += String(chunk);
      if (body.length > MAX_REFUSAL_CHARACTERS) break;
    }
  } catch {
    // The connection broke inside the body.
  }
  return body;
}
