import type { FastifyInstance, FastifyRequest } from 'fastify';

/** One request that arrived at the simulator's HTTP port. */
export interface WireRequest {
  /** ISO 8601, when its head had arrived. */
  readonly at: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** Names in lower case; of credentials only the scheme, or `***`. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * A form as lists of values by name, JSON as its value, text as it is, anything else as its
   * `byteLength`; null where there was none, or where the request was refused before it was read.
   */
  readonly body: unknown;
  /** Of the response; null until it is known. */
  readonly status: number | null;
}

export interface WireFilter {
  readonly path?: RegExp | undefined;
  readonly method?: string | undefined;
}

type OpenRequest = { -readonly [K in keyof WireRequest]: WireRequest[K] } & { sizeBytes: number };

export interface WireLogLimits {
  /** @defaultValue 5000 */
  readonly maxRequests: number;
  /** Of all bodies together, by their `content-length`. @defaultValue 67108864 */
  readonly maxBytes: number;
}

const defaultLimits = { maxRequests: 5000, maxBytes: 64 * 1024 * 1024 } satisfies WireLogLimits;
/** The simulator's own: its control API, and the web phone. */
const OWN_PATHS = /^\/(sim|phone)(\/|$)/;
const secretHeaders: ReadonlySet<string> = new Set(['cookie', 'x-goog-api-key', 'api-key']);
const secretParameters: ReadonlySet<string> = new Set(['key', 'access_token']);

/**
 * What arrived over HTTP, in order, for tests to look at. Whoever has the response finds its request
 * here, whole. Bounded: the oldest requests are forgotten first.
 */
export class WireLog {
  readonly #requests: OpenRequest[] = [];
  readonly #open = new WeakMap<FastifyRequest, OpenRequest>();
  readonly #limits: WireLogLimits;
  #sizeBytes = 0;

  constructor(limits: Partial<WireLogLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** Before any plugin is registered: hooks reach only what comes after them. */
  watch(app: FastifyInstance): void {
    app.addHook('onRequest', async (request) => this.#begin(request));
    app.addHook('preHandler', async (request) => {
      const entry = this.#open.get(request);
      if (entry) entry.body = plainBody(request.body);
    });
    app.addHook('onSend', async (request, reply) => this.#end(request, reply.statusCode));
    // A response that is written past the framework is not seen by the hook above.
    app.addHook('onResponse', async (request, reply) => this.#end(request, reply.statusCode));
  }

  list({ path, method }: WireFilter = {}): readonly WireRequest[] {
    // Without `g` or `y`, which would remember where they were.
    const pattern = path && new RegExp(path.source, path.flags.replace(/[gy]/g, ''));
    return this.#requests
      .filter((one) => method === undefined || one.method === method.toUpperCase())
      .filter((one) => pattern === undefined || pattern.test(one.path))
      .map(({ sizeBytes: _, ...request }) => request);
  }

  clear(): void {
    this.#requests.length = 0;
    this.#sizeBytes = 0;
  }

  #begin(request: FastifyRequest): void {
    const [path = '', query = ''] = splitOnce(request.url);
    if (OWN_PATHS.test(path)) return;
    const entry: OpenRequest = {
      at: new Date().toISOString(),
      method: request.method,
      path,
      query: listsOf(new URLSearchParams(query), secretParameters),
      headers: shownHeaders(request),
      body: null,
      status: null,
      sizeBytes: Number(request.headers['content-length'] ?? 0) || 0,
    };
    this.#open.set(request, entry);
    this.#requests.push(entry);
    this.#sizeBytes += entry.sizeBytes;
    const { maxRequests, maxBytes } = this.#limits;
    while (this.#requests.length > maxRequests || this.#sizeBytes > maxBytes)
      this.#sizeBytes -= this.#requests.shift()?.sizeBytes ?? 0;
  }

  #end(request: FastifyRequest, status: number): void {
    const entry = this.#open.get(request);
    if (entry) entry.status = status;
  }
}

function splitOnce(url: string): readonly string[] {
  const at = url.indexOf('?');
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}

function listsOf(
  fields: URLSearchParams,
  secret: ReadonlySet<string> = new Set(),
): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of fields) (lists[name] ??= []).push(secret.has(name) ? '***' : value);
  return lists;
}

function shownHeaders(request: FastifyRequest): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined) continue;
    const text = Array.isArray(value) ? value.join(', ') : value;
    if (name === 'authorization') shown[name] = text.split(' ', 1)[0] as string;
    else shown[name] = secretHeaders.has(name) ? '***' : text;
  }
  return shown;
}

function plainBody(body: unknown): unknown {
  if (body === undefined) return null;
  if (body instanceof URLSearchParams) return listsOf(body);
  if (body instanceof Uint8Array) return { byteLength: body.byteLength };
  return body;
}
