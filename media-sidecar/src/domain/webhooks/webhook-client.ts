import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { AddressPolicy } from './address-guard.ts';
import { AddressRefused, guardedLookup, hostOf, isAllowed, urlProblem } from './address-guard.ts';

export interface SignedRequest {
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
  /** `webhook-id`: the same at each retry. */
  readonly id: string;
  readonly body: string;
  /** For the signature. Wall clock, ms. */
  readonly nowMs: number;
}

export interface WebhookReply {
  readonly status: number;
  readonly body: Buffer;
}

export type WebhookFailure = 'refused-address' | 'too-large' | 'timeout' | 'unreachable';

export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly failure: WebhookFailure;

  constructor(failure: WebhookFailure, cause?: unknown) {
    super(`webhook request failed: ${failure}`, { cause });
    this.failure = failure;
  }
}

const maxReplyBytes = 65_536;

/**
 * Sends signed requests (Standard Webhooks) to addresses that tenants chose: to public ones only,
 * without following redirects, and reading at most 64 KB of a reply.
 */
export class WebhookClient {
  readonly #policy: AddressPolicy;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };

  constructor(policy: AddressPolicy) {
    this.#policy = policy;
    const options = { keepAlive: true, maxFreeSockets: 32, timeout: 30_000 };
    this.#agents = { http: new http.Agent(options), https: new https.Agent(options) };
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  /** @throws WebhookError; any status that the other side replies with is a reply */
  post(request: SignedRequest, signal: AbortSignal): Promise<WebhookReply> {
    return this.#send(request, signal, readReply);
  }

  /**
   * For a receiver whose answer is its status, whatever stands behind it.
   * @returns the status, as soon as it is there
   * @throws WebhookError
   */
  notify(request: SignedRequest, signal: AbortSignal): Promise<number> {
    return this.#send(request, signal, async (reply) => {
      leaveUnread(reply);
      return statusOf(reply);
    });
  }

  async #send<T>(
    request: SignedRequest,
    signal: AbortSignal,
    read: (reply: http.IncomingMessage) => Promise<T>,
  ): Promise<T> {
    const url = new URL(request.url);
    const host = hostOf(url);
    // An address that is written out is never looked up.
    if (
      urlProblem(request.url, this.#policy) !== undefined ||
      (isIP(host) !== 0 && !isAllowed(host, this.#policy))
    ) {
      throw new WebhookError('refused-address');
    }
    const now = new Date(request.nowMs);
    const body = Buffer.from(request.body);
    const options: https.RequestOptions = {
      method: 'POST',
      agent: url.protocol === 'https:' ? this.#agents.https : this.#agents.http,
      lookup: guardedLookup(this.#policy),
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': body.length,
        accept: 'application/json',
        'user-agent': 'n8n-nodes-voice-agents',
        'webhook-id': request.id,
        'webhook-timestamp': String(Math.floor(request.nowMs / 1000)),
        'webhook-signature': new Webhook(request.secret).sign(request.id, now, request.body),
      },
    };
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(toWebhookError(error, signal));
      const onReply = (reply: http.IncomingMessage): void => {
        read(reply).then(resolve, fail);
      };
      const outgoing =
        url.protocol === 'https:'
          ? https.request(url, options, onReply)
          : http.request(url, options, onReply);
      outgoing.on('error', fail);
      outgoing.end(body);
    });
  }
}

async function readReply(reply: http.IncomingMessage): Promise<WebhookReply> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxReplyBytes) {
      reply.destroy();
      throw new WebhookError('too-large');
    }
    chunks.push(chunk);
  }
  return { status: statusOf(reply), body: Buffer.concat(chunks) };
}

/** A short one is let pass, so that its connection can be used again. */
function leaveUnread(reply: http.IncomingMessage): void {
  let sizeBytes = 0;
  reply.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > maxReplyBytes) reply.destroy();
  });
  // What matters was told before it broke, or before the time was over.
  reply.on('error', () => undefined);
}

function statusOf(reply: http.IncomingMessage): number {
  return reply.statusCode ?? 0;
}

function toWebhookError(error: unknown, signal: AbortSignal): WebhookError {
  if (error instanceof WebhookError) return error;
  if (error instanceof AddressRefused) return new WebhookError('refused-address', error);
  return new WebhookError(signal.aborted ? 'timeout' : 'unreachable', error);
}
