import { randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import {
  connectionSettings,
  OverrideError,
  type ConnectionSettings,
  type FailureKind,
} from './connection-overrides.ts';
import { signRequest, type FormParams } from './signature.ts';

export interface WebhookRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: FormParams;
  readonly authToken: string;
  readonly signal?: AbortSignal;
  /** An attempt failed, and another follows. */
  onRetry?(why: string): void;
}

export interface WebhookReply {
  /** Where the document came from, after redirects. */
  readonly url: string;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** A request that got no reply; `code` is Twilio's. */
export class WebhookError extends Error {
  readonly code: number;
  readonly url: string;
  constructor(code: number, message: string, url: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.url = url;
  }
}

export interface WebhookClientOptions {
  /** Extra authorities beside the public ones, PEM. */
  readonly trustedCaPem?: string;
  /** @defaultValue 15000, as Twilio waits */
  readonly timeoutMs?: number;
  /** @defaultValue 65536: TwiML may not be larger (error 11750); media may */
  readonly maxBodyBytes?: number;
}

const MAX_REDIRECTS = 10;
export const MAX_TWIML_BYTES = 65_536;

interface IdentifiedRequest extends WebhookRequest {
  readonly idempotencyToken: string;
}

/** A reply, or the redirect it is. */
type Answer = WebhookReply & { readonly location: string | undefined };

/** What one attempt came to: a reply of whatever status, or none. */
interface Attempt {
  readonly reply?: WebhookReply;
  readonly error?: WebhookError;
  /** Undefined when it succeeded, or failed in a way that no further attempt mends. */
  readonly failure?: FailureKind | undefined;
}

/**
 * The requests that Twilio makes to an application: forms, signed, with redirects followed, repeated as
 * the address's connection overrides say. Each has a connection of its own: one that is kept may be
 * closed by the application in the moment in which the next request is sent.
 */
export class WebhookClient {
  readonly #timeoutMs: number;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };

  constructor(options: WebhookClientOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? 15_000;
    const ca = options.trustedCaPem ? [...tls.rootCertificates, options.trustedCaPem] : undefined;
    this.#agents = { http: new http.Agent(), https: new https.Agent(ca ? { ca } : {}) };
  }

  /**
   * @returns the reply, of whatever status, of the last attempt
   * @throws WebhookError with 11100, 11200, 11203, 11205, 11210, 11215, 11220, 11237, 11243 or 11750
   */
  async request(request: WebhookRequest, maxBodyBytes = MAX_TWIML_BYTES): Promise<WebhookReply> {
    const settings = settingsOf(request.url, this.#timeoutMs);
    const deadline = AbortSignal.timeout(settings.totalTimeoutMs);
    // The same for all attempts, so that an application can tell a repetition.
    const idempotencyToken = randomUUID();
    for (let retries = 0; ; retries++) {
      const { reply, error, failure } = await this.#attempt(
        { ...request, idempotencyToken },
        settings,
        deadline,
        maxBodyBytes,
      );
      const isOver = deadline.aborted || request.signal?.aborted === true;
      if (failure && !isOver && retries < settings.retries && settings.retryOn.has(failure)) {
        request.onRetry?.(error?.message ?? `HTTP ${reply?.status}`);
        continue;
      }
      if (reply) return reply;
      if (deadline.aborted && settings.hasOwnTotal)
        throw new WebhookError(11_203, 'HTTP communication total time out triggered', request.url);
      throw error ?? new WebhookError(11_200, 'HTTP retrieval failure', request.url);
    }
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  async #attempt(
    request: IdentifiedRequest,
    settings: ConnectionSettings,
    deadline: AbortSignal,
    maxBodyBytes: number,
  ): Promise<Attempt> {
    let { url, method, params } = request;
    for (let redirects = 0; ; redirects++) {
      if (redirects > MAX_REDIRECTS)
        return { error: new WebhookError(11_215, 'Too many redirects', url) };
      const timing = new AttemptTiming(settings);
      const signals = [deadline, timing.signal, ...(request.signal ? [request.signal] : [])];
      let answer: Answer;
      try {
        const signal = AbortSignal.any(signals);
        answer = await this.#once(
          { ...request, url, method, params, signal },
          timing,
          maxBodyBytes,
        );
      } catch (error) {
        if (error instanceof WebhookError) return { error };
        const isLate = deadline.aborted || timing.signal.aborted;
        const failed = toWebhookError(error, url, isLate, timing.isConnected);
        // A reply that broke off is not asked for again. What becomes of a connection that is closed
        // without a reply is not documented.
        const failure = timing.hasReply ? undefined : timing.isConnected ? 'rt' : 'ct';
        return { error: failed, failure };
      } finally {
        timing.end();
      }
      const { location, ...reply } = answer;
      if (location === undefined) return { reply, failure: failureOf(reply.status) };
      // 307 and 308 repeat the request; all others turn it into a plain GET.
      if (reply.status !== 307 && reply.status !== 308) {
        method = 'GET';
        params = {};
      }
      if (!URL.canParse(location, url))
        return { error: new WebhookError(11_200, 'Redirect to an invalid URL', url) };
      url = new URL(location, url).href;
    }
  }

