import { setTimeout } from 'node:timers/promises';
import { Scrape } from './prometheus.ts';

export interface Session {
  readonly sessionId: string;
  readonly token: string;
  readonly streamUrl: string;
  readonly actionUrl: string;
  readonly streamStatusUrl: string;
  readonly decision: { readonly action: 'connect' | 'decline'; readonly reason: string };
}

/** Delays since the end of the caller's speech, in ms; see docs/contracts.md. */
export interface TurnDelays {
  readonly endOfTurnMs?: number;
  readonly modelFirstTokenMs?: number;
  readonly firstAudioByteMs?: number;
  readonly firstAudioSentMs?: number;
  readonly firstMarkMs?: number;
}

export interface CallRecord {
  readonly status: 'in-progress' | 'completed' | 'failed';
  readonly endReason: string | null;
  readonly durationMs: number | null;
  readonly audio: {
    readonly framesReceived: number;
    readonly framesLost: number;
    readonly framesSent: number;
  };
  readonly turns: readonly {
    readonly role: 'caller' | 'agent' | 'tool';
    readonly text: string;
    readonly interrupted: boolean;
    readonly delays: TurnDelays;
  }[];
}

/** Records are written behind the call, on a queue. */
const RECORD_TIMEOUT_MS = 15_000;

/** The API of the sidecar, as far as the benchmark needs it. */
export class SidecarClient {
  readonly #url: string;
  readonly #apiKey: string;

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  async createSession(request: Record<string, unknown>): Promise<Session> {
    return (await this.#json('POST', '/v1/sessions', request)) as Session;
  }

  async putTenant(slug: string, tenant: Record<string, unknown>): Promise<void> {
    await this.#json('PUT', `/v1/tenants/${slug}`, tenant);
  }

  async metrics(): Promise<Scrape> {
    return new Scrape(await (await this.#request('GET', '/metrics')).text());
  }

  /**
   * The record of a call that is over.
   * @returns undefined when there is no complete one in time
   */
  async finishedCall(callSid: string): Promise<CallRecord | undefined> {
    const signal = AbortSignal.timeout(RECORD_TIMEOUT_MS);
    for (;;) {
      const reply = await this.#fetch('GET', `/v1/calls/${callSid}`);
      if (!reply.ok && reply.status !== 404) throw await failure(reply);
      const call = reply.ok ? ((await reply.json()) as CallRecord) : undefined;
      if (call && call.status !== 'in-progress') return call;
      if (signal.aborted) return undefined;
      await setTimeout(200);
    }
  }

  async #json(method: string, path: string, body?: unknown): Promise<unknown> {
    return (await this.#request(method, path, body)).json();
  }

  async #request(method: string, path: string, body?: unknown): Promise<Response> {
    const reply = await this.#fetch(method, path, body);
    if (!reply.ok) throw await failure(reply);
    return reply;
  }

  #fetch(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

async function failure(reply: Response): Promise<Error> {
  return new Error(`${new URL(reply.url).pathname}: ${reply.status} ${await reply.text()}`);
}
