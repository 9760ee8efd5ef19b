import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { WebSocketServer, type WebSocket } from 'ws';

export interface ReceivedRequest {
  readonly method: string;
  /** Absolute, as the sender knows it. */
  readonly url: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly params: Readonly<Record<string, string>>;
}

export type Answer =
  | string
  | {
      readonly status?: number;
      readonly type?: string;
      readonly body?: string | Buffer;
      readonly location?: string;
    }
  | ((request: ReceivedRequest) => string);

/** A customer's application: webhooks over HTTP, media streams over TLS. Everything is remembered. */
export class TestApplication {
  readonly requests: ReceivedRequest[] = [];
  readonly upgrades: IncomingMessage[] = [];
  url = '';
  /** `wss://localhost:port` */
  streamUrl = '';
  certPem = '';
  /** Instead of accepting a stream. */
  refuseStreams: number | undefined;
  onStream: (socket: WebSocket) => void = () => {};
  readonly #answers = new Map<string, Answer>();
  readonly #waiting: { path: string; resolve: (request: ReceivedRequest) => void }[] = [];
  readonly #http = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', this.url);
      const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
      const request = {
        method: incoming.method ?? '',
        url: url.href,
        path: url.pathname,
        headers: incoming.headers,
        params: Object.fromEntries(incoming.method === 'GET' ? url.searchParams : form),
      };
      this.requests.push(request);
      const given = this.#answers.get(url.pathname) ?? { status: 404 };
      const answer = typeof given === 'function' ? given(request) : given;
      const {
        status = 200,
        type = 'text/xml',
        body = '',
        location = undefined,
      } = typeof answer === 'string' ? { body: answer } : answer;
      outgoing.writeHead(status, { 'content-type': type, ...(location ? { location } : {}) });
      outgoing.end(body);
      const index = this.#waiting.findIndex(({ path }) => path === url.pathname);
      if (index >= 0) this.#waiting.splice(index, 1)[0]?.resolve(request);
    });
  });
  #https: https.Server | undefined;
  #sockets: WebSocketServer | undefined;

  answer(path: string, answer: Answer): void {
    this.#answers.set(path, answer);
  }

  /** Wraps verbs in a document. */
  document(path: string, verbs: string): string {
    this.answer(path, `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`);
    return this.url + path;
  }

  requestsTo(path: string): readonly ReceivedRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  /** The next request to a path that is still to come. */
  nextRequest(path: string): Promise<ReceivedRequest> {
    return new Promise((resolve) => this.#waiting.push({ path, resolve }));
  }

  async start(): Promise<void> {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    });
    this.certPem = made.cert;
    const server = https.createServer({ cert: made.cert, key: made.private });
    const sockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      this.upgrades.push(request);
      if (this.refuseStreams !== undefined) {
        socket.end(`HTTP/1.1 ${this.refuseStreams} Refused\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) => this.onStream(opened));
    });
    this.#https = server;
    this.#sockets = sockets;
    this.#http.listen(0, '127.0.0.1');
    server.listen(0, '127.0.0.1');
    await Promise.all([once(this.#http, 'listening'), once(server, 'listening')]);
    this.url = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
    this.streamUrl = `wss://localhost:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets?.clients ?? []) socket.terminate();
    this.#http.closeAllConnections();
    this.#https?.closeAllConnections();
    this.#http.close();
    this.#https?.close();
  }
}

/** Messages of a socket, in order, to be waited for. */
export class Inbox {
  readonly messages: Record<string, unknown>[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(socket: WebSocket) {
    socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)) as Record<string, unknown>);
      for (const look of this.#waiting) look();
    });
  }

  of(event: string): Record<string, unknown>[] {
    return this.messages.filter((message) => message.event === event);
  }

  /** The first message of the kind, or the nth; it may have come already. */
  async next(event: string, count = 1): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.of(event)[count - 1];
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
