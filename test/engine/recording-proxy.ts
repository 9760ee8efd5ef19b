import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it went over the wire, and the status of its reply. */
export interface WireRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  /** A JSON body parsed, a form as `name -> value or values`, anything else as bytes; undefined for none. */
  readonly body: unknown;
  readonly status: number;
}

export interface RecordingProxy extends AsyncDisposable {
  readonly url: string;
  readonly requests: WireRequest[];
}

/** Stands between a node and a service, and writes down what passes. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const upstream = new URL(target);
  const requests: WireRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void forward().catch((error: unknown) => outgoing.destroy(error as Error));

    async function forward() {
      const body = await readAll(incoming);
      const headers = { ...incoming.headers, host: upstream.host };
      const reply = await new Promise<IncomingMessage>((resolve, reject) => {
        request(
          new URL(incoming.url ?? '/', upstream),
          { method: incoming.method, headers },
          resolve,
        )
          .once('error', reject)
          .end(body);
      });
      requests.push(describe(incoming, body, reply.statusCode ?? 0));
      outgoing.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
      // A reply that is cut off arrives cut off.
      reply.once('error', (error) => outgoing.destroy(error));
      reply.pipe(outgoing);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function describe(incoming: IncomingMessage, body: Buffer, status: number): WireRequest {
  const url = new URL(incoming.url ?? '/', 'http://proxy');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: fields(url.searchParams),
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: parse(body, incoming.headers['content-type'] ?? ''),
    status,
  };
}

function parse(body: Buffer, contentType: string): unknown {
  if (body.length === 0) return undefined;
  if (contentType.includes('json')) return JSON.parse(body.toString('utf8'));
  if (contentType.includes('x-www-form-urlencoded')) {
    return fields(new URLSearchParams(body.toString('utf8')));
  }
  return body;
}

function fields(params: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
