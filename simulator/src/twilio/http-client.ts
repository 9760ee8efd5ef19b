import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { signRequest, type FormParams } from './signature.ts';

export interface WebhookRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: FormParams;
  readonly authToken: string;
  readonly signal?: AbortSignal;
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

/** The requests that Twilio makes to an application: forms, signed, with redirects followed. */
export class WebhookClient {
  readonly #timeoutMs: number;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };

  constructor(options: WebhookClientOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? 15_000;
    const ca = options.trustedCaPem ? [...tls.rootCertificates, options.trustedCaPem] : undefined;
    this.#agents = {
      http: new http.Agent({ keepAlive: true }),
      https: new https.Agent({ keepAlive: true, ...(ca ? { ca } : {}) }),
    };
  }

  /** @throws WebhookError with 11200, 11205, 11210, 11215, 11237 or 11750 */
  async request(request: WebhookRequest, maxBodyBytes = MAX_TWIML_BYTES): Promise<WebhookReply> {
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
    let { url, method, params } = request;
    for (let redirects = 0; ; redirects++) {
      if (redirects > MAX_REDIRECTS) throw new WebhookError(11_215, 'Too many redirects', url);
      let reply: WebhookReply & { readonly location: string | undefined };
      try {
        reply = await this.#once({ ...request, url, method, params }, signal, maxBodyBytes);
      } catch (error) {
        if (error instanceof WebhookError) throw error;
        throw toWebhookError(error, url, deadline.aborted);
      }
      if (reply.location === undefined) return reply;
      // 307 and 308 repeat the request; all others turn it into a plain GET.
      if (reply.status !== 307 && reply.status !== 308) {
        method = 'GET';
        params = {};
      }
      if (!URL.canParse(reply.location, url))
        throw new WebhookError(11_200, 'Redirect to an invalid URL', url);
      url = new URL(reply.location, url).href;
    }
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #once(
    request: WebhookRequest,
    signal: AbortSignal,
    maxBodyBytes: number,
  ): Promise<WebhookReply & { readonly location: string | undefined }> {
    const form = encodeForm(request.params);
    const isPost = request.method === 'POST';
    const url =
      isPost || form === ''
        ? request.url
        : request.url + (request.url.includes('?') ? '&' : '?') + form;
    const target = new URL(url);
    const secure = target.protocol === 'https:';
    const headers: Record<string, string | number> = {
      accept: '*/*',
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': signRequest(request.authToken, url, isPost ? request.params : {}),
    };
    if (isPost) {
      headers['content-type'] = 'application/x-www-form-urlencoded; charset=UTF-8';
      headers['content-length'] = Buffer.byteLength(form);
    }
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? https : http).request(target, {
        method: request.method,
        headers,
        signal,
        agent: secure ? this.#agents.https : this.#agents.http,
      });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        let sizeBytes = 0;
        incoming.on('error', reject);
        incoming.on('data', (chunk: Buffer) => {
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

export function encodeForm(params: FormParams): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const one of typeof value === 'string' ? [value] : value) form.append(name, one);
  return form.toString();
}

/** https://www.twilio.com/docs/api/errors: 112xx are the failures of HTTP. */
function toWebhookError(error: unknown, url: string, timedOut: boolean): WebhookError {
  const cause = { cause: error };
  if (timedOut) return new WebhookError(11_200, 'HTTP retrieval failure: timeout', url, cause);
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
