import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

export interface TurnOfRecord {
  readonly index: number;
  readonly role: 'caller' | 'agent' | 'tool';
  readonly text: string;
  readonly generatedText: string | null;
  readonly interrupted: boolean;
  readonly costMicroUsd: number | null;
}

export interface CallRecord {
  readonly id: string;
  readonly callSid: string;
  readonly pipeline: string;
  readonly status: 'in-progress' | 'completed' | 'failed';
  readonly endReason: string | null;
  readonly audio: { readonly framesReceived: number; readonly framesLost: number };
  readonly cost: { readonly microUsd: number; readonly complete: boolean } | null;
  readonly turns: readonly TurnOfRecord[];
}

/** Records are written behind the call, on a queue. */
const withinMs = 15_000;

/** The REST API of the sidecar, with the platform key. */
export class SidecarApi {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  /** @throws AssertionError for any other status than 2xx */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, text } = await this.send(method, path, body);
    assert.ok(status >= 200 && status < 300, `${method} ${path}: ${String(status)} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  /** The record of a call, once it is over. @param id ours or Twilio's */
  async endedCall(id: string): Promise<CallRecord> {
    const signal = AbortSignal.timeout(withinMs);
    for (;;) {
      const { status, text } = await this.send('GET', `/v1/calls/${id}`);
      const record = status === 200 ? (JSON.parse(text) as CallRecord) : undefined;
      if (record && record.status !== 'in-progress') return record;
      if (signal.aborted) assert.fail(`${id} has no complete record: ${String(status)} ${text}`);
      await setTimeout(100);
    }
  }

  /** The counters of `/metrics` at this moment. */
  async counters(): Promise<Counters> {
    const { text } = await this.send('GET', '/metrics');
    return new Counters(text);
  }
}

/** Prometheus text, as far as counters go. */
export class Counters {
  readonly #lines: readonly string[];

  constructor(text: string) {
    this.#lines = text.split('\n').filter((line) => line.startsWith('voice_'));
  }

  /** The sum of all series of a counter that have these labels. */
  of(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const theirs = this.#lines.filter((line) => {
      const [series = ''] = line.split(' ');
      const isNamed = series === `voice_${name}_total` || series.startsWith(`voice_${name}_total{`);
      return isNamed && wanted.every((label) => series.includes(label));
    });
    return theirs.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }
}
