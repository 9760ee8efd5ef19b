import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** JSON parsed; anything else as bytes. */
  readonly body: unknown;
}

export interface Scripted {
  /** @defaultValue 200 */
  readonly status?: number;
  /** An object becomes JSON. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Breaks the connection in the middle of the body. */
  readonly cut?: boolean;
}

export interface ScriptedGoogle extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
  /** Those of one kind, e.g. `:recognize`. */
  to(pathEnd: string): Asked[];
}

/** A server that answers what the test says: for replies that the simulator has no reason to give. */
export async function scriptedGoogle(
  answer: (asked: Asked, index: number) => Scripted | Promise<Scripted>,
): Promise<ScriptedGoogle> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void respond().catch((error: unknown) => response.destroy(error as Error));

    async function respond() {
      const url = new URL(request.url ?? '/', 'http://google');
      const bytes = Buffer.concat(await request.toArray());
      const isJson = (request.headers['content-type'] ?? '').includes('json');
      const one: Asked = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: isJson ? JSON.parse(bytes.toString()) : bytes,
      };
      asked.push(one);
      const { status = 200, body = {}, headers = {}, cut } = await answer(one, asked.length - 1);
      const isObject = typeof body === 'object' && body !== null && !Buffer.isBuffer(body);
      const content = Buffer.from(isObject ? JSON.stringify(body) : (body as string));
      response.writeHead(status, {
        ...(isObject ? { 'content-type': 'application/json; charset=UTF-8' } : {}),
        'content-length': content.length,
        ...headers,
      });
      if (!cut) return void response.end(content);
      response.write(content.subarray(0, content.length / 2), () => response.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    to: (pathEnd) => asked.filter(({ path }) => path.endsWith(pathEnd)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