  #once(request: IdentifiedRequest, timing: AttemptTiming, maxBodyBytes: number): Promise<Answer> {
    const form = encodeForm(request.params);
    const isPost = request.method === 'POST';
    const url = isPost ? request.url : withQuery(request.url, form);
    const target = new URL(url);
    const secure = target.protocol === 'https:';
    const headers: Record<string, string | number> = {
      accept: '*/*',
      'user-agent': 'TwilioProxy/1.1',
      'i-twilio-idempotency-token': request.idempotencyToken,
      // The overrides are not signed.
      'x-twilio-signature': signRequest(
        request.authToken,
        url.replace(/#.*/, ''),
        isPost ? request.params : {},
      ),
    };
    if (isPost) {
      headers['content-type'] = 'application/x-www-form-urlencoded; charset=UTF-8';
      headers['content-length'] = Buffer.byteLength(form);
    }
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? https : http).request(target, {
        method: request.method,
        headers,
        ...(request.signal ? { signal: request.signal } : {}),
        agent: secure ? this.#agents.https : this.#agents.http,
      });
      outgoing.on('error', reject);
      outgoing.on('socket', (socket) =>
        socket.once(secure ? 'secureConnect' : 'connect', () => timing.connected()),
      );
      outgoing.on('response', (incoming) => {
        timing.received();
        const chunks: Buffer[] = [];
        let sizeBytes = 0;
        incoming.on('error', reject);
        incoming.on('data', (chunk: Buffer) => {
          timing.received();
          sizeBytes += chunk.length;
          if (sizeBytes > maxBodyBytes) {
            incoming.destroy();
            reject(new WebhookError(11_750, 'Response body too large', request.url));
            return;
          }
          chunks.push(chunk);
        });
        incoming.on('end', () => {
          const status = incoming.statusCode ?? 0;
          resolve({
            url: request.url,
            status,
            contentType: incoming.headers['content-type'],
            body: Buffer.concat(chunks),
            location:
              status >= 300 && status < 400 && status !== 304
                ? incoming.headers.location
                : undefined,
          });
        });
      });
      outgoing.end(isPost ? form : undefined);
    });
  }
}

/** The two limits of one attempt: to the connection, and from there between packets. */
class AttemptTiming {
  isConnected = false;
  /** At least the beginning of one. */
  hasReply = false;
  readonly #settings: ConnectionSettings;
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    this.#timer = this.#limit(settings.connectTimeoutMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  connected(): void {
    this.isConnected = true;
    this.#restart();
  }

  received(): void {
    this.hasReply = true;
    this.#restart();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #restart(): void {
    this.end();
    this.#timer = this.#limit(this.#settings.readTimeoutMs);
  }

  #limit(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#abort.abort(), ms);
  }
}

function settingsOf(url: string, timeoutMs: number): ConnectionSettings {
  try {
    return connectionSettings(url, timeoutMs);
  } catch (error) {
    if (!(error instanceof OverrideError)) throw error;
    throw new WebhookError(error.code, error.message, url, { cause: error });
  }
}

function failureOf(status: number): FailureKind | undefined {
  if (status >= 500) return '5xx';
  return status >= 400 ? '4xx' : undefined;
}

/** Before the fragment, which holds the connection overrides. */
function withQuery(url: string, form: string): string {
  if (form === '') return url;
  const [address = '', ...fragment] = url.split(/(?=#)/);
  return [address, address.includes('?') ? '&' : '?', form, ...fragment].join('');
}

export function encodeForm(params: FormParams): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const one of typeof value === 'string' ? [value] : value) form.append(name, one);
  return form.toString();
}

/** https://www.twilio.com/docs/api/errors: 112xx are the failures of HTTP. */
function toWebhookError(
  error: unknown,
  url: string,
  isLate: boolean,
  isConnected: boolean,
): WebhookError {
  const cause = { cause: error };
  if (isLate && isConnected)
    return new WebhookError(11_200, 'HTTP retrieval failure: timeout', url, cause);
  if (isLate) return new WebhookError(11_205, 'HTTP connection failure: timeout', url, cause);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new WebhookError(11_210, 'HTTP bad host name', url, cause);
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code))
    return new WebhookError(11_237, 'Certificate invalid', url, cause);
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return new WebhookError(11_220, 'SSL/TLS handshake error', url, cause);
  if (code === 'ABORT_ERR') return new WebhookError(11_200, 'Request given up', url, cause);
  return new WebhookError(11_205, 'HTTP connection failure', url, cause);
}
