import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { installN8n } from '../../playground/n8n/install.ts';
import { incomingSipCallUrl } from '../../playground/templates.ts';
import { anyPorts, choosePorts } from '../../playground/ports.ts';
import { makeSecrets } from '../../playground/secrets.ts';
import { startStack, type Stack, type StackOptions } from '../../playground/stack.ts';
import type { CallerReport, DialInput } from '../../simulator/src/index.ts';

/** The playground as a test holds it: the real n8n, the sidecar and the simulator, in processes. */
export class TestPlayground implements AsyncDisposable {
  readonly stack: Stack;
  readonly #dataDir: string;
  #failure: Error | undefined;

  private constructor(stack: Stack, dataDir: string) {
    this.stack = stack;
    this.#dataDir = dataDir;
  }

  static async start(
    options: Pick<Partial<StackOptions>, 'databaseUrl' | 'alwaysOpen' | 'sidecarEnv'> = {},
  ): Promise<TestPlayground> {
    const dataDir = await mkdtemp(join(tmpdir(), 'voice-agents-playground-'));
    const failures: Error[] = [];
    const progress: string[] = [];
    let playground: TestPlayground | undefined;
    try {
      const stack = await startStack({
        dataDir,
        n8nDir: await installN8n((line) => progress.push(line)),
        ports: await choosePorts(anyPorts),
        secrets: makeSecrets(),
        alwaysOpen: true,
        ...options,
        onProgress: (line) => progress.push(line),
        onFailure: (error) => {
          failures.push(error);
          if (playground) playground.#failure = error;
        },
      });
      playground = new TestPlayground(stack, dataDir);
      if (failures[0]) playground.#failure = failures[0];
      return playground;
    } catch (error) {
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** Somebody calls; resolves with what they heard when the call is over. */
  async call(dial: DialInput, withinMs = 120_000): Promise<CallerReport> {
    const { id } = await this.simulator<{ id: string }>('POST', '/callers', dial);
    const { report } = await this.simulator<{ report: CallerReport | null }>(
      'GET',
      `/callers/${id}?waitMs=${String(withinMs)}`,
    );
    if (!report) throw new Error('the call did not end in time');
    return report;
  }

  simulator<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { urls, secrets } = this.stack;
    return request<T>(`${urls.simulator}/sim/v1${path}`, method, secrets.controlKey, body);
  }

  /** Asks Twilio's REST API, below the account, as whoever has the account's token. */
  async twilio(
    path: string,
    form: Readonly<Record<string, string>> | readonly (readonly [string, string])[],
  ): Promise<IDataObject> {
    const { secrets, urls } = this.stack;
    const { accountSid, authToken } = secrets;
    const response = await fetch(`${urls.simulator}/2010-04-01/Accounts/${accountSid}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
      },
      body: new URLSearchParams(form as Record<string, string>),
    });
    const text = await response.text();
    if (!response.ok) throw new HttpStatusError(response.status, text);
    return JSON.parse(text) as IDataObject;
  }

  sidecar<T>(
    method: string,
    path: string,
    body?: unknown,
    key = this.stack.secrets.platformKey,
  ): Promise<T> {
    return request<T>(`${this.stack.urls.sidecar}${path}`, method, key, body);
  }

  /** Dealers as they are sold, clouds that do not fail and say nothing that was not asked for. */
  async reset(): Promise<void> {
    const { secrets, tenants, urls } = this.stack;
    await this.simulator('DELETE', '/faults');
    await this.simulator('PUT', '/openai/realtime/script', []);
    await this.simulator('PUT', '/openai/webhooks', [
      { url: await incomingSipCallUrl(urls.n8n), secret: secrets.openAiWebhookSecret },
    ]);
    for (const { slug, profile } of tenants) {
      await this.sidecar('PUT', `/v1/tenants/${slug}`, profile);
    }
  }

  /** Starts the sidecar that was stopped. */
  async startSidecar(): Promise<void> {
    await this.stack.sidecar.start((error) => {
      this.#failure = error;
    });
  }

  /** The last lines of a part's log. */
  async log(part: 'n8n' | 'sidecar' | 'simulator'): Promise<string> {
    return readFile(join(this.#dataDir, 'logs', `${part}.log`), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.stop();
    await rm(this.#dataDir, { recursive: true, force: true });
    if (this.#failure) throw this.#failure;
  }
}

export class HttpStatusError extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(`${String(status)}: ${text}`);
    this.status = status;
  }
}

async function request<T>(url: string, method: string, key: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && {
      // Expressions travel as text.
      body: JSON.stringify(body, (_key, value: unknown) =>
        value instanceof RegExp ? value.source : value,
      ),
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new HttpStatusError(response.status, text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Asks again and again until there is an answer; what is asked happens elsewhere, in its own time. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  withinMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${String(withinMs)} ms`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
