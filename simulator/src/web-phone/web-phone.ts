import { readdir, readFile } from 'node:fs/promises';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { extname } from 'node:path';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { WebSocketServer } from 'ws';
import { isSameKey, isSameOrigin, keyOfHandshake, PHONE_PROTOCOL } from './access.ts';
import { MAX_MESSAGE_SIZE_BYTES } from './messages.ts';
import type { PhoneSessionPorts } from './phone-session.ts';
import { servePhone } from './phone-socket.ts';

export interface WebPhoneOptions extends PhoneSessionPorts {
  /** Opens the page and the WebSocket. */
  readonly controlKey: string;
  /** Pages that may be connected at the same time. @defaultValue 16 */
  readonly maxSockets?: number;
}

const PAGE_FOLDER = new URL('./page/', import.meta.url);
const SOCKET_PATH = '/phone/ws';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
  // The key stands in the address of the page.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * A telephone in the browser: the page at `/phone?key=…` and its WebSocket at `/phone/ws`. Calls of
 * a page end when its socket closes.
 */
export async function webPhone(app: FastifyInstance, options: WebPhoneOptions): Promise<void> {
  const files = await readPage();
  const refusal = await readFile(new URL('refused.html', PAGE_FOLDER));

  app.get('/phone', async (request, reply) => {
    reply.headers(SECURITY_HEADERS).type(CONTENT_TYPES['.html'] as string);
    const { key } = request.query as { key?: unknown };
    if (!isSameKey(options.controlKey, key)) return reply.code(403).send(refusal);
    return reply.send(files.get('phone.html'));
  });

  // The program of the page is no secret; only the page itself and the socket ask for the key.
  app.get('/phone/assets/:file', async (request, reply) => {
    const { file } = request.params as { file: string };
    const content = files.get(file);
    const type = CONTENT_TYPES[extname(file)];
    reply.headers(SECURITY_HEADERS);
    if (content === undefined || type === undefined) {
      return reply.code(404).type('text/plain; charset=utf-8').send('Not found');
    }
    return reply.type(type).send(content);
  });

  acceptSockets(app, options);
}

async function readPage(): Promise<ReadonlyMap<string, Buffer>> {
  const names = (await readdir(PAGE_FOLDER)).filter((name) => extname(name) in CONTENT_TYPES);
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(new URL(name, PAGE_FOLDER))] as const),
    ),
  );
}

function acceptSockets(app: FastifyInstance, options: WebPhoneOptions): void {
  const { controlKey, maxSockets = 16 } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_SIZE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(PHONE_PROTOCOL) ? PHONE_PROTOCOL : false),
  });

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?', 1)[0] !== SOCKET_PATH) {
      // Another part of the server may own this address; with nobody else here, nobody does.
      if (app.server.listenerCount('upgrade') === 1) refuse(socket, 404);
      return;
    }
    if (!isSameOrigin(request)) return refuse(socket, 403);
    if (!isSameKey(controlKey, keyOfHandshake(request))) return refuse(socket, 401);
    if (sockets.clients.size >= maxSockets) return refuse(socket, 503);
    sockets.handleUpgrade(request, socket, head, (opened) => servePhone(opened, options));
  };

  app.server.on('upgrade', upgrade);
  // Before the server closes: it would wait for the sockets for ever.
  app.addHook('preClose', async () => {
    app.server.off('upgrade', upgrade);
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  });
}

function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
